"""The tables of who a patient is. Everything that could tell is sealed with the patient's own key."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Patient(Base):
    """A patient: an id, a keyed hash to find her by, and her sealed identity."""

    __tablename__ = "patient"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    #: {given, family, nationalNumber, birthDate, language}
    identity_sealed: Mapped[bytes]
    national_number_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(Instant)
    #: From then on nothing is asked and nothing is sent; why stands sealed: {reason}
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    stop_sealed: Mapped[bytes | None]
    #: When the registers last answered about her, and when asking them was last begun, whatever came of it.
    person_checked_at: Mapped[datetime | None] = mapped_column(Instant)
    person_tried_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("tenant_id", "national_number_hash"),
        CheckConstraint("(stopped_at IS NULL) = (stop_sealed IS NULL)", name="stopped_says_why"),
        Index(None, "person_checked_at"),
    )

    @property
    def patient_id(self) -> uuid.UUID:
        """The patient whose key seals this row: herself."""
        return self.id


class PatientKey(Base):
    """The patient's own key, wrapped by the tenant's. Destroying it makes all that it sealed unreadable."""

    __tablename__ = "patient_key"

    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    wrapped: Mapped[bytes]


class ContactPoint(Base):
    """A way to reach the patient: a mobile number, sealed, with a keyed hash to find it by."""

    __tablename__ = "contact_point"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    #: sms
    kind: Mapped[str]
    #: E.164
    value_sealed: Mapped[bytes]
    value_hash: Mapped[bytes]
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    #: When she said that she wants no messages to it (STOP, or by telephone); None while she takes them.
    opted_out_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index(None, "tenant_id", "value_hash"), Index(None, "patient_id"))


class ContactProblem(Base):
    """That a patient cannot be reached as things stand, for her unit to see to."""

    __tablename__ = "contact_problem"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    #: opted-out, landline, unreachable, no-number, not-digital, reserved
    code: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint(
            "code IN ('opted-out', 'landline', 'unreachable', 'no-number', 'not-digital', 'reserved')",
            name="code_known",
        ),
        Index(
            "ix_contact_problem_open",
            "patient_id",
            "code",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
            sqlite_where=text("resolved_at IS NULL"),
        ),
        Index(None, "patient_id", "raised_at"),
    )
