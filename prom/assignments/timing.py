"""From local wall time to instants. PURE.

A local time that does not exist (spring) or exists twice (autumn) yields exactly one instant: the first that is not
before the wall time asked for, and the earlier of two. The host's own time zone plays no part.

What many plans share is worked out once: thousands of patients on one pathway have the same timing, the same few first
days and the same zone.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from prom.assignments.planned_days import last_of_count, recurrence
from prom.pathways.timings import Timing

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Occurrence(NamedTuple):
    """One time of a recurrence: its local day, its UTC instant, and the name that no other one of its item has.

    The name is the day, `2026-11-23`; where a day has several hours it is `2026-11-23T20:00`, in wall time.
    """

    day: date
    instant: datetime
    name: str


#: What the next occurrence comes after: a local day, an instant, an occurrence's name, or None for the very first.
After = date | datetime | str | None


def occurrences(timing: Timing, anchors: Mapping[str, date], zone: ZoneInfo) -> Iterator[Occurrence]:
    """Yield every occurrence in order: none while its anchor is not among `anchors`, which are local days by code."""
    anchor = anchors.get(timing.start.anchor)
    return iter(()) if anchor is None else _from(timing, anchor, timing.end(anchors), zone, None)


def next_occurrence(
    timing: Timing, anchors: Mapping[str, date], zone: ZoneInfo, after: After = None
) -> Occurrence | None:
    """Return the first occurrence after a day (none of that day), an instant or a name; None when nothing more comes.

    It costs the same for a late `after` as for an early one. Raises ValueError for what is no occurrence's name.
    """
    anchor = anchors.get(timing.start.anchor)
    return None if anchor is None else _next(timing, anchor, timing.end(anchors), zone, after)


@lru_cache(maxsize=65536)
def _next(timing: Timing, anchor: date, end: date | None, zone: ZoneInfo, after: After) -> Occurrence | None:
    if after is None:
        return next(_from(timing, anchor, end, zone, None), None)
    if isinstance(after, datetime):
        day = after.astimezone(zone).date() - DAY  # the first hours of a day that the zone leaves out open the next
        return next((each for each in _from(timing, anchor, end, zone, day) if each.instant > after), None)
    if isinstance(after, date):
        return next(_from(timing, anchor, end, zone, after + DAY), None)
    day = date.fromisoformat(after[:10])
    return next((each for each in _from(timing, anchor, end, zone, day) if each.name > after), None)


def _from(timing: Timing, anchor: date, end: date | None, zone: ZoneInfo, day: date | None) -> Iterator[Occurrence]:
    """Yield the occurrences, or those on days that are not before `day`, planned until `end`."""
    last = last_of_count(timing, anchor)
    several = len(timing.at) > 1
    for each in recurrence(timing, anchor).days_from(day, end):
        for place, at in enumerate(timing.at):
            if last is not None and (each, place) > last:
                return
            yield _occurrence(each, at, zone, several)


@lru_cache(maxsize=65536)
def _occurrence(day: date, at: time, zone: ZoneInfo, several: bool) -> Occurrence:
    name = f"{day.isoformat()}T{at:%H:%M}" if several else day.isoformat()
    return Occurrence(day, instant_of(day, at, zone), name)


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
