"""What an episode has still to ask: what is open now, and what its plans will open, with dates."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.courses import Course
from prom.assignments.episodes import is_paused
from prom.assignments.models import IS_OPEN, Assignment, Plan
from prom.assignments.planning import INFORMATION, split
from prom.catalogue.queries import instrument
from prom.clinic.vocabulary import Reader
from prom.errors import NotFound
from prom.pathways.definition import Asked, Pathway, Timing
from prom.pathways.models import Episode

#: How far ahead what is planned is compared, and how many of one plan at most.
AHEAD = timedelta(weeks=26)
MOST = 250


@dataclass(frozen=True, order=True)
class Coming:
    """Something that will be asked, or told, at an instant (UTC)."""

    at: datetime
    key: str
    title: str


@dataclass(frozen=True)
class Open:
    """Something that can be answered now."""

    assignment: Assignment
    title: str


def open_now(session: Session, episode: Episode, of: Pathway, reader: Reader) -> tuple[Open, ...]:
    """Return what can be answered in an episode, that due first in front."""
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.episode_id == episode.id, IS_OPEN)
        .order_by(Assignment.due_at, Assignment.id)
    ).all()
    titles = {each.key: each for each in of.asked}
    asked = [(row, titles.get(split(row.occurrence)[0])) for row in rows]
    return tuple(Open(row, _title(session, item, row.questionnaire, reader)) for row, item in asked)


def coming(session: Session, episode: Episode, of: Pathway, days: Mapping[str, date], reader: Reader) -> list[Coming]:
    """Return what an episode's plans will open within half a year, in order; `days` are its anchors.

    What falls into a pause is left out: it is not asked.
    """
    plans = session.scalars(select(Plan).where(Plan.episode_id == episode.id, Plan.next_opens_at.is_not(None)))
    ends, zone = clock.now() + AHEAD, ZoneInfo(reader.zone)
    known = _known(session, of, reader)
    found = [islice(_of_plan(plan, known, days, zone, ends), MOST) for plan in plans if plan.key in known]
    return [each for each in heapq.merge(*found) if not is_paused(episode, each.at)]


def title_of(session: Session, asked: Asked, reader: Reader) -> str:
    """Return what something that is asked is called: its own title, else its questionnaire's."""
    return _title(session, asked, asked.questionnaire, reader)


@dataclass(frozen=True)
class _Known:
    title: str
    timing: Timing | None = None


def _known(session: Session, of: Pathway, reader: Reader) -> dict[str, _Known]:
    """Everything that a plan's key can mean in this version."""
    items = {each.key: _Known(title_of(session, each, reader), each.timing) for each in of.items}
    after = {each.plan_key: _Known(title_of(session, each.ask, reader)) for each in of.after_answers}
    told = {f"{INFORMATION}{each.key}": _Known(reader.words(each.title)) for each in of.information}
    return items | after | told


def _of_plan(
    plan: Plan, known: Mapping[str, _Known], days: Mapping[str, date], zone: ZoneInfo, ends: datetime
) -> Iterator[Coming]:
    of, timing = known[plan.key], known[plan.key].timing
    if plan.next_day is None or plan.next_opens_at is None:
        return
    if timing is None:
        instants = iter([plan.next_opens_at])
    else:
        ahead = Course(timing, days, zone).ahead(plan.next_day, plan.next_opens_at)
        instants = (each.instant for each in ahead)
    for instant in takewhile(lambda each: each <= ends, instants):
        yield Coming(instant, plan.key, of.title)


def _title(session: Session, asked: Asked | None, canonical: str, reader: Reader) -> str:
    if asked is not None and asked.title is not None:
        return reader.words(asked.title)
    try:
        return reader.words(instrument(session, canonical).questionnaire.title)
    except NotFound:
        return canonical
