"""The table of safety problems that staff have reported."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class SafetyProblem(Base):
    """What somebody found unsafe, in her own sealed words; it belongs to the hospital and to no patient."""

    __tablename__ = "safety_problem"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    reported_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("clinician.id"))
    reported_at: Mapped[datetime] = mapped_column(Instant)
    #: {words}
    problem_sealed: Mapped[bytes]
    #: When somebody who looks after Prom has looked, and who.
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("clinician.id"))

    __table_args__ = (
        CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name="seen_by_somebody"),
        Index(
            "ix_safety_problem_unseen",
            "reported_at",
            postgresql_where=text("seen_at IS NULL"),
            sqlite_where=text("seen_at IS NULL"),
        ),
    )

    @property
    def patient_id(self) -> None:
        """Of no patient: it is sealed with the hospital's key."""
        return None
