"""Writing what closings owe, and filing it: again and again until the record system has it, under one key."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.lifecycle import State
from prom import clock, sweeping
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.crypto import CannotOpen
from prom.db import new_id, reading, transaction
from prom.errors import StaleVersion
from prom.notes import queries
from prom.notes.composing import Closing, closing_of, text_of
from prom.notes.documents import document_of
from prom.notes.models import RecordNote
from prom.notes.record_system import Note, RecordSystem, Refused
from prom.patients import sealing
from prom.worklist.models import Alert
from questionnaires.documents import dumps

#: So long a try may last; if its worker dies, another one tries from then on.
LEASE = timedelta(minutes=5)
#: The wait after the first failed try; it doubles with each, up to the longest.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)

log = structlog.get_logger()


def write_owed(session: Session, alert_id: uuid.UUID) -> bool:
    """Write the note that the closing of an alert owes; idempotent. Returns whether it was to be done.

    An alert that was taken back owes one only where the record may hold another: nobody has to read of a duty that
    nobody knew of.
    """
    owes = select(Alert).where(Alert.id == alert_id, Alert.note_owed_at.is_not(None))
    alert = session.scalars(owes.with_for_update(skip_locked=True)).first()
    if alert is None:
        return False
    final = session.scalars(
        select(RecordNote).where(RecordNote.alert_id == alert_id, RecordNote.status == "final").with_for_update()
    ).first()
    is_mistake = alert.state == State.ENTERED_IN_ERROR
    if not is_mistake or final is not None:
        _write(session, closing_of(session, alert), final if is_mistake else None)
    if is_mistake and final is not None and final.filed_at is None and final.failure is not None:
        final.try_at = clock.now()  # what takes it back waits for it
    # Not by the row itself: that would count a change, and whoever holds the page of a closed alert would be refused.
    session.execute(
        update(Alert).where(Alert.id == alert_id).values(note_owed_at=None).execution_options(synchronize_session=False)
    )
    return True


def _write(session: Session, closing: Closing, replaces: RecordNote | None) -> None:
    alert = closing.alert
    row = RecordNote(
        id=new_id(),
        tenant_id=alert.tenant_id,
        patient_id=alert.patient_id,
        unit_id=alert.unit_id,
        alert_id=alert.id,
        status="final" if replaces is None else "entered-in-error",
        closed_at=closing.closed_at,
        try_at=clock.now(),
        attempts=0,
    )
    document = document_of(closing, row.id, replaces.id if replaces is not None else None)
    sealing.seal(session, row, "note", {"text": text_of(closing), "document": dumps(document)})
    session.add(row)
    session.flush()
    audit.about(session, SYSTEM, "note.write", row)


@dataclass(frozen=True)
class _Taken:
    """A note in hand, and which try this is: a try whose lease has run out settles nothing."""

    note: Note
    attempt: int


def file_due(system: RecordSystem) -> int:
    """File what is due; no transaction is open while the record system is asked. Returns how many were filed."""
    with reading() as session:
        due = queries.due(session)
    filed = 0
    for note_id in sweeping.until_stopped(due):
        taken = _take(note_id)
        if taken is not None:
            filed += _settle(taken, _try(system, taken.note))
    return filed


def _take(note_id: uuid.UUID) -> _Taken | None:
    with transaction() as session:
        query = select(RecordNote).where(
            RecordNote.id == note_id, RecordNote.filed_at.is_(None), RecordNote.try_at <= clock.now()
        )
        row = session.scalars(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.attempts += 1
        row.try_at = clock.now() + LEASE
        try:
            note = opened(session, row)
        except CannotOpen:  # counted for an alarm; it holds up none of those behind it
            row.failure, row.try_at = "does-not-open", clock.now() + LONGEST_WAIT
            return None
        # Before it leaves the house: who was told of her stands in the log also where the answer never comes.
        audit.about(session, SYSTEM, "note.file", row)
        return _Taken(note, row.attempts)


def _try(system: RecordSystem, note: Note) -> str | None:
    """Return why it was not taken, or None where it was."""
    try:
        system.file(note)
    except Refused as refused:
        return refused.code
    except Exception as error:
        # The class alone: an error's text can hold what was being written.
        return type(error).__name__
    return None


def _settle(taken: _Taken, failure: str | None) -> bool:
    with transaction() as session:
        row = session.get_one(RecordNote, taken.note.id, with_for_update=True)
        if row.filed_at is not None or (failure is not None and row.attempts != taken.attempt):
            return False
        row.failure = failure
        if failure is not None:
            row.try_at = clock.now() + min(FIRST_WAIT * 2 ** min(taken.attempt - 1, 16), LONGEST_WAIT)
            log.warning("note not filed", failure=failure)
            return False
        row.filed_at = clock.now()
        return True


def opened(session: Session, row: RecordNote) -> Note:
    """Open a note. Whoever shows or sends it writes the audit record."""
    said = sealing.open_column(session, row, "note")
    return Note(row.id, said["text"], said["document"])


def pasted(session: Session, row: RecordNote, actor: Actor) -> None:
    """Say that somebody has put a note into the record by hand; raises StaleVersion where it lies there already."""
    session.refresh(row, with_for_update=True)
    if row.filed_at is not None:
        raise StaleVersion("note")
    row.filed_at, row.filed_by, row.failure = clock.now(), actor.id, None
    audit.about(session, actor, "note.filed-by-hand", row)
