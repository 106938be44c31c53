"""Reading handover notes. Whoever shows their words writes the audit record."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from prom.handover.models import STANDS, HandoverNote
from prom.patients import sealing


@dataclass(frozen=True)
class Noted:
    """A version with its words opened."""

    row: HandoverNote
    words: str


def versions(session: Session, episode_id: uuid.UUID) -> list[Noted]:
    """Open every version of an episode's note, the newest first."""
    rows = session.scalars(
        select(HandoverNote).where(HandoverNote.episode_id == episode_id).order_by(HandoverNote.version.desc())
    )
    return [Noted(row, sealing.open_column(session, row, "words")["words"]) for row in rows]


def newest(session: Session, episode_id: uuid.UUID) -> HandoverNote | None:
    """Return the last version of an episode's note, sealed; None before the first."""
    of_episode = select(HandoverNote).where(HandoverNote.episode_id == episode_id)
    return session.scalars(of_episode.order_by(HandoverNote.version.desc()).limit(1)).first()


def standing(session: Session, unit_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return the episodes of some units for which a note stands. Nothing is opened."""
    stands = select(HandoverNote.episode_id).where(text(STANDS), HandoverNote.unit_id.in_(unit_ids))
    return set(session.scalars(stands))
