"""Writing to a patient, taking it back, and her reading it. The SMS says only that something waits on her own page."""

import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from prom import clock
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.communications.models import Communication
from prom.communications.queries import key_of, of_patient
from prom.db import new_id
from prom.errors import Conflict, Invalid, NotFound
from prom.messaging import outbox
from prom.messaging.models import Kind
from prom.messaging.outbox import Letter
from prom.pathways.models import Episode
from prom.patients import contact, sealing
from prom.patients.models import Patient
from prom.patients.queries import points_of

#: A text, not a letter: what is longer belongs into a conversation or the record.
LONGEST = 2000
#: From then on the SMS is not sent any more; the text itself stays on her page.
SMS_LASTS = timedelta(days=3)


def send(session: Session, communication_id: uuid.UUID, episode: Episode, words: str, actor: Actor) -> Communication:
    """Write a text to a patient and let an SMS tell her that one waits; sent once more under its id, nothing happens.

    Other words under the same id (the form was brought back and changed) are another text, under an id of its own.
    Raises Invalid without words or with too many, Conflict for an episode that has ended, for a patient about whom
    everything is stopped, and where no SMS reaches her: somebody has to call instead.
    """
    words = words.strip()
    before = session.get(Communication, communication_id)
    if before is not None:
        if before.patient_id != episode.patient_id or before.unit_id != episode.unit_id:
            raise NotFound("communication")
        if sealing.open_column(session, before, "words")["words"] == words:
            return before
        communication_id = new_id()
    if not words or len(words) > LONGEST:
        raise Invalid("words")
    stands_in_the_way = hindrance(session, episode)
    if stands_in_the_way is not None:
        raise Conflict(stands_in_the_way)
    row = Communication(
        id=communication_id,
        tenant_id=episode.tenant_id,
        patient_id=episode.patient_id,
        episode_id=episode.id,
        unit_id=episode.unit_id,
        written_at=clock.now(),
        written_by=actor.id,
    )
    sealing.seal(session, row, "words", {"words": words})
    session.add(row)
    session.flush()
    audit.about(session, actor, "communication.send", row)
    outbox.put(
        session,
        Letter(
            tenant_id=row.tenant_id,
            kind=Kind.INFORMATION,
            key=key_of(row.id),
            expires_at=row.written_at + SMS_LASTS,
            patient_id=row.patient_id,
            unit_id=row.unit_id,
        ),
    )
    return row


def hindrance(session: Session, episode: Episode) -> str | None:
    """Return what stands in the way of writing to a patient: `stopped`, `ended`, `no-number`, `opted-out`; or None."""
    if session.get_one(Patient, episode.patient_id).stopped_at is not None:
        return "stopped"
    if episode.status != "active":
        return "ended"
    if episode.patient_id not in points_of(session, [episode.patient_id]):
        return "no-number"
    return "opted-out" if contact.is_opted_out(session, episode.patient_id) else None


def take_back(session: Session, row: Communication, actor: Actor) -> None:
    """Show a text to her no more, as one that was meant for somebody else; a second time changes nothing.

    Its SMS, where it waits, is not sent. That she may have read it already stays on record.
    """
    if row.taken_back_at is not None:
        return
    row.taken_back_at, row.taken_back_by = clock.now(), actor.id
    session.flush()
    audit.about(session, actor, "communication.take-back", row)


def mark_read(session: Session, communication_id: uuid.UUID, patient_id: uuid.UUID, actor: Actor) -> None:
    """Note that she has opened a text; a second time changes nothing. Raises NotFound for anybody else's."""
    row = next((each.row for each in of_patient(session, patient_id) if each.row.id == communication_id), None)
    if row is None:
        raise NotFound("communication")
    if row.read_at is None:
        row.read_at = clock.now()
        session.flush()
        audit.about(session, actor, "communication.read", row)
