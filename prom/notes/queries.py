"""Reading notes. Whoever shows their words writes the audit record."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from prom import clock
from prom.errors import NotFound
from prom.notes.models import RecordNote
from prom.worklist.models import Alert


def owed(session: Session, limit: int = 200) -> list[uuid.UUID]:
    """Return the alerts whose closing has no note yet, the oldest first."""
    query = select(Alert.id).where(Alert.note_owed_at.is_not(None)).order_by(Alert.note_owed_at).limit(limit)
    return list(session.scalars(query))


def due(session: Session, limit: int = 200) -> list[uuid.UUID]:
    """Return the notes that are to be filed now, the oldest try first; what takes another back waits for that one."""
    final = aliased(RecordNote)
    replaced = final.alert_id == RecordNote.alert_id, final.status == "final", final.filed_at.is_(None)
    is_next = or_(RecordNote.status == "final", ~exists().where(*replaced))
    query = select(RecordNote.id).where(RecordNote.filed_at.is_(None), RecordNote.try_at <= clock.now(), is_next)
    return list(session.scalars(query.order_by(RecordNote.try_at).limit(limit)))


def not_filed(session: Session, unit_ids: Collection[uuid.UUID], limit: int) -> Sequence[RecordNote]:
    """Return the notes of some units that do not lie in the record, the oldest first. Nothing is opened."""
    query = select(RecordNote).where(RecordNote.filed_at.is_(None), RecordNote.unit_id.in_(unit_ids))
    return session.scalars(query.order_by(RecordNote.closed_at, RecordNote.id).limit(limit)).all()


def of_patient(session: Session, patient_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> Sequence[RecordNote]:
    """Return a patient's notes at some units, the newest first. Nothing is opened."""
    query = select(RecordNote).where(RecordNote.patient_id == patient_id, RecordNote.unit_id.in_(unit_ids))
    return session.scalars(query.order_by(RecordNote.closed_at.desc(), RecordNote.id.desc())).all()


def owed_of(session: Session, patient_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> Sequence[Alert]:
    """Return a patient's alerts at some units whose closing has no note yet, the newest first."""
    hers = Alert.patient_id == patient_id, Alert.unit_id.in_(unit_ids)
    query = select(Alert).where(*hers, Alert.note_owed_at.is_not(None)).order_by(Alert.note_owed_at.desc())
    return session.scalars(query).all()


def note(session: Session, note_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> RecordNote:
    """Return a note of one of some units; raises NotFound."""
    row = session.get(RecordNote, note_id)
    if row is None or row.unit_id not in unit_ids:
        raise NotFound("note")
    return row
