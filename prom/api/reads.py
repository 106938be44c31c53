"""The audit record of a list that the API shows: one, with many subjects."""

import uuid
from collections.abc import Iterable

from sqlalchemy.orm import Session

from prom.audit import service as audit
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
