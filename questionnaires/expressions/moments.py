"""Dates and times as FHIRPath has them: as exact as they were written, and compared no further than that."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from questionnaires.expressions.faults import NotComputed

_FORM = re.compile(
    r"(?:(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?)?"
    r"(?P<t>T)?(?:(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d(?:\.\d+)?))?)?)?(?P<zone>Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_DATE_PARTS, _TIME_PARTS = 3, 3


@dataclass(frozen=True)
class Moment:
    """A date, an instant or a time of day.

    `day` and `clock` hold what was written, from year and from hour on; seconds may have decimals. `zone` is in
    minutes east of Greenwich, None where none was written. `text` is how it was written.
    """

    day: tuple[int, ...]
    clock: tuple[int | Decimal, ...]
    zone: int | None
    text: str
    is_instant: bool

    @classmethod
    def read(cls, text: str) -> Moment | None:
        """Read 2024, 2024-05, 2024-05-06, a day with a time after T, or a time of day; None for no such moment."""
        match = _FORM.fullmatch(text)
        if match is None or not text or (match["hour"] and match["year"] and not match["t"]):
            return None
        day = tuple(int(match[part]) for part in ("year", "month", "day") if match[part])
        clock: tuple[int | Decimal, ...] = tuple(int(match[part]) for part in ("hour", "minute") if match[part])
        if match["second"]:
            clock = (*clock, Decimal(match["second"]))
        made = cls(day, clock, _minutes(match["zone"]), text, bool(day and match["t"]))
        return made if made._exists() else None

    @classmethod
    def of_date(cls, given: date) -> Moment:
        """Make the moment of a whole day."""
        return cls((given.year, given.month, given.day), (), None, given.isoformat(), False)

    def _exists(self) -> bool:
        if self.clock and self.day and len(self.day) < _DATE_PARTS:
            return False
        try:
            date(*(*self.day, 1, 1)[:3]) if self.day else None
        except ValueError:
            return False
        return all(part < most for part, most in zip(self.clock, (24, 60, 60), strict=False))

    @property
    def kind(self) -> str:
        """`date`, `instant` or `time`: only like is compared with like."""
        return "instant" if self.is_instant else "date" if self.day else "time"

    def compare(self, other: Moment) -> int | None:
        """Return -1, 0 or 1, or None where one of them is too inexactly written to tell.

        Raises NotComputed for a date beside an instant or a time, and for an instant with a zone beside one without.
        """
        if self.kind != other.kind:
            raise NotComputed(f"a {self.kind} is compared with a {other.kind}")
        if (self.zone is None) != (other.zone is None) and self.clock and other.clock:
            raise NotComputed("an instant with a time zone is compared with one without")
        mine, theirs = self.parts(), other.parts()
        for one, another in zip(mine, theirs, strict=False):
            if one != another:
                return -1 if one < another else 1
        return 0 if len(mine) == len(theirs) else None

    def parts(self) -> tuple[int | Decimal, ...]:
        """Return year, month and so on as far as they were written; of an instant with a zone, those in Greenwich."""
        if self.zone is None or len(self.clock) < 2 or len(self.day) < _DATE_PARTS:
            return (*self.day, *self.clock)
        hour, minute = int(self.clock[0]), int(self.clock[1])
        try:
            moved = datetime(self.day[0], self.day[1], self.day[2], hour, minute) - timedelta(minutes=self.zone)  # noqa: DTZ001
        except OverflowError:
            raise NotComputed("the instant lies outside the calendar") from None
        return (moved.year, moved.month, moved.day, moved.hour, moved.minute, *self.clock[2:])

    def plus(self, amount: Decimal, unit: str) -> Moment:
        """Return a whole day moved by years, months, weeks or days; a day that a month lacks becomes its last.

        Raises NotComputed for anything else: an instant, a part of a date, hours, half a day, the year 10000.
        """
        if self.kind != "date" or len(self.day) < _DATE_PARTS or amount != amount.to_integral_value():
            raise NotComputed("only whole days can be moved, by whole years, months, weeks or days")
        number = int(amount)
        try:
            if unit in ("year", "month"):
                return Moment.of_date(_by_months(date(*self.day), number * (12 if unit == "year" else 1)))
            if unit in ("week", "day"):
                return Moment.of_date(date(*self.day) + timedelta(days=number * (7 if unit == "week" else 1)))
        except (OverflowError, ValueError):
            raise NotComputed("the date lies outside the calendar") from None
        raise NotComputed(f"a date cannot be moved by {unit}")


def _by_months(given: date, months: int) -> date:
    year, month = divmod(given.year * 12 + given.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(year)
    return date(year, month + 1, min(given.day, calendar.monthrange(year, month + 1)[1]))


def _minutes(zone: str | None) -> int | None:
    if zone in (None, "Z"):
        return None if zone is None else 0
    sign = -1 if zone.startswith("-") else 1
    return sign * (int(zone[1:3]) * 60 + int(zone[4:6]))
