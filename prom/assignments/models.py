"""The tables of what is asked of whom and when: plans, assignments, the links to them, and visits through a link."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Plan(Base):
    """One planned questionnaire of an episode, and when its next assignment opens."""

    __tablename__ = "plan"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    #: The key of the pathway's item.
    key: Mapped[str]
    #: The local day that names the next occurrence, and the instant when it opens; None when nothing more comes.
    next_day: Mapped[date | None]
    next_opens_at: Mapped[datetime | None] = mapped_column(Instant)
    #: How many occurrences were opened so far, and when the last of them opened: what was asked is not asked again.
    opened: Mapped[int] = mapped_column(default=0)
    last_opened_at: Mapped[datetime | None] = mapped_column(Instant)
    #: For what an answer asks for: the assignment that it answered.
    cause_id: Mapped[uuid.UUID | None]

    __table_args__ = (
        UniqueConstraint("episode_id", "key"),
        CheckConstraint("opened >= 0", name="opened_not_negative"),
        Index(
            "ix_plan_due",
            "next_opens_at",
            postgresql_where=text("next_opens_at IS NOT NULL"),
            sqlite_where=text("next_opens_at IS NOT NULL"),
        ),
    )


_UNCHECKED = "silence_checked_at IS NULL AND (silence_raised_at IS NOT NULL OR status = 'expired')"
_UNPLANNED = "origin IN ('patient', 'clinician', 'machine')"


class Assignment(Base):
    """One questionnaire for one patient in one window.

    Tenant, patient and unit are its episode's, from whose row it is made; they have no foreign keys of their own, which
    would look up and lock three rows more for each of thousands at nine o'clock.
    """

    __tablename__ = "assignment"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID]
    patient_id: Mapped[uuid.UUID]
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    unit_id: Mapped[uuid.UUID]
    #: planned, answer (another answer asks for it), patient (she reports again), clinician (asked now by one), machine
    #: (a FHIR Task), staff (only staff fill it in)
    origin: Mapped[str]
    #: What makes it the only one of its kind: the plan's key and local day, or an id for what was made on demand.
    occurrence: Mapped[str]
    #: The versions that it is asked and judged by, `url|version`; rules None where nobody judges.
    questionnaire: Mapped[str]
    rules: Mapped[str | None]
    #: open, completed, expired, cancelled
    status: Mapped[str]
    opens_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    overdue_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    begun_expires_at: Mapped[datetime] = mapped_column(Instant)
    begun_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: When silence past due was put on the call list; None until then.
    silence_raised_at: Mapped[datetime | None] = mapped_column(Instant)
    #: When the auditor looked whether silence had raised what it should; None where it is to look, or look once more.
    silence_checked_at: Mapped[datetime | None] = mapped_column(Instant)
    #: Wrong birth dates given through its links; at the limit `locked_at` is set and no link opens it any more.
    wrong_birth_dates: Mapped[int] = mapped_column(default=0)
    locked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("episode_id", "occurrence"),
        CheckConstraint("status IN ('open', 'completed', 'expired', 'cancelled')", name="status_known"),
        CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed_has_its_time"),
        CheckConstraint("opens_at <= due_at AND due_at <= overdue_at", name="window_in_order"),
        Index(
            "ix_assignment_open",
            "overdue_at",
            "expires_at",
            postgresql_where=text("status = 'open'"),
            sqlite_where=text("status = 'open'"),
        ),
        Index(
            "ix_assignment_silence_unchecked",
            "overdue_at",
            postgresql_where=text(_UNCHECKED),
            sqlite_where=text(_UNCHECKED),
        ),
        Index(
            "ix_assignment_unplanned",
            "patient_id",
            postgresql_where=text(f"status = 'open' AND {_UNPLANNED}"),
            sqlite_where=text(f"status = 'open' AND {_UNPLANNED}"),
        ),
        Index(None, "patient_id", "opens_at"),
    )


#: Written out, as in the partial index: PostgreSQL proves nothing from bound parameters, and would plan each time anew.
IS_OPEN = Assignment.status == literal_column("'open'")
#: What she, a clinician or a machine asked for beside the plan: few, and known by an index of their own.
UNPLANNED = Assignment.origin.in_([literal_column(f"'{each}'") for each in ("patient", "clinician", "machine")])


class Link(Base):
    """One token that opens an assignment for writing. Each message mints its own; only the hash is kept."""

    __tablename__ = "link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    assignment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assignment.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class Visit(Base):
    """A patient's browser that came through a link. It may write after the birth date was confirmed."""

    __tablename__ = "visit"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    assignment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("assignment.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index(None, "assignment_id"),)


class PersonalLink(Base):
    """A patient's standing link, by which she can report at any time. It can only write; only its hash is kept."""

    __tablename__ = "personal_link"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    #: When it was taken back, or another took its place, or too many wrong birth dates were given with it.
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    #: Wrong birth dates given with it one after the other; a right one sets them to 0.
    wrong_birth_dates: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index(None, "patient_id"),)


class Information(Base):
    """A short text of the pathway that a patient is given at its time, and when she marked it as read.

    Where its day is moved after it was given, it is given once more on the right one.
    """

    __tablename__ = "information"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    #: The key of the pathway's information item, and the pathway's version that its words stand in.
    key: Mapped[str]
    pathway: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("episode_id", "key", "given_at"), Index(None, "patient_id", "given_at"))
