"""Planning: for each thing that an episode's pathway asks or tells, when it opens next; and planning anew.

What hangs on an anchor that is not known yet is planned when it becomes known. What lies before she was registered is
not hers and is named nowhere. What was planned once and is overtaken by a change is left for the opening sweep, which
writes it down as not asked and tells the unit.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.courses import Course, first_of
from prom.assignments.models import Assignment, Plan
from prom.assignments.timing import Occurrence, instant_of
from prom.db import new_id
from prom.pathways.definition import FIRST_ANCHOR, Asked, InformationItem, Pathway
from prom.pathways.models import Episode, EpisodeAnchor
from prom.pathways.queries import pathway as pathway_of
from prom.patients.queries import identity
from prom.staff.models import Unit

#: A text that is given later than this says nothing any more.
INFORMATION_LASTS = timedelta(days=14)
INFORMATION = "information:"


@dataclass(frozen=True)
class Moved:
    """What planning anew changed of one plan: when it opened next before, and when it does now; None for never."""

    key: str
    before: datetime | None
    now: datetime | None


@dataclass(frozen=True)
class _Past:
    """What was asked of a plan: the occurrences' names, and when the last one opened that was asked of her."""

    names: frozenset[str]
    latest: datetime | None
    #: The questionnaires that were asked, without their versions.
    urls: frozenset[str]


NOTHING_ASKED = _Past(frozenset(), None, frozenset())


def plan_episode(session: Session, started: Episode) -> None:
    """Write down when each planned questionnaire and text of a new episode is due for the first time."""
    replan(session, started)


def replan(session: Session, of: Episode) -> Sequence[Moved]:
    """Plan anew what an episode asks, from its present anchors and version; returns what changed.

    Nothing is asked again that was asked, and nothing within half a period of it. Plans of what the pathway no longer
    asks come to their end. The caller writes the audit record.
    """
    session.flush()
    plans = {
        each.key: each
        for each in session.scalars(select(Plan).where(Plan.episode_id == of.id).order_by(Plan.id).with_for_update())
    }
    pathway = pathway_of(session, of.pathway_url, of.pathway_version)
    before = {key: plan.next_opens_at for key, plan in plans.items()}
    planner = _Planner(session, of, pathway, plans)
    for asked in pathway.items:
        planner.plan_item(asked)
    for item in pathway.information:
        planner.plan_information(item)
    planner.end_others({after.plan_key for after in pathway.after_answers})
    session.flush()
    keys = sorted({*before, *plans})
    changed = [Moved(key, before.get(key), plans[key].next_opens_at) for key in keys]
    return [each for each in changed if each.before != each.now]


def anchors_of(pathway: Pathway, first: date, further: Iterable[tuple[str, date]] = ()) -> dict[str, date]:
    """Return the days that are known by the anchors' codes; the pathway's first anchor is the episode's own."""
    code = pathway.anchors[0].code if pathway.anchors else FIRST_ANCHOR
    return {**dict(further), code: first}


def known_anchors(session: Session, of: Episode, pathway: Pathway) -> dict[str, date]:
    """Return the days of an episode's anchors by code."""
    rows = session.execute(select(EpisodeAnchor.code, EpisodeAnchor.day).where(EpisodeAnchor.episode_id == of.id))
    return anchors_of(pathway, of.anchor, [(row.code, row.day) for row in rows])


def split(occurrence: str) -> tuple[str, str]:
    """Return the plan's key and the occurrence's own name of an assignment's `occurrence`."""
    parts = occurrence.split(":", 2)
    return (f"{parts[0]}:{parts[1]}", parts[2]) if len(parts) == 3 and parts[0] == "after" else _halves(occurrence)


def _halves(occurrence: str) -> tuple[str, str]:
    key, _, name = occurrence.partition(":")
    return key, name


