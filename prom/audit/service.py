"""Writing the audit log: beside each read and each write of patient data, in the same transaction."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from prom import clock
from prom.audit.models import AuditRecord, AuditSubject
from prom.db import new_id


@dataclass(frozen=True)
class Actor:
    """Who acts: a clinician, a patient or proxy on a visit, an operator at the shell, or the system itself."""

    kind: str
    id: uuid.UUID | None = None
    role: str | None = None


SYSTEM = Actor("system")


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    tenant_id: uuid.UUID,
    entity: str,
    entity_id: uuid.UUID | None = None,
    subjects: Iterable[uuid.UUID] = (),
    unit_id: uuid.UUID | None = None,
    reason: str = "care",
) -> uuid.UUID:
    """Write one record and name its subjects (patient ids). A list or an export is one record with many subjects."""
    row_id = new_id()
    session.execute(
        insert(AuditRecord).values(
            id=row_id,
            tenant_id=tenant_id,
            at=clock.now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_role=actor.role,
            action=action,
            entity=entity,
            entity_id=entity_id,
            unit_id=unit_id,
            reason=reason,
        )
    )
    rows = [{"record_id": row_id, "patient_id": patient, "tenant_id": tenant_id} for patient in dict.fromkeys(subjects)]
    if rows:
        session.execute(insert(AuditSubject), rows)
    return row_id
