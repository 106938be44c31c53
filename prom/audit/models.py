"""The tables of the audit log. They are only ever added to."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class AuditRecord(Base):
    """One read or write: who did what to which row, and why. No health data, no names."""

    __tablename__ = "audit_record"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(Instant)
    #: clinician, patient, proxy, operator, system
    actor_kind: Mapped[str]
    #: The clinician's id, the visit's id, or none for operator and system.
    actor_id: Mapped[uuid.UUID | None]
    #: For a clinician the role at that moment; for an operator the account on the machine.
    actor_role: Mapped[str | None]
    #: Such as `patient.read` or `alert.acknowledge`.
    action: Mapped[str]
    #: The kind of thing, such as `alert`, and its id where it is one thing.
    entity: Mapped[str]
    entity_id: Mapped[uuid.UUID | None]
    unit_id: Mapped[uuid.UUID | None]
    #: Why: `care`, `export`, `rule`, `tick` and the like; never free text about a patient.
    reason: Mapped[str]

    __table_args__ = (Index(None, "tenant_id", "at"),)


class AuditSubject(Base):
    """One patient whom an audit record is about, so that a list stands in each subject's own log."""

    __tablename__ = "audit_subject"

    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("audit_record.id"), primary_key=True)
    patient_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[uuid.UUID]

    __table_args__ = (Index(None, "patient_id", "record_id"),)
