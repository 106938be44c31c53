"""The tables of the hospital itself: the tenant, its units, the people who work there and their sessions."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Tenant(Base):
    """The organisation that answers for the data; its keys lie here wrapped by the master key."""

    __tablename__ = "tenant"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    wrapping_key: Mapped[bytes]
    lookup_key: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(Instant)


class Unit(Base):
    """A ward or clinic: whom a patient calls, whose list her alerts stand on, and in which zone its clock runs."""

    __tablename__ = "unit"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    name: Mapped[str]
    #: The number that patients call, E.164.
    phone: Mapped[str]
    #: The phone that rings for an emergency, E.164.
    on_call_phone: Mapped[str]
    #: An IANA zone; timings and working hours are in its local wall time.
    zone: Mapped[str]

    __table_args__ = (UniqueConstraint("tenant_id", "name"),)


class Clinician(Base):
    """Somebody who signs in: clinical staff, and also quality people and administrators."""

    __tablename__ = "clinician"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    #: A Role of permissions.py.
    role: Mapped[str]
    language: Mapped[str]
    #: argon2id. A federated sign-in will stand beside it, not in it.
    password_hash: Mapped[str]
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (CheckConstraint("failed_attempts >= 0", name="failed_attempts_not_negative"),)


class UnitMembership(Base):
    """That a clinician works at a unit, and so sees its patients."""

    __tablename__ = "unit_membership"

    clinician_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clinician.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class StaffSession(Base):
    """A signed-in browser. Only the hash of its token is kept."""

    __tablename__ = "staff_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    clinician_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clinician.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
