"""The table of choices made for the installation, a unit or a patient; a pathway's stand in its document."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Setting(Base):
    """One choice at one level. What stands nearer to the patient wins."""

    __tablename__ = "setting"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    #: installation, unit, patient
    level: Mapped[str]
    #: The id of the tenant, the unit or the patient that it is for.
    owner_id: Mapped[uuid.UUID]
    #: A name of settings/known.py, and its value as JSON; never health data.
    name: Mapped[str]
    value: Mapped[str]
    #: The clinician who chose; None where the patient herself did.
    set_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("clinician.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("level IN ('installation', 'unit', 'patient')", name="level_known"),
    )
