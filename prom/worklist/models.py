"""The tables of duties: alerts, the evidence that each stands on, and what was done about it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id

CLOSED = "state IN ('resolved', 'entered-in-error')"
OPEN = "state NOT IN ('resolved', 'entered-in-error')"


class Alert(Base):
    """A duty for a nurse: one patient, one topic (a symptom), the worst severity, and a next action time."""

    __tablename__ = "alert"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    #: A keyed hash of the topic, so that new evidence finds its alert and the table tells no symptom.
    topic_hash: Mapped[bytes]
    #: alerts.rules.Severity: 4 emergency, 3 same day, 2 next working day, 1 at visit.
    severity: Mapped[int]
    #: alerts.lifecycle.State
    state: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(Instant)
    #: When the present wait began: raised, or opened again by new evidence.
    waiting_since: Mapped[datetime] = mapped_column(Instant)
    #: When something must have happened by; never absent while the alert is open.
    next_action_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("clinician.id"))
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)
    escalations: Mapped[int] = mapped_column(default=0)
    #: Pieces of evidence that came after somebody had acknowledged it, and that nobody has acknowledged since.
    new_evidence: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: When it was closed, or taken back after that, while no note for the record tells of it yet.
    note_owed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: {topic}
    topic_sealed: Mapped[bytes]
    #: Counts the changes; acting on an older one is refused.
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy names and reads it so)
    __table_args__ = (
        CheckConstraint("severity BETWEEN 1 AND 4", name="severity_known"),
        CheckConstraint(f"({CLOSED}) = (next_action_at IS NULL)", name="open_has_a_next_action"),
        CheckConstraint(f"({CLOSED}) = (closed_at IS NOT NULL)", name="closed_has_its_time"),
        CheckConstraint("state <> 'acknowledged' OR claimed_by IS NOT NULL", name="acknowledged_has_an_owner"),
        Index(
            "ix_alert_one_open_per_topic",
            "episode_id",
            "topic_hash",
            unique=True,
            postgresql_where=text(OPEN),
            sqlite_where=text(OPEN),
        ),
        Index("ix_alert_open_of_unit", "unit_id", "severity", postgresql_where=text(OPEN), sqlite_where=text(OPEN)),
        Index("ix_alert_next_action", "next_action_at", postgresql_where=text(OPEN), sqlite_where=text(OPEN)),
        Index(None, "patient_id", "raised_at"),
        Index(
            "ix_alert_note_owed",
            "note_owed_at",
            postgresql_where=text("note_owed_at IS NOT NULL"),
            sqlite_where=text("note_owed_at IS NOT NULL"),
        ),
    )


#: Written out, as in the partial index: PostgreSQL proves nothing from bound parameters, and would plan each time anew.
IS_OPEN = Alert.state.not_in([literal_column("'resolved'"), literal_column("'entered-in-error'")])


class Evidence(Base):
    """One finding: the rule, its reason and what it came from. An alert stands on it, or a decision holds it back."""

    __tablename__ = "evidence"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    alert_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("alert.id"))
    #: The decision for this patient that expected it, where it is nobody's duty.
    held_by: Mapped[uuid.UUID | None]
    #: What was judged: a response, or a form that was begun or never answered. Ids only: the list knows no feeder.
    response_id: Mapped[uuid.UUID | None]
    assignment_id: Mapped[uuid.UUID | None]
    #: `url|version` of the rule set
    rules: Mapped[str]
    severity: Mapped[int]
    #: {rule, topic, kind, title, instruction, reason}
    finding_sealed: Mapped[bytes]
    found_at: Mapped[datetime] = mapped_column(Instant)
    #: When the response was entered in error, and this no longer counts.
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("(alert_id IS NULL) = (held_by IS NOT NULL)", name="raised_or_held"),
        Index(None, "alert_id"),
        Index(None, "response_id"),
        Index(None, "assignment_id"),
        Index(
            "ix_evidence_held",
            "held_by",
            postgresql_where=text("held_by IS NOT NULL"),
            sqlite_where=text("held_by IS NOT NULL"),
        ),
    )


class AlertEvent(Base):
    """One step in an alert's life: who did what, and her sealed note."""

    __tablename__ = "alert_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alert.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    #: raise, join, note, or a verb of alerts.lifecycle
    verb: Mapped[str]
    state: Mapped[str]
    #: The clinician, or None for the system.
    clinician_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("clinician.id"))
    #: {note, outcome, place}, or None
    note_sealed: Mapped[bytes | None]

    __table_args__ = (Index(None, "alert_id", "at"),)
