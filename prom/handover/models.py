"""The table of handover notes. A note is never changed: a new version takes its place, an empty one ends it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id

STANDS = "replaced_at IS NULL AND NOT is_empty"


class HandoverNote(Base):
    """One version of the note on a patient's stay: who wrote it, and when. Its words lie sealed."""

    __tablename__ = "handover_note"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    #: 1, 2, 3 of the episode; who writes names the one that she saw.
    version: Mapped[int]
    written_at: Mapped[datetime] = mapped_column(Instant)
    written_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("clinician.id"))
    #: {words}
    words_sealed: Mapped[bytes]
    #: Whether nothing is left to hand over.
    is_empty: Mapped[bool]
    #: When the next version took its place.
    replaced_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("episode_id", "version"),
        CheckConstraint("version >= 1", name="version_counts"),
        Index("ix_handover_note_stands", "unit_id", postgresql_where=text(STANDS), sqlite_where=text(STANDS)),
    )
