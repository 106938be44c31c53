"""What Prom wrote down and what the telephones received, read once and laid out for judging."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.assignments.models import Assignment, Information
from prom.messaging.models import Message
from prom.simulation.phones import Received


@dataclass(frozen=True)
class Told:
    """A message that a patient received."""

    id: uuid.UUID
    patient_id: uuid.UUID
    kind: str
    key: str
    at: datetime
    send_after: datetime
    assignment_id: uuid.UUID | None


@dataclass(frozen=True)
class Book:
    """Everything by whose it is; `by_key` holds the first that came of each message."""

    asked: Mapping[uuid.UUID, Sequence[Assignment]]
    assignments: Mapping[uuid.UUID, Assignment]
    given: Mapping[uuid.UUID, Mapping[str, Information]]
    told: Sequence[Told]
    by_key: Mapping[str, Told]
    by_patient: Mapping[uuid.UUID, Sequence[Told]]
    #: The messages of which the contact log says that they went with another.
    together: frozenset[str] = frozenset()


def open_book(session: Session, received: Sequence[Received]) -> Book:
    """Read the rows as they lie."""
    asked, given = defaultdict[uuid.UUID, list[Assignment]](list), defaultdict[uuid.UUID, dict[str, Information]](dict)
    rows = session.scalars(select(Assignment)).all()
    for row in rows:
        asked[row.episode_id].append(row)
    for text in session.scalars(select(Information)):
        given[text.episode_id][text.key] = text
    told = _told(session, received)
    by_patient = defaultdict[uuid.UUID, list[Told]](list)
    for each in told:
        by_patient[each.patient_id].append(each)
    by_key = {each.key: each for each in reversed(told)}
    together = frozenset(session.scalars(select(Message.key).where(Message.failure == "together")))
    return Book(asked, {row.id: row for row in rows}, given, told, by_key, by_patient, together)


def _told(session: Session, received: Sequence[Received]) -> list[Told]:
    """What patients received, in the order in which it came; the on-call phone's is left out."""
    columns = (Message.id, Message.patient_id, Message.kind, Message.key, Message.send_after, Message.assignment_id)
    rows = {row.id: row for row in session.execute(select(*columns).where(Message.patient_id.is_not(None)))}
    found = ((each.at, rows[each.message_id]) for each in received if each.message_id in rows)
    return [Told(row.id, row.patient_id, row.kind, row.key, at, row.send_after, row.assignment_id) for at, row in found]


def made_at(row_id: uuid.UUID) -> datetime:
    """When a row was made, by its id, whose first 48 bits are the milliseconds of its making (UUIDv7)."""
    return datetime.fromtimestamp((row_id.int >> 80) / 1000, UTC)
