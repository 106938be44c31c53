"""The audit records of what the API shows: one for one thing, and one with many subjects for a list."""

import uuid
from collections.abc import Iterable

from sqlalchemy.orm import Session

from prom.audit import service as audit
from prom.pathways.models import Episode
from prom.staff.access import Caller


def listed(
    session: Session, who: Caller, entity: str, patient_ids: Iterable[uuid.UUID], unit_id: uuid.UUID | None = None
) -> None:
    """Write down that a list was read; it stands in each patient's own log."""
    audit.record(
        session,
        who.actor,
        f"{entity}.read",
        tenant_id=who.tenant_id,
        entity=entity,
        subjects=patient_ids,
        unit_id=unit_id,
    )


def of_patient(session: Session, who: Caller, episode: Episode, action: str = "patient.read") -> None:
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
