"""When something is asked, as a pathway document says it: days counted from an anchor, and recurrences. PURE.

Everything here is frozen, and compared and hashed by what it says, so that what was worked out of it can be kept.
`prom/assignments/timing.py` turns it into instants.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: The code of the only anchor of a document that names none.
FIRST_ANCHOR = "treatment-start"


class Unit(StrEnum):
    """What a recurrence is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    #: Chosen days of a cycle of treatment: day 1, 8 and 15 of every 21.
    CYCLE = "cycle"


class BusinessDays(StrEnum):
    """What becomes of a planned day that is a Saturday, a Sunday or a Norwegian public holiday."""

    NONE = "none"
    NEXT = "next"
    PREVIOUS = "previous"
    SKIP = "skip"


@dataclass(frozen=True)
class Offset:
    """So long after an anchor, or before it where the numbers are negative: months and years first, then days."""

    anchor: str
    days: int = 0
    weeks: int = 0
    months: int = 0
    years: int = 0

    @property
    def all_months(self) -> int:
        """Its years and months, in months."""
        return 12 * self.years + self.months

    @property
    def all_days(self) -> int:
        """Its weeks and days, in days."""
        return 7 * self.weeks + self.days

    def on(self, anchors: Mapping[str, date]) -> date | None:
        """Return the day that it leads to; None while its anchor is not known."""
        day = anchors.get(self.anchor)
        if day is None or not (self.days or self.weeks or self.months or self.years):
            return day
        return add_months(day, self.all_months) + timedelta(days=self.all_days)


@dataclass(frozen=True)
class Timing:
    """A recurrence in the unit's local wall time. What the fields mean in days stands in docs/pathways.md."""

    every: int
    unit: Unit
    #: The hours of each such day, in order.
    at: tuple[time, ...]
    #: Where it begins.
    start: Offset
    #: With weeks: 0 is Monday. Without any, the weekday on which it begins.
    weekdays: tuple[int, ...] = ()
    #: With cycles: their length in days, and which days of them, in order; day 1 is the one on which it begins.
    cycle_length: int = 0
    cycle_days: tuple[int, ...] = ()
    #: The last planned day, by each of these that is known: its own end, and that of its phase.
    until: tuple[Offset, ...] = ()
    #: How many occurrences there are at most.
    count: int | None = None
    business_days: BusinessDays = BusinessDays.NONE

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Worked out once: thousands of plans look up the same timing every second.
        when = (self.every, self.unit, self.at, self.weekdays, self.cycle_length, self.cycle_days)
        return hash((when, self.start, self.until, self.count, self.business_days))

    def end(self, anchors: Mapping[str, date]) -> date | None:
        """Return the last day that may be planned; None where no end is known."""
        if not self.until:
            return None
        days = [day for each in self.until if (day := each.on(anchors)) is not None]
        return min(days, default=None)


@lru_cache(maxsize=8192)
def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months later, or that month's last day where it is shorter."""
    if months == 0:
        return day
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
