"""Planning: for each thing that an episode's pathway asks or tells, when it opens next; and planning anew.

What hangs on an anchor that is not known yet is planned when it becomes known. What was over before it was planned was
never due: nobody is told of it.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import bulk, clock
from prom.assignments.before import past_of, split
from prom.assignments.models import Plan
from prom.assignments.standing import Planned, stands
from prom.assignments.telling import INFORMATION
from prom.assignments.timing import Occurrence
from prom.db import new_id
from prom.pathways.definition import FIRST_ANCHOR, Pathway
from prom.pathways.models import Episode, EpisodeAnchor
from prom.pathways.queries import pathway as pathway_of
from prom.patients.queries import identities
from prom.staff.models import Unit

__all__ = [
    "INFORMATION",
    "Moved",
    "anchors_of",
    "known_anchors",
    "new_plan",
    "plan_episode",
    "plan_episodes",
    "replan",
    "split",
    "stand_at",
]

_COLUMNS = ("id", "tenant_id", "patient_id", "episode_id", "key", "next_day", "next_opens_at", "opened")


@dataclass(frozen=True)
class Moved:
    """What planning anew changed of one plan: when it opened next before, and when it does now; None for never."""

    key: str
    before: datetime | None
    now: datetime | None


def plan_episode(session: Session, started: Episode) -> None:
    """Write down when each planned questionnaire and text of a new episode is due for the first time."""
    plan_episodes(session, [started])


def plan_episodes(session: Session, started: Collection[Episode]) -> None:
    """Plan many new episodes, in a number of statements that does not grow with them; the caller holds them.

    What many share is worked out once. An episode that has plans already is planned anew.
    """
    session.flush()
    ids = [each.id for each in started]
    planned = set(session.scalars(select(Plan.episode_id).where(bulk.among(session, Plan.episode_id, ids)).distinct()))
    new = [each for each in started if each.id not in planned]
    rows = list(_rows(session, new))  # nothing can be asked of the database while it takes them
    bulk.put(session.connection(), Plan, _COLUMNS, rows)
    for each in started:
        if each.id in planned:
            replan(session, each)


def _rows(session: Session, new: Collection[Episode]) -> Iterator[tuple[object, ...]]:
    zones = _zones(session, new)
    now, further, too_young = clock.now(), _further_anchors(session, new), _too_young(session, new, zones)
    worked_out: dict[tuple[object, ...], list[tuple[str, Occurrence | None]]] = {}
    for each in new:
        zone = zones[each.unit_id]
        of = each.pathway_url, each.pathway_version, each.anchor, *further[each.id], too_young[each.id], zone
        if of not in worked_out:
            pathway = pathway_of(session, each.pathway_url, each.pathway_version)
            anchors = anchors_of(pathway, each.anchor, further[each.id])
            worked_out[of] = list(stands(Planned(pathway, anchors, zone, now, too_young[each.id])))
        for key, at in worked_out[of]:
            if at is not None:
                yield new_id(), each.tenant_id, each.patient_id, each.id, key, at.day, at.instant, 0


def _zones(session: Session, of: Collection[Episode]) -> dict[uuid.UUID, ZoneInfo]:
    wanted = select(Unit.id, Unit.zone).where(Unit.id.in_({each.unit_id for each in of}))
    return {row.id: ZoneInfo(row.zone) for row in session.execute(wanted)}


def _further_anchors(session: Session, of: Collection[Episode]) -> dict[uuid.UUID, list[tuple[str, date]]]:
    found: dict[uuid.UUID, list[tuple[str, date]]] = {each.id: [] for each in of}
    columns = EpisodeAnchor.episode_id, EpisodeAnchor.code, EpisodeAnchor.day
    wanted = select(*columns).where(bulk.among(session, EpisodeAnchor.episode_id, found.keys()))
    for episode_id, code, day in session.execute(wanted.order_by(EpisodeAnchor.code)):
        found[episode_id].append((code, day))
    return found


def _too_young(
    session: Session, of: Collection[Episode], zones: Mapping[uuid.UUID, ZoneInfo]
) -> dict[uuid.UUID, frozenset[str]]:
    """Return per episode the keys of what is asked from an age that she had not reached when it began."""
    from_age = {each.id: _asked_from_an_age(session, each) for each in of}
    people = identities(session, {each.patient_id for each in of if from_age[each.id]})
    young = {}
    for each in of:
        day = each.started_at.astimezone(zones[each.unit_id]).date()
        asked = from_age[each.id].items()
        young[each.id] = frozenset(key for key, age in asked if people[each.patient_id].age(day) < age)
    return young


def _asked_from_an_age(session: Session, of: Episode) -> dict[str, int]:
    pathway = pathway_of(session, of.pathway_url, of.pathway_version)
    return {each.key: each.minimum_age for each in pathway.items if each.minimum_age is not None}


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
    pathway, zones = pathway_of(session, of.pathway_url, of.pathway_version), _zones(session, [of])
    anchors, young = known_anchors(session, of, pathway), _too_young(session, [of], zones)[of.id]
    past = past_of(session, of.id, plans) if plans else {}
    changed = []
    for key, at in stands(Planned(pathway, anchors, zones[of.unit_id], clock.now(), young, plans, past), moved):
        plan = plans.get(key)
        before = plan.next_opens_at if plan is not None else None
        if plan is None:
            session.add(plan := new_plan(of, key))
        stand_at(plan, at)
        if before != plan.next_opens_at:
            changed.append(Moved(key, before, plan.next_opens_at))
    session.flush()
    return sorted(changed, key=lambda each: each.key)


def anchors_of(pathway: Pathway, first: date, further: Iterable[tuple[str, date]] = ()) -> dict[str, date]:
    """Return the days that are known by the anchors' codes; the pathway's first anchor is the episode's own."""
    code = pathway.anchors[0].code if pathway.anchors else FIRST_ANCHOR
    return {**dict(further), code: first}


def known_anchors(session: Session, of: Episode, pathway: Pathway) -> dict[str, date]:
    """Return the days of an episode's anchors by code."""
    rows = session.execute(select(EpisodeAnchor.code, EpisodeAnchor.day).where(EpisodeAnchor.episode_id == of.id))
    return anchors_of(pathway, of.anchor, [(row.code, row.day) for row in rows])


def new_plan(of: Episode, key: str) -> Plan:
    """Make a plan's row that stands nowhere yet."""
    return Plan(id=new_id(), tenant_id=of.tenant_id, patient_id=of.patient_id, episode_id=of.id, key=key, opened=0)


def stand_at(plan: Plan, following: Occurrence | None) -> None:
    """Let a plan open next at an occurrence, or never."""
    plan.next_day = following.day if following is not None else None
    plan.next_opens_at = following.instant if following is not None else None
