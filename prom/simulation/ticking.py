"""When the simulated worker works: at each instant when something is due, on the real grid, and never in between.

The real one looks every ten seconds, mostly in vain. Here the rows are asked when the next thing is due, and the worker
runs the very jobs then. What it finds due in its own way is told by `DUE`; all jobs together run every few hours.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.models import IS_OPEN, Assignment, Plan
from prom.db import reading
from prom.messaging.models import IS_OPEN as MESSAGE_IS_OPEN
from prom.messaging.models import Message
from prom.worklist.models import OPEN, Alert

#: Runs jobs by name in their order (all where None), and returns those that failed with what they raised.
RunJobs = Callable[[Collection[str] | None], Mapping[str, str]]

#: The worker's grid: nothing is acted on sooner than it looks.
GRID = timedelta(seconds=10)
#: How often all jobs run, also those that have nothing due, such as housekeeping.
ALL_EVERY = timedelta(hours=6)
NEVER = datetime.max.replace(tzinfo=UTC)

#: When each job's next row is due. A job that works on what another has just made is asked again after it.
DUE: Mapping[str, Select[Any]] = {
    "open assignments": select(func.min(Plan.next_opens_at)).where(Plan.next_opens_at.is_not(None)),
    "put the silent on the list": select(func.min(Assignment.overdue_at)).where(
        IS_OPEN, Assignment.origin != "staff", Assignment.silence_raised_at.is_(None)
    ),
    "expire assignments": select(func.min(Assignment.expires_at)).where(IS_OPEN, Assignment.begun_at.is_(None)),
    "act on overdue alerts": select(func.min(Alert.next_action_at)).where(text(OPEN)),
    "deliver messages": select(func.min(Message.try_at)).where(text(MESSAGE_IS_OPEN)),
}


class Ticking:
    """The worker of the simulation. `failed` holds what its jobs raised, with when."""

    def __init__(self, run: RunJobs, begins: datetime) -> None:
        self._run = run
        self._next_all = begins
        #: What a job left although it was due, such as a row that another job has to see to first: it waits for all.
        self._left: dict[str, datetime] = {}
        self.failed: list[tuple[datetime, str, str]] = []
        self.runs = 0

    def next_at(self) -> datetime:
        """Return when the worker next has something to do: the due instant on its grid, and never before now."""
        with reading() as session:
            found = {name: _due(session, name) for name in DUE}
        due = min((at for name, at in found.items() if at and at != self._left.get(name)), default=NEVER)
        return min(max(_on_grid(due), clock.now()), self._next_all)

    def work(self) -> None:
        """Do what is due now: every few hours all jobs, else those that have something due."""
        self.runs += 1
        if clock.now() >= self._next_all:
            self._next_all += ALL_EVERY
            self._left.clear()
            self._note(self._run(None))
            return
        for name in DUE:
            due = self._is_due(name)
            if due is not None and due != self._left.get(name):
                self._note(self._run([name]))
                if self._is_due(name) == due:
                    self._left[name] = due

    def _is_due(self, name: str) -> datetime | None:
        with reading() as session:
            due = _due(session, name)
        return due if due is not None and due <= clock.now() else None

    def _note(self, failed: Mapping[str, str]) -> None:
        self.failed.extend((clock.now(), name, error) for name, error in failed.items())


def _due(session: Session, name: str) -> datetime | None:
    found: datetime | None = session.scalar(DUE[name])
    return found


def _on_grid(instant: datetime) -> datetime:
    if instant >= NEVER:
        return NEVER
    over = instant.timestamp() % GRID.total_seconds()
    return instant + timedelta(seconds=GRID.total_seconds() - over) if over else instant
