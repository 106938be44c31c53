"""Reading what was written to patients. Whoever shows it writes the audit record."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from prom.communications.models import Communication
from prom.errors import NotFound
from prom.messaging.models import Message
from prom.patients import sealing

_KEY = "communication:"


@dataclass(frozen=True)
class Written:
    """A text with its words opened, and the SMS that tells of it."""

    row: Communication
    words: str
    sms: Message | None


def key_of(communication_id: uuid.UUID) -> str:
    """Return the key of the message that tells of a text."""
    return f"{_KEY}{communication_id}"


def is_of_communication(message: Message) -> bool:
    """Whether a message tells of a text that staff wrote."""
    return message.key.startswith(_KEY)


def told_of(session: Session, message: Message) -> Communication | None:
    """Return the text that a message tells of, as it is now; None for one that tells of something else."""
    if not is_of_communication(message):
        return None
    return session.get_one(Communication, uuid.UUID(message.key.removeprefix(_KEY)), populate_existing=True)


def at_units(session: Session, patient_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> list[Written]:
    """Open all that some units wrote to a patient, newest first."""
    rows = session.scalars(
        select(Communication)
        .where(Communication.patient_id == patient_id, Communication.unit_id.in_(unit_ids))
        .order_by(Communication.written_at.desc(), Communication.id.desc())
    )
    return _opened(session, rows.all())


def of_patient(session: Session, patient_id: uuid.UUID) -> list[Written]:
    """Open what a patient may read of what was written to her, newest first."""
    rows = session.scalars(
        select(Communication)
        .where(Communication.patient_id == patient_id, Communication.taken_back_at.is_(None))
        .order_by(Communication.written_at.desc(), Communication.id.desc())
    )
    return _opened(session, rows.all())


def unread(session: Session, patient_id: uuid.UUID) -> int:
    """Count the texts that wait for a patient."""
    waits = Communication.read_at.is_(None) & Communication.taken_back_at.is_(None)
    query = select(func.count()).select_from(Communication).where(Communication.patient_id == patient_id, waits)
    return session.scalar(query) or 0


def one(
    session: Session, communication_id: uuid.UUID | None, patient_id: uuid.UUID, units: Collection[uuid.UUID]
) -> Communication:
    """Return a text that one of some units wrote to a patient; raises NotFound for any other."""
    row = session.get(Communication, communication_id) if communication_id is not None else None
    if row is None or row.patient_id != patient_id or row.unit_id not in units:
        raise NotFound("communication")
    return row


def _opened(session: Session, rows: Sequence[Communication]) -> list[Written]:
    told = session.scalars(select(Message).where(Message.key.in_([key_of(row.id) for row in rows])))
    by_key = {message.key: message for message in told}
    return [
        Written(row, sealing.open_column(session, row, "words")["words"], by_key.get(key_of(row.id))) for row in rows
    ]
