"""Reading the outbox: how late it is, what failed, what a patient was sent, and its page in the demo."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, case, func, select, text
from sqlalchemy.orm import Session

from prom.messaging.composing import RIGHTLY_WAITS
from prom.messaging.models import HAS_FAILED, HAS_LETTER, IS_OPEN, OPEN_STATES, Kind, Message, State
from prom.patients import sealing

#: What brings a patient a link.
LINK_KINDS = (Kind.ASSIGNMENT, Kind.NEW_LINK, Kind.REMINDER)
#: From when on a message that is open is late: not while it rightly waits, as for the end of quiet hours.
_late_from: ColumnElement[datetime] = case(
    (Message.failure.in_(RIGHTLY_WAITS), Message.try_at), else_=Message.send_after
)


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Return since when the longest waiting message should have been sent, or None where nothing waits.

    Tries that failed do not move it, so it grows old when the worker is silent and when the vendor is down. Quiet hours
    and a pause do: what rightly waits for their end should have been sent from then on.
    """
    return session.scalar(select(func.min(_late_from)).where(text(IS_OPEN), _late_from <= now))


def open_by_state(session: Session) -> dict[str, int]:
    """Return how many messages are open by state (pending, leased, ambiguous); a state without any is absent."""
    rows = session.execute(select(Message.state, func.count()).where(text(IS_OPEN)).group_by(Message.state))
    return dict(rows.all())


def failed_by_kind(session: Session, since: datetime) -> dict[str, int]:
    """Return how many messages failed for good since an instant by kind; a kind without any is absent."""
    rows = session.execute(
        select(Message.kind, func.count()).where(text(HAS_FAILED), Message.settled_at >= since).group_by(Message.kind)
    )
    return dict(rows.all())


def links_since(session: Session, patient_id: uuid.UUID, since: datetime, kinds: Collection[Kind] = LINK_KINDS) -> int:
    """Return how many messages of these kinds were made for a patient since an instant, sent or not (a rate limit)."""
    made = session.scalar(
        select(func.count()).where(
            Message.patient_id == patient_id, Message.created_at >= since, Message.kind.in_(kinds)
        )
    )
    return made or 0


class Shown(StrEnum):
    """Where a message stands, as staff are told."""

    PENDING = "pending"
    LEASED = "leased"
    AMBIGUOUS = "ambiguous"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    #: It is tried again by itself.
    FAILED_FOR_NOW = "failed-for-now"
    FAILED_FOR_GOOD = "failed-for-good"
    #: Not to be sent any more; the reason says why.
    CANCELLED = "cancelled"


def shown(message: Message) -> Shown:
    """Return where a message stands. One that waits for its time, such as the end of quiet hours, has not failed."""
    if message.state == State.FAILED:
        return Shown.FAILED_FOR_GOOD
    if message.state == State.PENDING and message.failure is not None and message.attempts > 0:
        return Shown.FAILED_FOR_NOW
    return Shown(message.state)


@dataclass(frozen=True)
class Contact:
    """One message to a patient, without its words: what for, where it stands, when, and why it was not sent.

    `reason` is a code: of what withheld it (`answered`), what it waits for (`quiet-hours`), or of the vendor's
    (`twilio-30003`). `due_at` is when it was to be sent, `next_at` when an open one is seen to next.
    """

    id: uuid.UUID
    kind: str
    state: Shown
    reason: str | None
    due_at: datetime
    next_at: datetime | None
    accepted_at: datetime | None
    settled_at: datetime | None
    attempts: int
    segments: int | None
    assignment_id: uuid.UUID | None


def contact_log(session: Session, patient_id: uuid.UUID, limit: int = 200) -> Sequence[Contact]:
    """Return every message to a patient, newest first. Whoever shows it writes the audit record."""
    rows = session.scalars(
        select(Message)
        .where(Message.patient_id == patient_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(limit)
    )
    return [_contact(row) for row in rows]


def _contact(row: Message) -> Contact:
    return Contact(
        id=row.id,
        kind=row.kind,
        state=shown(row),
        reason=row.failure,
        due_at=row.send_after,
        next_at=row.try_at if row.state in OPEN_STATES else None,
        accepted_at=row.accepted_at,
        settled_at=row.settled_at,
        attempts=row.attempts,
        segments=row.segments,
        assignment_id=row.assignment_id,
    )


@dataclass(frozen=True)
class Waiting:
    """A message that a worker has still to see to, for an operator: neither patient nor words.

    `due_at` is when it should have been sent, reckoned as in `oldest_due`.
    """

    id: uuid.UUID
    kind: str
    state: Shown
    reason: str | None
    due_at: datetime
    next_at: datetime
    attempts: int


def waiting(session: Session, now: datetime, limit: int = 100) -> Sequence[Waiting]:
    """Return what should have been sent by now and was not, the longest waiting first."""
    rows = session.execute(
        select(Message, _late_from).where(text(IS_OPEN), _late_from <= now).order_by(_late_from).limit(limit)
    )
    return [Waiting(row.id, row.kind, shown(row), row.failure, since, row.try_at, row.attempts) for row, since in rows]


@dataclass(frozen=True)
class OpenedMessage:
    """A message with its letter in clear."""

    id: uuid.UUID
    patient_id: uuid.UUID | None
    kind: str
    state: str
    to: str
    body: str
    created_at: datetime
    accepted_at: datetime | None
    failure: str | None


def list_open(session: Session, limit: int = 100) -> Sequence[OpenedMessage]:
    """Open the newest letters that are not blanked yet, newest first.

    For the demo's page only. Whoever shows them writes the audit record.
    """
    rows = session.scalars(
        select(Message).where(text(HAS_LETTER)).order_by(Message.created_at.desc(), Message.id.desc()).limit(limit)
    ).all()
    sealing.load_keys(session, {row.patient_id for row in rows if row.patient_id is not None})
    return [_opened(session, row) for row in rows]


def _opened(session: Session, row: Message) -> OpenedMessage:
    letter = sealing.open_column(session, row, "letter")
    return OpenedMessage(
        row.id, row.patient_id, row.kind, row.state, letter["to"], letter["body"], row.created_at, row.accepted_at,
        row.failure,
    )  # fmt: skip
