"""The tables of registered machine clients and of what every caller has used up of its allowance."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Client(Base):
    """A program that may call with a bearer token. Only the hash of its token is kept."""

    __tablename__ = "client"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    #: Names of scopes.py, with a space between.
    scopes: Mapped[str]
    #: Whether it reaches every unit of the hospital, also later ones; otherwise those of client_unit.
    all_units: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("tenant_id", "name"),)


class ClientUnit(Base):
    """That a client reaches a unit, and so its patients."""

    __tablename__ = "client_unit"

    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("client.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class Allowance(Base):
    """How many requests a caller has been granted in the window that runs. One row for each caller."""

    __tablename__ = "allowance"

    #: The client's or the clinician's id.
    caller_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    window_began_at: Mapped[datetime] = mapped_column(Instant)
    granted: Mapped[int]

    __table_args__ = (CheckConstraint("granted >= 0", name="granted_not_negative"),)
