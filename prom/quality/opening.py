"""How much of a stretch of time lay within a unit's opening hours. PURE."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """When a unit is at work: local wall times, and which days."""

    opens: time
    closes: time
    is_working_day: Callable[[date], bool]


def open_time(begin: datetime, end: datetime, zone: ZoneInfo, hours: Hours) -> timedelta:
    """Return how long the unit was at work between two instants; over a change of the clocks too, since no unit opens
    before it and closes after it in one day."""
    worked, day, last = timedelta(), begin.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        if hours.is_working_day(day):
            first = max(begin, _at(day, hours.opens, zone))
            worked += max(min(end, _at(day, hours.closes, zone)) - first, timedelta())
        day += timedelta(days=1)
    return worked


def _at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
