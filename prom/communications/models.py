"""The table of what clinicians write to patients. A text is never changed; one that was wrong is taken back."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Communication(Base):
    """One text to one patient: who wrote it, when, and whether she has read it. Its words lie sealed."""

    __tablename__ = "communication"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    written_at: Mapped[datetime] = mapped_column(Instant)
    written_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("clinician.id"))
    #: {words}
    words_sealed: Mapped[bytes]
    #: When she first opened it on her own page.
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    #: When it was taken back, and by whom: her page does not show it from then on.
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_back_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("clinician.id"))

    __table_args__ = (
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_by IS NULL)", name="taken_back_by_somebody"),
        Index(None, "patient_id", "written_at"),
    )