class _Planner:
    """Plans one episode; what all its items share is read once."""

    def __init__(self, session: Session, of: Episode, pathway: Pathway, plans: dict[str, Plan]) -> None:
        self._session, self._of, self._plans, self._now = session, of, plans, clock.now()
        self._zone = ZoneInfo(session.get_one(Unit, of.unit_id).zone)
        self._anchors = known_anchors(session, of, pathway)
        self._past = _past(session, of.id, plans) if plans else {}
        self._keys = {asked.key for asked in pathway.items}
        self._wanted: set[str] = set()

    def plan_item(self, asked: Asked) -> None:
        """Write down when a questionnaire opens next; nothing for one that is not asked of her."""
        if asked.timing is None or not self._is_old_enough(asked):
            return
        self._wanted.add(asked.key)
        plan = self._plans.get(asked.key)
        past = self._past.get(asked.key) or self._under_another_key(asked)
        opened = 0 if plan is None else plan.opened
        course = Course(asked.timing, self._anchors, self._zone)
        # What is planned already is hers since she was registered; what is planned now begins now.
        since = self._of.started_at if plan is not None and (opened or plan.next_opens_at) else self._now
        following, behind = first_of(course, asked.window.expires, since, opened, past.latest, past.names)
        if following is not None or plan is not None:
            plan = plan or self._new(asked.key)
            plan.opened = max(opened, behind)
            stand_at(plan, following)

    def plan_information(self, item: InformationItem) -> None:
        """Write down when a text is given, unless it was."""
        key = f"{INFORMATION}{item.key}"
        self._wanted.add(key)
        plan, day = self._plans.get(key), item.start.on(self._anchors)
        if day is None or (plan is not None and plan.opened):
            return
        instant = instant_of(day, item.at, self._zone)
        if instant + INFORMATION_LASTS > self._now:
            stand_at(plan or self._new(key), Occurrence(day, instant, day.isoformat()))

    def end_others(self, after: Collection[str]) -> None:
        """Bring to an end what the pathway no longer asks; what an answer asked for (`after`) stands by itself."""
        for key, plan in self._plans.items():
            if key not in self._wanted and key not in after:
                stand_at(plan, None)

    def _under_another_key(self, asked: Asked) -> _Past:
        """What was asked of the same questionnaire under a key that another version of the pathway has given up."""
        url = asked.questionnaire.partition("|")[0]
        given_up = [past for key, past in self._past.items() if key not in self._keys and url in past.urls]
        latest = max((past.latest for past in given_up if past.latest is not None), default=None)
        return _Past(frozenset(), latest, frozenset())

    def _is_old_enough(self, asked: Asked) -> bool:
        if asked.minimum_age is None:
            return True
        day = self._of.started_at.astimezone(self._zone).date()
        return identity(self._session, self._of.patient_id).age(day) >= asked.minimum_age

    def _new(self, key: str) -> Plan:
        plan = self._plans[key] = new_plan(self._of, key)
        self._session.add(plan)
        return plan


def new_plan(of: Episode, key: str) -> Plan:
    """Make a plan's row that stands nowhere yet."""
    return Plan(id=new_id(), tenant_id=of.tenant_id, patient_id=of.patient_id, episode_id=of.id, key=key, opened=0)


def stand_at(plan: Plan, following: Occurrence | None) -> None:
    """Let a plan open next at an occurrence, or never."""
    plan.next_day = following.day if following is not None else None
    plan.next_opens_at = following.instant if following is not None else None


def _past(session: Session, episode_id: uuid.UUID, plans: Mapping[str, Plan]) -> Mapping[str, _Past]:
    """What was asked by each plan of an episode, of her or of staff; what staff recorded beside it is left out."""
    rows = session.execute(
        select(Assignment.occurrence, Assignment.opens_at, Assignment.status, Assignment.questionnaire).where(
            Assignment.episode_id == episode_id, Assignment.origin.in_(("planned", "staff"))
        )
    )
    names, urls, latest = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set), dict[str, datetime]()
    for occurrence, opens_at, status, questionnaire in rows:
        key, name = split(occurrence)
        names[key].add(name)
        urls[key].add(questionnaire.partition("|")[0])
        if status != "cancelled":
            latest[key] = max(opens_at, latest.get(key, opens_at))
    asked = {key: found for key, found in names.items() if key in plans}
    return {key: _Past(frozenset(found), latest.get(key), frozenset(urls[key])) for key, found in asked.items()}
