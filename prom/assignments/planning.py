"""Planning: for each thing that an episode's pathway asks or tells, when it opens next; and planning anew.

What hangs on an anchor that is not known yet is planned when it becomes known. What was over before it was planned was
never due: nobody is told of it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.before import Past, past_of, split
from prom.assignments.courses import Course, first_of
from prom.assignments.models import Plan
from prom.assignments.telling import INFORMATION, telling
from prom.assignments.timing import Occurrence
from prom.db import new_id
from prom.pathways.definition import FIRST_ANCHOR, Asked, InformationItem, Pathway
from prom.pathways.models import Episode, EpisodeAnchor
from prom.pathways.queries import pathway as pathway_of
from prom.patients.queries import identity
from prom.staff.models import Unit

__all__ = [
    "INFORMATION",
    "Moved",
    "anchors_of",
    "known_anchors",
    "new_plan",
    "plan_episode",
    "replan",
    "split",
    "stand_at",
]


@dataclass(frozen=True)
class Moved:
    """What planning anew changed of one plan: when it opened next before, and when it does now; None for never."""

    key: str
    before: datetime | None
    now: datetime | None


def plan_episode(session: Session, started: Episode) -> None:
    """Write down when each planned questionnaire and text of a new episode is due for the first time."""
    replan(session, started)


def replan(session: Session, of: Episode, moved: str | None = None) -> Sequence[Moved]:
    """Plan anew what an episode asks, from its present anchors and version; returns what changed.

    Nothing is asked again that was answered, and nothing within half a period of what was asked. Plans of what the
    pathway no longer asks come to their end. `moved` is the anchor that was moved: texts that are reckoned from it are
    given once more on their new day. The caller holds the episode and writes the audit record.
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
        planner.plan_information(item, is_moved=item.start.anchor == moved)
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


class _Planner:
    """Plans one episode; what all its items share is read once."""

    def __init__(self, session: Session, of: Episode, pathway: Pathway, plans: dict[str, Plan]) -> None:
        self._session, self._of, self._plans, self._now = session, of, plans, clock.now()
        self._zone = ZoneInfo(session.get_one(Unit, of.unit_id).zone)
        self._anchors = known_anchors(session, of, pathway)
        self._past = past_of(session, of.id, plans) if plans else {}
        self._keys = {asked.key for asked in pathway.items}
        self._wanted: set[str] = set()

    def plan_item(self, asked: Asked) -> None:
        """Write down when a questionnaire opens next; nothing for one that is not asked of her."""
        if asked.timing is None or not self._is_old_enough(asked):
            return
        self._wanted.add(asked.key)
        plan = self._plans.get(asked.key)
        past = self._past.get(asked.key) or self._under_another_key(asked)
        course = Course(asked.timing, self._anchors, self._zone)
        following = first_of(course, asked.window.expires, self._now, past.before, past.names)
        if following is not None or plan is not None:
            stand_at(plan or self._new(asked.key), following)

    def plan_information(self, item: InformationItem, *, is_moved: bool) -> None:
        """Write down when a text is given, unless it was: then only where its day `is_moved` and lies ahead."""
        key = f"{INFORMATION}{item.key}"
        self._wanted.add(key)
        plan, given = self._plans.get(key), telling(item, self._anchors, self._zone)
        if given is None or (plan is not None and plan.opened and not (is_moved and given.opens > self._now)):
            return
        if given.ends > self._now:
            stand_at(plan or self._new(key), Occurrence(given.day, given.opens, given.day.isoformat()))
        elif plan is not None:
            stand_at(plan, None)

    def end_others(self, after: Collection[str]) -> None:
        """Bring to an end what the pathway no longer asks; what an answer asked for (`after`) stands by itself."""
        for key, plan in self._plans.items():
            if key not in self._wanted and key not in after:
                stand_at(plan, None)

    def _under_another_key(self, asked: Asked) -> Past:
        """What was asked of the same questionnaire under a key that another version of the pathway has given up."""
        url = asked.questionnaire.partition("|")[0]
        given_up = [past for key, past in self._past.items() if key not in self._keys and url in past.urls]
        return Past(before=tuple(each for past in given_up for each in past.before))

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
