"""The audit record of reading about one patient, for the pages and for the API alike."""

from sqlalchemy.orm import Session

from prom.audit import service as audit
from prom.pathways.models import Episode
from prom.staff.access import Caller


def record_read(session: Session, who: Caller, episode: Episode, action: str = "patient.read") -> None:
    """Write down that somebody read about a patient."""
    audit.record(
        session,
        who.actor,
        action,
        tenant_id=who.tenant_id,
        entity="patient",
        entity_id=episode.patient_id,
        subjects=[episode.patient_id],
        unit_id=episode.unit_id,
    )
