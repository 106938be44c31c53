"""Reading the audit log."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.audit.models import AuditRecord, AuditSubject


def log_of(session: Session, patient_id: uuid.UUID, limit: int = 200) -> Sequence[AuditRecord]:
    """Return who read or wrote one patient's data, newest first."""
    return session.scalars(
        select(AuditRecord)
        .join(AuditSubject, AuditSubject.record_id == AuditRecord.id)
        .where(AuditSubject.patient_id == patient_id)
        .order_by(AuditRecord.at.desc(), AuditRecord.id.desc())
        .limit(limit)
    ).all()
