"""The tables of how a patient gets to her own page: one-time codes by SMS, who asked, and the sessions they begin."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class CodeAttempt(Base):
    """That a code was asked for with a number and a birth date, whosever they are, and whether or not one was sent.

    It tells nothing of a patient: only a keyed hash of what was given. It is deleted after an hour.
    """

    __tablename__ = "code_attempt"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    number_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index(None, "number_hash", "created_at"), Index(None, "created_at"))


class OneTimeCode(Base):
    """A code that was sent by SMS. Only its hash is kept; it opens once, within its time, and bears few tries."""

    __tablename__ = "one_time_code"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    #: The browser that asked for it, by the hash of its token: nobody else can use the code.
    browser_hash: Mapped[bytes]
    code_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries_not_negative"),
        Index(None, "browser_hash"),
        Index(None, "patient_id", "created_at"),
    )


class PatientSession(Base):
    """A patient's browser on her own page. Only the hash of its token is kept."""

    __tablename__ = "patient_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
