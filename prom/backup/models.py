"""The table of backup: that this database was restored, and whether it may act again."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Quarantine(Base):
    """One restoring of this database. Until it is released no web process and no worker starts on it."""

    __tablename__ = "quarantine"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    backup_id: Mapped[uuid.UUID]
    #: When the backup was taken: what happened later is not in this database.
    taken_at: Mapped[datetime] = mapped_column(Instant)
    restored_at: Mapped[datetime] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
