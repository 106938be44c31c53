"""A second calculation of what should have been asked and when: by walking through the calendar day by day. PURE.

It shares with Prom the reading of a timing's fields and nothing else: neither the arithmetic of recurrences nor the way
from wall time to instants. What it costs does not matter.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from holidays import country_holidays

from prom.pathways.timings import BusinessDays, Offset, Timing, Unit

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
#: How far a business day may lie from the day it stands for.
MOVES = 14
#: How many minutes the search for an instant goes on: clocks change by an hour or two.
SEARCH = 60 * 6
_FREE = country_holidays("NO")


class Due(NamedTuple):
    """One time something is due: its name within its item, and its instant."""

    name: str
    instant: datetime


def due_between(timing: Timing, anchors: Mapping[str, date], zone: ZoneInfo, until: datetime) -> list[Due]:
    """Return all that is due up to an instant, in order; none while its anchor is unknown."""
    begins, anchor = day_of(timing.start, anchors), anchors.get(timing.start.anchor)
    if begins is None or anchor is None:
        return []
    found: list[Due] = []
    for day in _planned(timing, anchor, begins, _last(timing, anchors, until)):
        for at in timing.at:
            found.append(Due(_name(timing, day, at), instant(day, at, zone)))
    return [each for each in found[: timing.count] if each.instant <= until]


def _name(timing: Timing, day: date, at: time) -> str:
    """It is known by its day, and by its hour where a day has several."""
    return f"{day:%Y-%m-%d}T{at:%H:%M}" if len(timing.at) > 1 else f"{day:%Y-%m-%d}"


def _last(timing: Timing, anchors: Mapping[str, date], until: datetime) -> date:
    ends = [day for each in timing.until if (day := day_of(each, anchors)) is not None]
    return min([until.date() + MOVES * DAY, *ends])


def day_of(offset: Offset, anchors: Mapping[str, date]) -> date | None:
    """Return the day that lies so far from its anchor; None while that is unknown."""
    day = anchors.get(offset.anchor)
    if day is None:
        return None
    months = day.month - 1 + offset.months + 12 * offset.years
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])) + timedelta(days=offset.days + 7 * offset.weeks)


def _planned(timing: Timing, anchor: date, begins: date, last: date) -> Iterator[date]:
    seen: set[date] = set()
    day = begins
    while day <= last:
        if _matches(timing, anchor, begins, day):
            moved = _moved(timing.business_days, day)
            if moved is not None and moved not in seen:
                seen.add(moved)
                yield moved
        day += DAY


def _matches(timing: Timing, anchor: date, begins: date, day: date) -> bool:
    passed = (day - begins).days
    match timing.unit:
        case Unit.DAY:
            return passed % timing.every == 0
        case Unit.WEEK:
            return passed // 7 % timing.every == 0 and day.weekday() in (timing.weekdays or (begins.weekday(),))
        case Unit.CYCLE:
            return passed % (timing.cycle_length * timing.every) + 1 in timing.cycle_days
        case _:
            # Counted from the anchor's own day of the month where nothing but months lies between.
            base = anchor if not (timing.start.days or timing.start.weeks) else begins
            months = (day.year - begins.year) * 12 + day.month - begins.month
            step = timing.every * (12 if timing.unit is Unit.YEAR else 1)
            return months % step == 0 and day.day == min(base.day, monthrange(day.year, day.month)[1])


def _moved(rule: BusinessDays, day: date) -> date | None:
    if rule is BusinessDays.NONE or _is_business_day(day):
        return day
    if rule is BusinessDays.SKIP:
        return None
    step = DAY if rule is BusinessDays.NEXT else -DAY
    while not _is_business_day(day):
        day += step
    return day


def _is_business_day(day: date) -> bool:
    return day.isoweekday() <= 5 and day not in _FREE


@lru_cache(maxsize=100_000)
def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the first instant, by whole minutes, at which the local clock shows this time or more."""
    wanted = datetime.combine(day, at)
    # It cannot lie before this: the clock is nowhere further ahead on these days.
    ahead = max((wanted + days * DAY).replace(tzinfo=zone).utcoffset() or timedelta() for days in (-1, 0, 1))
    moment = wanted.replace(tzinfo=UTC) - ahead
    for _ in range(SEARCH):
        if moment.astimezone(zone).replace(tzinfo=None) >= wanted:
            return moment
        moment += MINUTE
    raise LookupError(f"no instant of {wanted} in {zone}")
