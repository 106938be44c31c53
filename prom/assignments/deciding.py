"""What is to be done with a plan that is due: which assignments and messages are made, and where it stands then."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from prom import bulk
from prom.assignments.courses import Course, Due, after_pause, due
from prom.assignments.planning import INFORMATION, anchors_of
from prom.assignments.rows import Sending, asked_at, sendings
from prom.assignments.telling import telling
from prom.assignments.timing import Occurrence
from prom.pathways.definition import Asked, Pathway
from prom.pathways.models import EpisodeAnchor
from prom.pathways.queries import pathway as pathway_of
from prom.staff.models import Unit


@dataclass(frozen=True, slots=True)
class Make:
    """One assignment: its columns from `origin` on, and the messages that go with it."""

    columns: tuple[Any, ...]
    sendings: tuple[Sending, ...] = ()
    #: It could not be asked, and nobody had paused it.
    is_missed: bool = False

    @property
    def occurrence(self) -> str:
        """What makes it the only one of its kind in its episode."""
        return str(self.columns[1])


@dataclass(frozen=True)
class Decision:
    """What becomes of a plan: shared by all plans that stand at the same place of the same course."""

    makes: tuple[Make, ...] = ()
    #: Key and pathway version of a text that is given.
    information: tuple[str, str] | None = None
    #: When it is no longer worth telling.
    information_ends: datetime | None = None
    #: The day and the instant that it stands at afterwards.
    stands_at: tuple[date | None, datetime | None] = (None, None)
    #: How many occurrences are behind by this, and when the last of them opened.
    count: int = 0
    latest: datetime | None = None
    #: The pathway does not know any more what the plan asks: nothing can be made of it.
    is_unknown: bool = False

    @cached_property
    def misses(self) -> bool:
        """Whether the unit has to be told."""
        return self.is_unknown or any(make.is_missed for make in self.makes)

    @cached_property
    def rows(self) -> int:
        """How many rows are made, messages with them."""
        texts = 2 if self.information is not None else 0
        return texts + sum(1 + len(make.sendings) for make in self.makes)


#: How many columns of a plan that is due are its own; see `opening.py`.
OWN = 4
NOTHING_MORE = Decision()
#: Told, and at an end: left as it stands it would be tried for ever, and with it all that is due at once.
UNKNOWN = Decision(is_unknown=True)


class Desk:
    """Decides about plans; what they share is read and worked out once."""

    def __init__(self, session: Session, now: datetime, episodes: Collection[uuid.UUID]) -> None:
        self._session, self._now = session, now
        self._decided: dict[tuple[Any, ...], Decision] = {}
        self._pathways: dict[tuple[str, str], Pathway] = {}
        self._zones: dict[uuid.UUID, ZoneInfo] = {}
        self._anchors: dict[uuid.UUID, list[tuple[str, date]]] | None = None
        self._episodes = episodes

    def decide(self, plan: Row[Any]) -> Decision:
        """Return what becomes of a plan that is due, a row with the columns of `opening.py`."""
        further = self._further(plan)
        shared = (plan[OWN:], further)
        found = self._decided.get(shared)
        if found is None:
            found = self._decided[shared] = self._decide(plan, further)
        return found

    def _decide(self, plan: Row[Any], further: tuple[tuple[str, date], ...]) -> Decision:
        if plan.status != "active":
            return NOTHING_MORE
        pathway = self._pathway(plan)
        if plan.key.startswith(INFORMATION):
            return self._told(plan, pathway, further)
        found_item = _item(pathway, plan.key)
        if found_item is None:
            return UNKNOWN
        asked, follows = found_item
        if follows:
            once = Occurrence(plan.next_day, plan.next_opens_at, plan.next_day.isoformat())
            return self._made(plan, asked, "answer", Due((once,), None))
        if asked.timing is None:
            return NOTHING_MORE
        course = Course(asked.timing, anchors_of(pathway, plan.anchor, further), self._zone(plan.unit_id))
        found = due(course, plan.next_day, plan.next_opens_at, self._now)
        if found.occurrences and _was_paused(plan, found.occurrences[-1].instant):
            found = after_pause(course, found, asked.window.expires, self._now)
        return self._made(plan, asked, "planned", found)

    def _told(self, plan: Row[Any], pathway: Pathway, further: tuple[tuple[str, date], ...]) -> Decision:
        """A text is given while it says something."""
        key = plan.key.removeprefix(INFORMATION)
        item = next((each for each in pathway.information if each.key == key), None)
        if item is None:
            return NOTHING_MORE
        given = telling(item, anchors_of(pathway, plan.anchor, further), self._zone(plan.unit_id))
        if given is None or given.ends <= self._now:
            return NOTHING_MORE
        canonical = f"{pathway.url}|{pathway.version}"
        return Decision(information=(key, canonical), information_ends=given.ends, count=1, latest=self._now)

    def _made(self, plan: Row[Any], asked: Asked, origin: str, found: Due) -> Decision:
        makes = []
        for each in found.occurrences:
            status = self._status(plan, asked, each, is_newest=each is found.occurrences[-1])
            columns = asked_at(asked, origin, f"{plan.key}:{each.name}", each.instant, status, self._now)
            brought = tuple(sendings(asked, each.instant, self._now)) if status == "open" else ()
            makes.append(Make(columns, brought, is_missed=status == "expired"))
        following = found.following
        return Decision(
            makes=tuple(makes),
            stands_at=(None, None) if following is None else (following.day, following.instant),
            count=len(makes),
            latest=found.occurrences[-1].instant if found.occurrences else None,
        )

    def _status(self, plan: Row[Any], asked: Asked, each: Occurrence, *, is_newest: bool) -> str:
        """Asked while its window lasts, unless a newer one is asked instead; in a pause nobody was to be asked."""
        if is_newest and each.instant + asked.window.expires > self._now:
            return "open"
        return "cancelled" if _was_paused(plan, each.instant) else "expired"

    def _pathway(self, plan: Row[Any]) -> Pathway:
        name = (plan.pathway_url, plan.pathway_version)
        if name not in self._pathways:
            self._pathways[name] = pathway_of(self._session, *name)
        return self._pathways[name]

    def _zone(self, unit_id: uuid.UUID) -> ZoneInfo:
        if not self._zones:
            self._zones = {row.id: ZoneInfo(row.zone) for row in self._session.execute(select(Unit.id, Unit.zone))}
        return self._zones[unit_id]

    def _further(self, plan: Row[Any]) -> tuple[tuple[str, date], ...]:
        """The further anchors of a plan's episode, where its pathway has any."""
        if len(self._pathway(plan).anchors) < 2:
            return ()
        if self._anchors is None:
            self._anchors = defaultdict(list)
            rows = self._session.execute(
                select(EpisodeAnchor.episode_id, EpisodeAnchor.code, EpisodeAnchor.day)
                .where(bulk.among(self._session, EpisodeAnchor.episode_id, self._episodes))
                .order_by(EpisodeAnchor.code)
            )
            for row in rows:
                self._anchors[row.episode_id].append((row.code, row.day))
        return tuple(self._anchors[plan.episode_id])


def _was_paused(plan: Row[Any], instant: datetime) -> bool:
    return plan.paused_from is not None and plan.paused_from <= instant < plan.paused_until


def _item(pathway: Pathway, key: str) -> tuple[Asked, bool] | None:
    """Return what a plan asks, and whether an answer asked for it; None for a key that the pathway does not know."""
    for asked in pathway.items:
        if asked.key == key:
            return asked, False
    for after in pathway.after_answers:
        if after.plan_key == key:
            return after.ask, True
    return None
