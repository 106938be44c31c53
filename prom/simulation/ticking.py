"""When the simulated worker works: at each instant when something is due, on the real grid, and never in between.

The real one looks every ten seconds, mostly in vain. Here the rows are asked when the next thing is due, all kinds
in one statement, and the worker runs the very jobs then. All jobs together run every few hours.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, TextClause, bindparam, func, or_, select, text

from prom import clock
from prom.assignments.models import IS_OPEN, Assignment, Plan
from prom.db import Instant, reading
from prom.messaging.models import IS_OPEN as MESSAGE_IS_OPEN
from prom.messaging.models import Message
from prom.pathways.models import Episode
from prom.worklist.models import OPEN, Alert

#: Runs jobs by name in their order (all where None), and returns those that failed with what they raised.
RunJobs = Callable[[Collection[str] | None], Mapping[str, str]]

#: The worker's grid: nothing is acted on sooner than it looks, nor looked at twice in between.
GRID = timedelta(seconds=10)
#: How often all jobs run, also those that have nothing due, such as housekeeping.
ALL_EVERY = timedelta(hours=6)
MOMENT = timedelta(microseconds=1)
LONG_AGO = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Look:
    """Where a job's work is looked for: the instant at which a row is due, among those that are open."""

    job: str
    due: Any
    among: ColumnElement[bool] | TextClause

    def columns(self, number: int) -> tuple[Any, Any]:
        """Return the first instant after `after`, and how many rows wait between that and `now`."""
        after = self.due > bindparam(f"after_{number}", type_=Instant)
        first = select(self.due).where(self.among, after).order_by(self.due).limit(1)
        is_now = self.due <= bindparam("now", type_=Instant)
        waiting = select(func.count(self.due)).where(self.among, after, is_now)
        return first.scalar_subquery(), waiting.scalar_subquery()


#: What falls into a pause is due at its end, which is looked for by itself.
NOT_PAUSED = or_(Episode.paused_until.is_(None), Episode.paused_until <= Plan.next_opens_at)
IS_SILENT = IS_OPEN & (Assignment.origin != "staff") & Assignment.silence_raised_at.is_(None)
#: In the order of the jobs: what makes messages stands before what sends them.
LOOKS: Sequence[Look] = (
    Look("open assignments", Plan.next_opens_at, (Episode.id == Plan.episode_id) & NOT_PAUSED),
    Look("open assignments", Episode.paused_until, Episode.status == "active"),
    Look("put the silent on the list", Assignment.overdue_at, IS_SILENT),
    Look("expire assignments", Assignment.expires_at, IS_OPEN & Assignment.begun_at.is_(None)),
    Look("expire assignments", Assignment.begun_expires_at, IS_OPEN & Assignment.begun_at.is_not(None)),
    Look("act on overdue alerts", Alert.next_action_at, text(OPEN)),
    Look("deliver messages", Message.try_at, text(MESSAGE_IS_OPEN)),
)
_NEXT = select(*(column for number, look in enumerate(LOOKS) for column in look.columns(number)))


class Ticking:
    """The worker of the simulation. `failed` holds what its jobs raised, with when."""

    def __init__(self, run: RunJobs, begins: datetime) -> None:
        self._run = run
        self._next_all = begins
        self._looked = begins - GRID
        #: Up to when each look is done with, also where rows were left: those wait until all jobs run.
        self._after = [LONG_AGO] * len(LOOKS)
        self.failed: list[tuple[datetime, str, str]] = []
        self.runs = 0

    def next_at(self) -> datetime:
        """Return when the worker next has something to do: the due instant on its grid, and never before it looks."""
        due = min(at for at, _ in self._find())
        return max(min(max(_on_grid(due), self._looked + GRID), self._next_all), clock.now())

    def work(self) -> None:
        """Do what is due now: every few hours all jobs, else those that have something due."""
        self.runs += 1
        self._looked = clock.now()
        if self._looked >= self._next_all:
            self._next_all += ALL_EVERY
            self._after = [LONG_AGO] * len(LOOKS)
            self._note(self._run(None))
        found = self._find()
        while any(waiting for _, waiting in found):
            self._note(self._run({look.job for look, (_, waiting) in zip(LOOKS, found, strict=True) if waiting}))
            before, found = found, self._find()
            for number, now in enumerate(found):
                if now == before[number] and now[1]:  # left although due, such as by a pause
                    self._after[number] = self._looked - MOMENT
                    found[number] = (now[0], 0)

    def _find(self) -> list[tuple[datetime, int]]:
        """When the first row of each look is due, and how many wait."""
        after = {f"after_{number}": each for number, each in enumerate(self._after)}
        with reading() as session:
            found = session.execute(_NEXT, {**after, "now": clock.now()}).one()
        return [(at or NEVER, waiting) for at, waiting in zip(found[::2], found[1::2], strict=True)]

    def _note(self, failed: Mapping[str, str]) -> None:
        self.failed.extend((clock.now(), name, error) for name, error in failed.items())


def _on_grid(instant: datetime) -> datetime:
    if instant >= NEVER:
        return NEVER
    over = instant.timestamp() % GRID.total_seconds()
    return instant + timedelta(seconds=GRID.total_seconds() - over) if over else instant
