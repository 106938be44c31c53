"""What the vendor tells about a message afterwards: brought, or not. Told twice, late or out of order: one truth.

A message's state only moves forward: accepted, then failed, then delivered. That one copy was brought outweighs that
another was not, so that every order of the same words ends the same.
"""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, metrics
from prom.messaging import problems
from prom.messaging.models import Kind, Message, MessageCopy, State
from prom.messaging.outbox import Letter, put
from prom.messaging.recording import record
from prom.messaging.settling import ASK_AFTER, note_copy
from prom.messaging.transport import Progress, Told
from prom.patients import sealing

#: Between a message's key and the number of its next copy.
AGAIN = "#"


def note(session: Session, message_id: uuid.UUID, told: Told) -> bool:
    """Write down what the vendor told about a message; returns whether it was news. An unknown message is none."""
    message = session.scalars(select(Message).where(Message.id == message_id).with_for_update()).first()
    if message is None or of_another(session, message, told.vendor_id):
        return False
    if message.vendor_id is None:
        _adopt(message, told.vendor_id)
    elif message.vendor_id != told.vendor_id:
        note_copy(session, message, told.vendor_id)
        if told.progress is not Progress.DELIVERED:
            return False  # the letter that the message names decides
    elif told.progress is Progress.ON_ITS_WAY:
        return False
    _move(session, message, told)
    session.flush()
    return True


def of_another(session: Session, message: Message, vendor_id: str) -> bool:
    """Whether a letter at the vendor is the one that another message names, or a copy of that."""
    named = select(Message.id).where(Message.vendor_id == vendor_id, Message.id != message.id)
    copy = select(MessageCopy.message_id).where(
        MessageCopy.vendor_id == vendor_id, MessageCopy.message_id != message.id
    )
    return session.scalars(named.union_all(copy)).first() is not None


def _adopt(message: Message, vendor_id: str) -> None:
    """Its answer to us was lost, or is not here yet: this word shows that the vendor has it."""
    message.vendor_id = vendor_id
    message.state, message.accepted_at = State.ACCEPTED, clock.now()
    message.settled_at = message.failure = None
    message.try_at = clock.now() + ASK_AFTER


def _move(session: Session, message: Message, told: Told) -> None:
    if told.progress is Progress.DELIVERED and message.state != State.DELIVERED:
        message.state, message.settled_at, message.failure = State.DELIVERED, clock.now(), None
        problems.settle_for(session, message)
    elif told.progress is Progress.FAILED and message.state == State.ACCEPTED:
        message.state, message.settled_at, message.failure = State.FAILED, clock.now(), told.code
        problems.raise_for(session, message)
        _ring_again(session, message)
    elif told.progress is not Progress.ON_ITS_WAY:
        return
    message.try_at = clock.now()  # its place in the line of those whose words are to be erased
    record(session, "message.told", message)
    metrics.message_tried(message.kind, f"told-{message.state}")


def _ring_again(session: Session, message: Message) -> None:
    """An alert to staff that was not brought is tried again at once, as a message of its own, until it expires.

    The failed one stays as it is, and keeps the watch red. A message that names its own number as not to be reached
    is tried all the same: the phone may be switched on again.
    """
    if message.kind != Kind.ON_CALL or message.letter_sealed is None or message.expires_at <= clock.now():
        return
    letter = sealing.open_column(session, message, "letter")
    first, _, number = message.key.partition(AGAIN)
    again = Letter(
        tenant_id=message.tenant_id,
        kind=message.kind,
        key=f"{first}{AGAIN}{int(number or 1) + 1}",
        to=letter["to"],
        body=letter["body"],
        unit_id=message.unit_id,
        assignment_id=message.assignment_id,
        patient_id=message.patient_id,
        expires_at=message.expires_at,
    )
    put(session, again)
