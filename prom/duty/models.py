"""The table of the roster: which phone rings for a unit, at which level, from when until when."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Shift(Base):
    """One phone on duty. It belongs to somebody who works here, and tells of no patient."""

    __tablename__ = "duty_shift"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    #: 1 rings first; the next level rings when nobody below it has acknowledged in time.
    level: Mapped[int]
    #: The phone that rings, E.164, and who carries it.
    phone: Mapped[str]
    name: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 3", name="level_known"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        UniqueConstraint("unit_id", "level", "phone", "starts_at"),
        Index(None, "unit_id", "ends_at"),
    )
