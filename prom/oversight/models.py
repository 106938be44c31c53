"""The tables of oversight: when each periodic job last ran, who leads, and where the auditor disagreed."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Tick(Base):
    """The last runs of one periodic job, over all workers. A silent job shows in an old `finished_at`."""

    __tablename__ = "tick"

    #: The job's name in jobs.py.
    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Instant)
    #: The last run that ended well.
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    #: The last run that ended in an exception, and the exception's class; both stay when a later one ends well.
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    failure: Mapped[str | None]
    #: How many runs were begun.
    runs: Mapped[int]
    #: The cadence in seconds, so that the watch knows when silence is too long.
    every: Mapped[float]

    __table_args__ = (
        CheckConstraint("runs > 0", name="has_run"),
        CheckConstraint("(failed_at IS NULL) = (failure IS NULL)", name="failed_says_why"),
    )


class Leader(Base):
    """The worker that leads, for people to read. What decides is a lock: see leading.py."""

    __tablename__ = "leader"

    #: What is led.
    name: Mapped[str] = mapped_column(primary_key=True)
    #: Its host and process.
    holder: Mapped[str]
    since: Mapped[datetime] = mapped_column(Instant)
    #: When it last said that it is there.
    seen_at: Mapped[datetime] = mapped_column(Instant)


class Disagreement(Base):
    """That the auditor would have alerted otherwise than was done: for a response, or for the lack of one.

    In what way stands nowhere.
    """

    __tablename__ = "disagreement"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    #: The response that was judged again, or the assignment that nobody answered.
    response_id: Mapped[uuid.UUID | None]
    assignment_id: Mapped[uuid.UUID | None]
    found_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("(response_id IS NULL) = (assignment_id IS NOT NULL)", name="over_one_thing"),
        Index(None, "found_at"),
    )
