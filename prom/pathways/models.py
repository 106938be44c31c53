"""The tables of episodes: one patient's stay on one pathway at one unit, and the days that it is reckoned from."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from prom.db import Base, Instant, new_id


class Episode(Base):
    """A patient's stay on a pathway. Diagnosis and treatment are sealed; the unit's staff are its care team."""

    __tablename__ = "episode"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))
    pathway_url: Mapped[str]
    pathway_version: Mapped[str]
    #: {diagnosis (ICD-10), intent, regimen, line, pathwayCode (pakkeforløp)}
    clinical_sealed: Mapped[bytes]
    #: The first treatment day, in the unit's zone.
    anchor: Mapped[date]
    #: active, ended
    status: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    #: {reason}: finished, withdrawn, died, moved or error; None until it has ended
    end_sealed: Mapped[bytes | None]
    #: Nothing opens or is sent from the one until the other; a pause always has an end.
    paused_from: Mapped[datetime | None] = mapped_column(Instant)
    paused_until: Mapped[datetime | None] = mapped_column(Instant)
    #: {reason}: admitted, wish, holiday or other
    pause_sealed: Mapped[bytes | None]

    __table_args__ = (
        CheckConstraint("status IN ('active', 'ended')", name="status_known"),
        CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="ended_has_an_end"),
        CheckConstraint("(paused_from IS NULL) = (paused_until IS NULL)", name="pause_has_an_end"),
        CheckConstraint("paused_from <= paused_until", name="pause_in_order"),
        Index(None, "patient_id"),
        Index(None, "unit_id", "status"),
    )


class EpisodeAnchor(Base):
    """A further day that an episode's timings are reckoned from, such as the end of treatment. The first is its own."""

    __tablename__ = "episode_anchor"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id"))
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patient.id"))
    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episode.id"))
    #: The anchor's code in the pathway.
    code: Mapped[str]
    #: In the unit's zone.
    day: Mapped[date]
    set_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("episode_id", "code"),)
