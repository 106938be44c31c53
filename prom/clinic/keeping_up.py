"""How a patient keeps up with what she is asked, week by week, and who of a unit fell silent.

Whoever shows it writes the audit record.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.assignments.adherence import Adherence, Silent, adherence, fell_silent
from prom.assignments.models import Assignment
from prom.assignments.planning import split
from prom.clinic import planned
from prom.clinic.vocabulary import Reader
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import pathways_of
from prom.patients.queries import Identity, identities
from prom.staff.models import Unit

#: What she is asked by plan, or because an answer asks for it.
COUNTED = ("planned", "answer")
#: What became of a question, from bad to good: a week shows its worst.
KINDS = ("missed", "late", "open", "on-time")
#: What is counted, in the order of `Total`.
NUMBERS = ("patients", "asked", "on_time", "late", "missed", "open")
#: The plot reaches back so far.
WEEKS = 52


@dataclass(frozen=True)
class Week:
    """One week of one questionnaire: the worst that became of what it asked, or `none` where it asked nothing."""

    monday: date
    kind: str
    asked: int

    @property
    def number(self) -> int:
        """Its ISO number."""
        return self.monday.isocalendar().week


@dataclass(frozen=True)
class Line:
    """One questionnaire: its numbers, and its weeks, oldest first."""

    title: str
    numbers: Adherence
    weeks: tuple[Week, ...]


def lines(session: Session, episode: Episode, of: Pathway, reader: Reader, today: date) -> list[Line]:
    """Return how each planned questionnaire of an episode went."""
    titles = titles_of(session, of, reader)
    weeks = _weeks(session, episode, reader, today)
    return [
        Line(titles.get(each.key, each.key), each, weeks.get(each.key, ())) for each in adherence(session, [episode.id])
    ]


def titles_of(session: Session, of: Pathway, reader: Reader) -> dict[str, str]:
    """Return plan key -> what it is called, for all that a pathway asks by plan or after an answer."""
    items = {each.key: planned.title_of(session, each, reader) for each in of.items}
    return items | {each.plan_key: planned.title_of(session, each.ask, reader) for each in of.after_answers}


def _weeks(session: Session, episode: Episode, reader: Reader, today: date) -> dict[str, tuple[Week, ...]]:
    rows = session.scalars(
        select(Assignment).where(Assignment.episode_id == episode.id, Assignment.origin.in_(COUNTED))
    )
    found: dict[str, dict[date, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        kind = _kind(row)
        if kind is not None:
            found[split(row.occurrence)[0]][_monday(reader.day_of(row.opens_at))].append(kind)
    first = min((monday for weeks in found.values() for monday in weeks), default=_monday(today))
    shown = _mondays(max(first, _monday(today) - timedelta(weeks=WEEKS - 1)), today)
    return {key: tuple(_week(monday, weeks.get(monday, ())) for monday in shown) for key, weeks in found.items()}


def _kind(row: Assignment) -> str | None:
    """What became of a question; None for one that was taken back."""
    if row.status == "completed" and row.completed_at is not None:
        return "on-time" if row.completed_at <= row.due_at else "late"
    return {"open": "open", "expired": "missed"}.get(row.status)


def _week(monday: date, kinds: Sequence[str]) -> Week:
    return Week(monday, min(kinds, key=KINDS.index, default="none"), len(kinds))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _mondays(first: date, today: date) -> list[date]:
    return [first + timedelta(weeks=number) for number in range((_monday(today) - first).days // 7 + 1)]


@dataclass(frozen=True)
class Total:
    """One questionnaire of one pathway at some units, over all its patients now on it."""

    pathway: str
    title: str
    patients: int
    asked: int
    on_time: int
    late: int
    missed: int
    open: int


def totals(session: Session, unit_ids: Collection[uuid.UUID], reader: Reader) -> list[Total]:
    """Return how the units' active patients keep up, by pathway and questionnaire."""
    episodes = session.scalars(select(Episode).where(Episode.unit_id.in_(unit_ids), Episode.status == "active")).all()
    on = {each.id: (each.pathway_url, each.pathway_version) for each in episodes}
    pathways = pathways_of(session, episodes)
    names = {version: titles_of(session, of, reader) for version, of in pathways.items()}
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for each in adherence(session, list(on)):
        version = on[each.episode_id]
        key = (reader.words(pathways[version].title), names[version].get(each.key, each.key))
        sums[key].update(_counts(each))
    return [Total(*key, *(counts[name] for name in NUMBERS)) for key, counts in sorted(sums.items())]


def _counts(each: Adherence) -> Mapping[str, int]:
    return {name: 1 if name == "patients" else getattr(each, name) for name in NUMBERS}


@dataclass(frozen=True)
class Call:
    """A patient to call, because she fell silent."""

    silent: Silent
    person: Identity
    unit: Unit


def calls(session: Session, unit_ids: Collection[uuid.UUID]) -> list[Call]:
    """Return who fell silent, longest first."""
    found = fell_silent(session, unit_ids)
    people = identities(session, [each.patient_id for each in found])
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(unit_ids)))}
    return [Call(each, people[each.patient_id], units[each.unit_id]) for each in found]
