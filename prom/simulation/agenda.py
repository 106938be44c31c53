"""What is to happen in the simulated clinic, in the order of its instants, on a moved clock."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from prom import clock
from prom.db import transaction

#: One transaction holds at most so much of the simulated time: few transactions, and none grows long.
STRETCH = timedelta(days=1)


@dataclass(order=True, frozen=True)
class _Entry:
    """One thing to happen: in a transaction that it shares, or `between` two where it opens its own."""

    instant: datetime
    number: int
    event: Callable[[Session], None] | None = None
    between: Callable[[], None] | None = None


class Agenda:
    """A queue of events. Events of one instant keep the order they were put in."""

    def __init__(self) -> None:
        self._waiting: list[_Entry] = []
        self._numbers = count()

    def at(self, instant: datetime, event: Callable[[Session], None]) -> None:
        """Let something happen at an instant, in a transaction shared with its neighbours."""
        heapq.heappush(self._waiting, _Entry(instant.astimezone(UTC), next(self._numbers), event=event))

    def between(self, instant: datetime, happening: Callable[[], None]) -> None:
        """Let something happen at an instant while no transaction is open."""
        heapq.heappush(self._waiting, _Entry(instant.astimezone(UTC), next(self._numbers), between=happening))

    def first_at(self) -> datetime | None:
        """Return when the next thing happens; None when nothing more does."""
        return self._waiting[0].instant if self._waiting else None

    def run_first(self) -> None:
        """Let the next thing happen now, in a transaction of its own. The caller has moved the clock there."""
        entry = heapq.heappop(self._waiting)
        if entry.event is not None:
            with transaction() as session:
                entry.event(session)
        elif entry.between is not None:
            entry.between()

    def run(self, end: datetime) -> Iterator[datetime]:
        """Let everything happen up to and with `end`; yields the instant reached before each transaction."""
        while self._waiting and self._waiting[0].instant <= end:
            first = self._waiting[0]
            yield first.instant
            if first.between is not None:
                heapq.heappop(self._waiting)
                with clock.moved_to(first.instant):
                    first.between()
            else:
                self._run_stretch(min(first.instant + STRETCH, end))

    def _run_stretch(self, end: datetime) -> None:
        with transaction() as session:
            while self._waiting and self._waiting[0].instant <= end:
                event = self._waiting[0].event
                if event is None:
                    return
                with clock.moved_to(heapq.heappop(self._waiting).instant):
                    event(session)
                    session.flush()
