"""The table of notes: the outbox towards the hospital's record system. A note is written once and never changed."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id

WAITS = "filed_at IS NULL"


class RecordNote(Base):
    """One note about one closed alert, and whether it lies in the record. Its id is the key that it is filed under."""

    __tablename__ = "record_note"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alert.id"))
    #: final, or entered-in-error where the alert was taken back after a final one: that one replaces it
    status: Mapped[str]
    #: When the alert was closed or taken back.
    closed_at: Mapped[datetime] = mapped_column(Instant)
    #: {text, document}: the words to paste, and a FHIR document as JSON
    note_sealed: Mapped[bytes]
    #: When it is tried next; a try that is under way holds it until then.
    try_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    #: The record system's own short code for why the last try failed; no words of the note.
    failure: Mapped[str | None]
    filed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: Who pasted it into the record by hand; None where Prom filed it.
    filed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("clinician.id"))

    __table_args__ = (
        # One note of a closing, however often it is asked for: a closed alert never opens again.
        UniqueConstraint("alert_id", "status"),
        CheckConstraint("status IN ('final', 'entered-in-error')", name="status_known"),
        CheckConstraint("filed_by IS NULL OR filed_at IS NOT NULL", name="filed_by_hand_is_filed"),
        Index("ix_record_note_waits", "try_at", postgresql_where=text(WAITS), sqlite_where=text(WAITS)),
        Index(None, "patient_id"),
    )
