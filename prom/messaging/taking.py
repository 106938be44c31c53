"""Taking a message that is due into this worker's hands, for the length of a lease.

Each taking raises the message's fencing number, so that a worker that was slow cannot overwrite what another one has
done since. A message whose words are not made yet was certainly never sent, whoever held it before.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from prom import clock
from prom.crypto import CannotOpen
from prom.db import transaction
from prom.messaging.composing import RIGHTLY_WAITS
from prom.messaging.models import IS_OPEN, IS_OPEN_ON_CALL, IS_OPEN_WAITED_FOR, Kind, Message, State
from prom.messaging.recording import record
from prom.messaging.spending import Spending
from prom.messaging.transport import Letter
from prom.patients import sealing
from prom.patients.queries import identity

#: Longer than asking the vendor's list and a register take at their slowest (20 and 10 seconds), and than sending
#: takes; it begins anew when the words are made.
LEASE = timedelta(seconds=45)
#: How far the vendor's clock may be behind ours when its list is asked.
CLOCK_SKEW = timedelta(minutes=5)
#: What is sent even when the hour's spending is used up: an emergency, also one that she is told of in a reply, the
#: code that she waits for, and e-mail.
NEVER_HELD_BACK = (Kind.ON_CALL, Kind.REPLY, Kind.CODE, Kind.STAFF)
#: What a row raises that does not open, or holds something else than it should: it must not hold up those behind it.
UNREADABLE = (CannotOpen, LookupError, TypeError, ValueError)
#: What goes before what: alerts to staff, what somebody waits for, the rest. Each has an index of its own.
IN_ORDER = (IS_OPEN_ON_CALL, IS_OPEN_WAITED_FOR, IS_OPEN)


@dataclass(frozen=True)
class Taken:
    """A message in this worker's hands, under the fencing number of its lease."""

    id: uuid.UUID
    patient_id: uuid.UUID | None
    kind: str
    lease: int
    attempts: int
    send_after: datetime
    #: None where its words are still to be made, or where its seal does not open (`unreadable`).
    letter: Letter | None
    unreadable: bool
    #: Whether its words are made by the composer, now or when it was first taken; else they came with it.
    composed: bool
    #: Since when it may be on the vendor's list; None for one that was certainly never sent.
    perhaps_since: datetime | None
    #: The national number by which a register is asked about her; None where none is to be asked.
    national_number: str | None = field(default=None, repr=False)


def take_next(spending: Spending, ask_registers: bool = False) -> Taken | None:
    """Take the message that is due first, in the order of IN_ORDER; None where none is due.

    What `spending` holds back is left. The lease is committed when this returns.
    """
    with transaction() as session:
        message = _first_due(session)
        if message is not None and message.kind not in NEVER_HELD_BACK and (spent := spending.spent(session)):
            message = _first_due(session, spent)
        return _leased(session, message, ask_registers) if message is not None else None


def _first_due(session: Session, spent: Collection[uuid.UUID] = ()) -> Message | None:
    found = (_due(session, condition, spent) for condition in IN_ORDER)
    return next((message for message in found if message is not None), None)


def _due(session: Session, condition: str, spent: Collection[uuid.UUID] = ()) -> Message | None:
    now = clock.now()
    due = select(Message).where(text(condition), Message.try_at <= now, Message.expires_at > now)
    if spent:
        due = due.where(or_(Message.tenant_id.not_in(spent), Message.kind.in_(NEVER_HELD_BACK)))
    return session.scalars(due.order_by(Message.try_at).limit(1).with_for_update(skip_locked=True)).first()


def _leased(session: Session, message: Message, ask_registers: bool) -> Taken:
    composed = message.letter_sealed is None or message.composed_at is not None
    perhaps_sent = message.state != State.PENDING and message.letter_sealed is not None
    if message.failure in RIGHTLY_WAITS:
        # Late only from then on, whatever comes of this try.
        message.send_after, message.failure = message.try_at, None
    message.state = State.LEASED
    message.lease += 1
    message.attempts += 1
    message.try_at = clock.now() + LEASE
    record(session, "message.send", message)
    letter = _letter(session, message)
    return Taken(
        message.id,
        message.patient_id,
        message.kind,
        message.lease,
        message.attempts,
        message.send_after,
        letter,
        letter is None and message.letter_sealed is not None,
        composed,
        message.created_at - CLOCK_SKEW if perhaps_sent else None,
        _national_number(session, message) if composed and ask_registers else None,
    )


def _letter(session: Session, message: Message) -> Letter | None:
    if message.letter_sealed is None:
        return None
    try:
        opened = sealing.open_column(session, message, "letter")
        return Letter(opened["to"], opened["body"], message.id, message.expires_at - clock.now())
    except UNREADABLE:
        return None


def _national_number(session: Session, message: Message) -> str | None:
    try:
        return identity(session, message.patient_id).national_number if message.patient_id is not None else None
    except UNREADABLE:
        return None
