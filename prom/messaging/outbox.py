"""The outbox: messages are put in with what caused them, and sent afterwards by a worker.

A row is written in the caller's transaction, so a message exists exactly when its cause does. Sending it is
`delivery.py`'s work; `deliver_due` is offered here too, so that callers know one door.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from sqlalchemy import and_, not_, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from prom import clock
from prom.audit import service as audit
from prom.audit.service import SYSTEM
from prom.db import new_id, on_postgresql, transaction
from prom.messaging.delivery import deliver_due
from prom.messaging.models import (
    EXPIRED,
    HAS_LETTER,
    IS_OPEN,
    SETTLED_STATES,
    STOPPED,
    Kind,
    Message,
    State,
    may_be_unknown,
)
from prom.messaging.recording import record
from prom.messaging.segments import measure
from prom.patients import sealing

__all__ = ["Letter", "blank_settled", "bring_back_reminders", "cancel", "deliver_due", "put", "put_all"]

#: So long after a message's end the vendor is still asked what it has of it; then its words go all the same.
LOOKED_FOR = timedelta(days=7)
#: How many letters one run blanks at most, so that no transaction grows long.
BLANKED_AT_ONCE = 500

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Letter:
    """An SMS that is to leave the house. Without `to` and `body` its words are made as it is sent.

    `kind` is a Kind, `to` is E.164 (an address for e-mail), `send_after` is now unless given, and from `expires_at` on
    nothing is sent. `key` names the cause (such as `assignment-<id>`) and is stored in clear.
    """

    tenant_id: uuid.UUID
    kind: str
    key: str
    to: str | None = None
    body: str | None = None
    expires_at: datetime
    patient_id: uuid.UUID | None = None
    unit_id: uuid.UUID | None = None
    assignment_id: uuid.UUID | None = None
    send_after: datetime | None = None


def put(session: Session, letter: Letter) -> Message | None:
    """Put a letter into the outbox as `put_all` does; None when one with its key is there already."""
    put_in = put_all(session, [letter])
    return session.get_one(Message, put_in[0]) if put_in else None


def put_all(session: Session, letters: Sequence[Letter]) -> Sequence[uuid.UUID]:
    """Put letters into the outbox, inside the caller's transaction, and return the ids of the messages made.

    One whose key is there already is left out. Raises ValueError for an unknown kind, and for one with words and no
    number, or a number and no words.
    """
    session.flush()  # a patient made in this very transaction must be there before her message
    made = {message.id: message for message in (_sealed(session, letter) for letter in letters)}
    put_in = _insert(session, list(made.values()))
    for message_id in put_in:
        record(session, "message.put", made[message_id], reason="care")
    return put_in


def _sealed(session: Session, letter: Letter) -> Message:
    if (letter.to is None) != (letter.body is None):
        raise ValueError("a letter has both number and words, or neither")
    created_at = clock.now()
    message = Message(
        id=new_id(),
        tenant_id=letter.tenant_id,
        patient_id=letter.patient_id,
        unit_id=letter.unit_id,
        assignment_id=letter.assignment_id,
        kind=Kind(letter.kind).value,
        key=letter.key,
        state=State.PENDING.value,
        created_at=created_at,
        send_after=letter.send_after or created_at,
        try_at=letter.send_after or created_at,
        expires_at=letter.expires_at,
        lease=0,
        attempts=0,
        letter_sealed=None,
        segments=None,
    )
    if letter.to is not None and letter.body is not None:
        sealing.seal(session, message, "letter", {"to": letter.to, "body": letter.body})
        message.segments = measure(letter.body).segments if message.kind != Kind.STAFF else None
    return message


def _insert(session: Session, messages: Sequence[Message]) -> Sequence[uuid.UUID]:
    """Write rows; returns the ids of those that went in.

    The database decides about keys, so that two at once do not break the caller's transaction.
    """
    if not messages:
        return []
    insert = postgresql.insert if on_postgresql(session) else sqlite.insert
    statement = insert(Message).on_conflict_do_nothing(index_elements=[Message.key]).returning(Message.id)
    values = [{name: value for name, value in vars(each).items() if not name.startswith("_")} for each in messages]
    return session.scalars(statement, values).all()


def cancel(session: Session, assignment_id: uuid.UUID, why: str | None = None) -> int:
    """Stop what is not sent yet for an assignment; returns how many messages that were.

    `why` is a code as in `composing.Withheld`, for the contact log. What was certainly not sent is blanked at once.
    One that is at the vendor in this very moment goes out all the same, and is then told as accepted.
    """
    rows = session.scalars(
        select(Message).where(Message.assignment_id == assignment_id, text(IS_OPEN)).with_for_update()
    ).all()
    for row in rows:
        if row.state == State.PENDING:
            row.letter_sealed = None  # else it may be at the vendor, and is found there by its words
        row.state, row.settled_at = State.CANCELLED, clock.now()
        row.failure = why or row.failure
    session.flush()
    for row in rows:
        record(session, "message.cancel", row, reason="care")
    return len(rows)


def bring_back_reminders(session: Session, assignment_ids: Collection[uuid.UUID]) -> int:
    """Let reminders that a stop has cancelled be sent after all, where their time is still ahead and nobody took them.

    For assignments that are open again. Returns how many; their words are made as they are sent.
    """
    rows = session.scalars(
        select(Message)
        .where(
            Message.assignment_id.in_(assignment_ids),
            Message.kind == Kind.REMINDER,
            Message.state == State.CANCELLED,
            Message.failure == STOPPED,
            Message.attempts == 0,
            Message.send_after > clock.now(),
        )
        .with_for_update()
    ).all()
    for row in rows:
        row.state, row.settled_at, row.failure, row.try_at = State.PENDING, None, None, row.send_after
    session.flush()
    for row in rows:
        record(session, "message.restore", row, reason="care")
    return len(rows)


def blank_settled() -> int:
    """Give up what has expired, and blank every letter that is settled or expired; returns how many were blanked."""
    with transaction() as session:
        expired = _expire(session)
        if expired:
            log.warning("messages expired unsent", count=expired)
        return _blank(session)


def _expire(session: Session) -> int:
    """An open message that is past its end has failed. One under a running lease is left to whoever holds it."""
    now = clock.now()
    given_up = session.scalars(
        update(Message)
        .where(text(IS_OPEN), Message.expires_at <= now)
        .where(or_(Message.state != State.LEASED, Message.try_at <= now))
        .values(state=State.FAILED, failure=EXPIRED, settled_at=now)
        .returning(Message.id)
    ).all()
    return len(given_up)


def _blank(session: Session) -> int:
    past_its_end = and_(Message.expires_at <= clock.now(), text(f"NOT ({IS_OPEN})"))
    # What the vendor may have unknown to us is found there by its words, so these are kept until it forgot them.
    wanted = and_(may_be_unknown(), Message.erased_at.is_(None), Message.expires_at > clock.now() - LOOKED_FOR)
    rows = session.scalars(
        select(Message)
        .where(text(HAS_LETTER), or_(Message.state.in_(SETTLED_STATES), past_its_end), not_(wanted))
        .order_by(Message.tenant_id)
        .limit(BLANKED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.letter_sealed = None
    session.flush()
    for tenant_id, of_tenant in groupby(rows, lambda row: row.tenant_id):
        subjects = [row.patient_id for row in of_tenant if row.patient_id is not None]
        audit.record(
            session, SYSTEM, "message.blank", tenant_id=tenant_id, entity="message", subjects=subjects, reason="tick"
        )
    return len(rows)
