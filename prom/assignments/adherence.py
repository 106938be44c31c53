"""How patients keep up: asked, answered on time, late, missed; and who fell silent."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Adherence:
    """One planned questionnaire of an episode in numbers. `asked` is the sum of the four others."""

    episode_id: uuid.UUID
    #: The key of the pathway's item, or `after:<key>` for what answers asked for.
    key: str
    asked: int
    #: Answered before it was due.
    on_time: int
    late: int
    #: Expired; also one that was begun and never sent.
    missed: int
    #: Can be answered still.
    open: int
    last_asked_at: datetime
    last_answered_at: datetime | None


@dataclass(frozen=True)
class Silent:
    """A patient who answered none of the last questions that are past due."""

    patient_id: uuid.UUID
    episode_id: uuid.UUID
    unit_id: uuid.UUID
    #: How many in a row, and when the first of them opened.
    unanswered: int
    since: datetime
    #: When she last answered a planned question; None for never.
    last_answered_at: datetime | None


def adherence(session: Session, episode_ids: Collection[uuid.UUID]) -> Sequence[Adherence]:
    """Return how each planned questionnaire of these episodes went, by episode and key.

    Whoever shows it writes the audit record. What was never asked (a pause) is not counted.
    """
    return []


def fell_silent(session: Session, unit_ids: Collection[uuid.UUID], at_least: int = 2) -> Sequence[Silent]:
    """Return the patients of these units who have left at least so many planned questions in a row, longest first.

    Episodes that have ended or are paused now are left out. Whoever shows it writes the audit record.
    """
    return []
