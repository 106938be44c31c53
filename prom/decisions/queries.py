"""Reading what was decided for a patient. Whoever shows it writes the audit record."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.decisions.models import Decision
from prom.errors import NotFound
from prom.patients import sealing


@dataclass(frozen=True)
class Decided:
    """A decision with its words opened: what was decided, and why."""

    row: Decision
    what: Mapping[str, str]
    reason: str

    def holds_at(self, moment: datetime) -> bool:
        """Whether a report of this moment is judged by it: one that was written later, and before its end."""
        row = self.row
        ends = [end for end in (row.ends_at, row.ended_at) if end is not None]
        return row.made_at < moment and all(moment < end for end in ends)


def of_episode(session: Session, episode_id: uuid.UUID) -> list[Decided]:
    """Open everything that was ever decided in an episode, the newest first."""
    rows = session.scalars(
        select(Decision).where(Decision.episode_id == episode_id).order_by(Decision.made_at.desc(), Decision.id.desc())
    )
    return [opened(session, row) for row in rows]


def in_force(session: Session, episode_id: uuid.UUID, moment: datetime) -> list[Decided]:
    """Open what a report of this moment is judged by."""
    return [each for each in of_episode(session, episode_id) if each.holds_at(moment)]


def standing(decided: Sequence[Decided], now: datetime) -> list[Decided]:
    """Return what holds now and from now on."""
    return [
        each for each in decided if each.row.ended_at is None and (each.row.ends_at is None or now < each.row.ends_at)
    ]


def one(session: Session, decision_id: uuid.UUID, episode_id: uuid.UUID) -> Decision:
    """Return a decision of an episode; raises NotFound for any other."""
    row = session.get(Decision, decision_id)
    if row is None or row.episode_id != episode_id:
        raise NotFound("decision")
    return row


def opened(session: Session, row: Decision) -> Decided:
    """Open one decision."""
    words = sealing.open_column(session, row, "words")
    return Decided(row, words["what"], words["reason"])
