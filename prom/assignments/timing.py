"""From local wall time to instants. PURE.

A local time that does not exist (spring) or exists twice (autumn) yields exactly one instant: the first that is not
before the wall time asked for, and the earlier of two.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from prom.pathways.definition import Timing

MINUTE = timedelta(minutes=1)


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the one UTC instant of a wall time on a day in a zone."""
    local = datetime.combine(day, at, tzinfo=zone)  # fold=0: the earlier of two
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    return _end_of_gap(instant, zone)


def _end_of_gap(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant of the new time; the instant given lies less than the gap's length after it."""
    new = instant.astimezone(zone).utcoffset()
    first = instant.replace(second=0, microsecond=0)  # clocks change at whole minutes
    while (first - MINUTE).astimezone(zone).utcoffset() == new:
        first -= MINUTE
    return first


def occurrences(timing: Timing, anchor: date, zone: ZoneInfo) -> Iterator[tuple[date, datetime]]:
    """Yield each occurrence as its local day (which names it) and its instant, from the anchor on, without end."""
    day = anchor + timedelta(days=(timing.weekday - anchor.weekday()) % 7)
    while True:
        yield day, instant_of(day, timing.at, zone)
        day += timedelta(weeks=timing.every_weeks)


def next_occurrence(timing: Timing, anchor: date, zone: ZoneInfo, after: date | None) -> tuple[date, datetime]:
    """Return the first occurrence, or the first on a day later than `after`."""
    if after is not None and after >= anchor:
        steps = (after - anchor).days // 7 // timing.every_weeks
        anchor = next(occurrences(timing, anchor, zone))[0] + timedelta(weeks=max(steps - 1, 0) * timing.every_weeks)
    return next((day, instant) for day, instant in occurrences(timing, anchor, zone) if after is None or day > after)
