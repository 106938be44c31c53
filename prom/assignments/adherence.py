"""How patients keep up: asked, answered on time, late, missed; and who fell silent."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.models import IS_OPEN, Assignment
from prom.assignments.planning import split
from prom.pathways.models import Episode

#: What Prom asks by itself: by a plan, and because an answer called for it.
PLANNED = ("planned", "answer")
#: What expired under her was put on the call list; what Prom itself had missed was told in another way.
_WAS_ASKED = Assignment.silence_raised_at.is_not(None)


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
    #: When the last question opened that she did answer; None where she never answered.
    last_answered_at: datetime | None


def adherence(session: Session, episode_ids: Collection[uuid.UUID]) -> Sequence[Adherence]:
    """Return how each planned questionnaire of these episodes went, by episode and key.

    What was never asked (in a pause, or while Prom stood still) does not count. Whoever shows it writes the record.
    """
    asked = defaultdict[tuple[uuid.UUID, str], list[Assignment]](list)
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.episode_id.in_(episode_ids), Assignment.origin.in_(PLANNED), Assignment.status != "cancelled")
        .where(or_(Assignment.status != "expired", _WAS_ASKED))
        .order_by(Assignment.episode_id, Assignment.opens_at)
    )
    for row in rows:
        asked[row.episode_id, split(row.occurrence)[0]].append(row)
    return [_counted(episode_id, key, of_key) for (episode_id, key), of_key in asked.items()]


def _counted(episode_id: uuid.UUID, key: str, rows: Sequence[Assignment]) -> Adherence:
    answered = [row.completed_at for row in rows if row.completed_at is not None]
    on_time = sum(row.completed_at is not None and row.completed_at <= row.due_at for row in rows)
    return Adherence(
        episode_id=episode_id,
        key=key,
        asked=len(rows),
        on_time=on_time,
        late=len(answered) - on_time,
        missed=sum(row.status == "expired" for row in rows),
        open=sum(row.status == "open" for row in rows),
        last_asked_at=rows[-1].opens_at,
        last_answered_at=max(answered, default=None),
    )


def fell_silent(session: Session, unit_ids: Collection[uuid.UUID], at_least: int = 2) -> Sequence[Silent]:
    """Return the patients of these units who have left at least so many planned questions in a row, longest first.

    Episodes that have ended or are paused now are left out. Whoever shows it writes the audit record.
    """
    now = clock.now()
    answered = (
        select(Assignment.episode_id, func.max(Assignment.opens_at).label("latest"))
        .join(Episode, Episode.id == Assignment.episode_id)
        .where(_goes_on(unit_ids, now), Assignment.origin.in_(PLANNED), Assignment.status == "completed")
        .group_by(Assignment.episode_id)
        .subquery()
    )
    left = ((Assignment.status == "expired") & _WAS_ASKED) | (IS_OPEN & (Assignment.overdue_at <= now))
    since, unanswered = func.min(Assignment.opens_at).label("since"), func.count().label("unanswered")
    rows = session.execute(
        select(Episode.patient_id, Episode.id, Episode.unit_id, unanswered, since, answered.c.latest)
        .join(Assignment, Assignment.episode_id == Episode.id)
        .outerjoin(answered, answered.c.episode_id == Episode.id)
        .where(_goes_on(unit_ids, now), Assignment.origin.in_(PLANNED), left)
        .where(or_(answered.c.latest.is_(None), Assignment.opens_at > answered.c.latest))
        .group_by(Episode.patient_id, Episode.id, Episode.unit_id, answered.c.latest)
        .having(func.count() >= at_least)
        .order_by(since, Episode.id)
    )
    return [Silent(*row) for row in rows]


def _goes_on(unit_ids: Collection[uuid.UUID], now: datetime) -> ColumnElement[bool]:
    paused = Episode.paused_until.is_not(None) & (Episode.paused_until > now)
    return Episode.unit_id.in_(unit_ids) & (Episode.status == "active") & ~paused
