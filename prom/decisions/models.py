"""The table of what clinicians decide for one patient. A decision is never changed: a new one takes its place."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id

EXPECTED_LEVEL, OWN_LIMIT, BASELINE = KINDS = ("expected-level", "own-limit", "baseline")
#: Why one has ended: another took its place, a clinician took it back, it was broken by something worse, a new cycle or
#: version of the pathway began.
ENDS = ("replaced", "taken-back", "broken", "course-changed")


class Decision(Base):
    """One decision for one patient's stay: who, when, until when. What and why lie sealed."""

    __tablename__ = "decision"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[str]
    #: A keyed hash of what it is about (a symptom, a rule, a questionnaire), so that one stands for each.
    subject_hash: Mapped[bytes]
    #: Reports that were written after this are judged by it.
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("clinician.id"))
    #: From then on it does not hold; what is expected always has such an end.
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    #: When it was ended before its time, by whom (None for the system), and one of ENDS.
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("clinician.id"))
    ended_because: Mapped[str | None]
    #: {what, reason}; what is decided by kind stands in prom/responses/deciding.py
    words_sealed: Mapped[bytes]

    __table_args__ = (
        CheckConstraint("kind IN ('expected-level', 'own-limit', 'baseline')", name="kind_known"),
        CheckConstraint(
            "ended_because IN ('replaced', 'taken-back', 'broken', 'course-changed')", name="ended_because_known"
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_says_why"),
        CheckConstraint("kind <> 'expected-level' OR ends_at IS NOT NULL", name="expected_has_an_end"),
        Index(
            "ix_decision_one_stands",
            "episode_id",
            "subject_hash",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index(None, "episode_id", "made_at"),
    )
