"""The days of a recurrence, in order, from any day on without walking there. PURE.

A day is planned first, and then moved or passed over where the timing asks for business days. Ends bound the planned
days: one that is moved may lie a few days beyond.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice

from prom.pathways.timings import BusinessDays, Timing, Unit, add_months
from prom.worklist.duties import is_working_day

#: Nothing is planned beyond; it keeps every recurrence finite.
LAST_DAY = date(2199, 12, 31)
#: A planned day is never moved this far: no run of weekends and holidays in Norway is longer than five days.
FURTHEST_MOVE = timedelta(days=14)
#: After so many whole turns without a business day there is none to come: weekdays come round in 7 turns, and those
#: of a day of the year in 28 years.
IDLE_TURNS = 60
DAY = timedelta(days=1)


class Recurrence:
    """One timing begun on one day of its anchor. Made once and shared: see `recurrence`."""

    def __init__(self, timing: Timing, anchor: date) -> None:
        begins = timing.start.on({timing.start.anchor: anchor})
        if begins is None:
            raise ValueError("an anchor's own day is always known")
        self.begins: date = begins
        self.timing = timing
        self._months = timing.every * {Unit.MONTH: 1, Unit.YEAR: 12}.get(timing.unit, 0)
        # Months keep to the anchor's own day: from the 31st, 30 November is followed by 31 December.
        keeps = not timing.start.all_days
        self._month_base, self._month_first = (anchor, timing.start.all_months) if keeps else (begins, 0)
        self._first = begins.toordinal()
        self._length, self._offsets = _turn(timing, begins.weekday())

    def days_from(self, day: date | None, end: date | None = None) -> Iterator[date]:
        """Yield its days in order, each once: all, or those that are not before `day`; planned until `end`."""
        if self.timing.business_days is BusinessDays.NONE:
            return self._planned_from(day, end)
        return self._moved_from(day, end)

    def _planned_from(self, day: date | None, end: date | None) -> Iterator[date]:
        index = 0 if day is None else self._index(day)
        last = LAST_DAY if end is None else min(end, LAST_DAY)
        while (planned := self._planned(index)) is not None and planned <= last:
            yield planned
            index += 1

    def _moved_from(self, day: date | None, end: date | None) -> Iterator[date]:
        """Two planned days that are moved to one count once; days that are passed over count not at all."""
        latest, idle = None, 0
        for planned in self._planned_from(None if day is None else day - FURTHEST_MOVE, end):
            moved = _moved(planned, self.timing.business_days)
            idle = idle + 1 if moved is None else 0
            if idle > IDLE_TURNS * len(self._offsets):
                return
            if moved is not None and moved != latest and (day is None or moved >= day):
                latest = moved
                yield moved

    def _planned(self, index: int) -> date | None:
        """Return the planned day with this number, from 0; None beyond the last day of all."""
        if self._months:
            months = self._month_first + index * self._months
            if self._month_base.year + months // 12 > LAST_DAY.year + 1:
                return None
            return add_months(self._month_base, months)
        turn, place = divmod(index, len(self._offsets))
        ordinal = self._first + turn * self._length + self._offsets[place]
        return date.fromordinal(ordinal) if ordinal <= LAST_DAY.toordinal() else None

    def _index(self, day: date) -> int:
        """Return the number of the first planned day that is not before `day`."""
        if self._months:
            return self._index_by_months(day)
        turn, within = divmod(day.toordinal() - self._first, self._length)
        return max(turn * len(self._offsets) + bisect_left(self._offsets, within), 0)

    def _index_by_months(self, day: date) -> int:
        between = (day.year - self._month_base.year) * 12 + day.month - self._month_base.month
        index = max((between - self._month_first) // self._months - 1, 0)
        while (planned := self._planned(index)) is not None and planned < day:
            index += 1
        return index

    def last_of_count(self) -> tuple[date, int] | None:
        """Return day and hour (its place in `at`) of the last occurrence that `count` allows; None without an end."""
        if self.timing.count is None:
            return None
        days, hours = divmod(self.timing.count - 1, len(self.timing.at))
        day = next(islice(self.days_from(None), days, None), None)
        return None if day is None else (day, hours)


@lru_cache(maxsize=8192)
def recurrence(timing: Timing, anchor: date) -> Recurrence:
    """Return a timing begun from this day of its anchor, made once for all who share it."""
    return Recurrence(timing, anchor)


@lru_cache(maxsize=8192)
def last_of_count(timing: Timing, anchor: date) -> tuple[date, int] | None:
    """Return what `Recurrence.last_of_count` does, found once for all who share the timing and the day."""
    return recurrence(timing, anchor).last_of_count()


def _turn(timing: Timing, begins_on: int) -> tuple[int, tuple[int, ...]]:
    """Return how many days one turn has, and which of them are planned, from 0 (the day on which it begins)."""
    if timing.unit is Unit.CYCLE:
        return timing.every * timing.cycle_length, tuple(day - 1 for day in timing.cycle_days)
    if timing.unit is Unit.WEEK:
        weekdays = timing.weekdays or (begins_on,)
        return 7 * timing.every, tuple(sorted((weekday - begins_on) % 7 for weekday in weekdays))
    return timing.every, (0,)


@lru_cache(maxsize=65536)
def _moved(day: date, business_days: BusinessDays) -> date | None:
    """Return the day itself where it is a business day, else the one that it is moved to, or None to pass it over."""
    step = -DAY if business_days is BusinessDays.PREVIOUS else DAY
    while not is_working_day(day):
        if business_days is BusinessDays.SKIP:
            return None
        day += step
    return day
