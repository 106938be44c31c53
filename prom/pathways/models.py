"""The table of episodes: one patient's stay on one pathway at one unit."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Episode(Base):
    """A patient's stay on a pathway. Diagnosis and treatment are sealed; the unit's staff are its care team."""

    __tablename__ = "episode"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    pathway_url: Mapped[str]
    pathway_version: Mapped[str]
    #: {diagnosis (ICD-10), intent, regimen, line, pathwayCode (pakkeforløp)}
    clinical_sealed: Mapped[bytes]
    #: The first treatment day, in the unit's zone.
    anchor: Mapped[date]
    #: active, ended
    status: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("status IN ('active', 'ended')", name="status_known"),
        CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="ended_has_an_end"),
        Index(None, "patient_id"),
        Index(None, "unit_id", "status"),
    )
