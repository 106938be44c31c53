"""A second reckoning of timings, written as plainly as can be: look at every single day, and ask whether it is one.

It reads the document itself, knows the holidays by its own arithmetic, and shares no line with prom. What it costs does
not matter.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def easter_sunday(year: int) -> date:
    """Return Easter Sunday (Meeus/Jones/Butcher, "Astronomical Algorithms", 1991, ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    (i, k) = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays_of(year: int) -> frozenset[date]:
    """Return the Norwegian public holidays of a year (lov om helligdager og helligdagsfred § 2; lov 26. april 1947)."""
    fixed = [(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)]
    from_easter = [-3, -2, 0, 1, 39, 49, 50]
    easter = easter_sunday(year)
    return frozenset([date(year, *each) for each in fixed] + [easter + each * DAY for each in from_easter])


def is_business_day(day: date) -> bool:
    """Tell whether the day is neither at the weekend nor a holiday."""
    return day.weekday() not in (5, 6) and day not in holidays_of(day.year)


def later(day: date, offset: Mapping[str, Any]) -> date:
    """Return the day so long after this one: months and years first, to the month's last day at most, then days."""
    months = offset.get("months", 0) + 12 * offset.get("years", 0)
    there = _month_later(day, months)
    return there + timedelta(days=offset.get("days", 0), weeks=offset.get("weeks", 0))


def _month_later(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month in (0, 13):
            year, month = (year - 1, 12) if month == 0 else (year + 1, 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_planned(timing: Mapping[str, Any], anchor: date, day: date) -> bool:
    """Tell whether a timing plans this day, as docs/pathways.md says it."""
    start = {} if timing["from"] == "anchor" else timing["from"]
    begins, every = later(anchor, start), timing["every"]
    passed = (day - begins).days
    if passed < 0:
        return False
    if timing["unit"] == "day":
        return bool(passed % every == 0)
    if timing["unit"] == "week":
        wanted = timing.get("weekdays", [WEEKDAYS[begins.weekday()]])
        return passed // 7 % every == 0 and WEEKDAYS[day.weekday()] in wanted
    if timing["unit"] == "cycle":
        return passed % (every * timing["cycle"]["length"]) + 1 in timing["cycle"]["days"]
    months = every * (12 if timing["unit"] == "year" else 1)
    by_days = start.get("days", 0) or start.get("weeks", 0)
    own_day, first = (begins, 0) if by_days else (anchor, start.get("months", 0) + 12 * start.get("years", 0))
    since = (day.year - own_day.year) * 12 + day.month - own_day.month - first
    last_of_month = monthrange(day.year, day.month)[1]
    return since % months == 0 and day.day == min(own_day.day, last_of_month)


def names_until(timing: Mapping[str, Any], anchor: date, stop: date) -> list[str]:
    """Return the names of all occurrences on days up to `stop`, in order."""
    names: list[str] = []
    hours = [timing["at"]] if isinstance(timing["at"], str) else sorted(timing["at"])
    for day in sorted(set(_days(timing, anchor, stop + 14 * DAY))):
        names += [f"{day}T{hour}" if len(hours) > 1 else str(day) for hour in hours]
    return [name for name in names[: timing.get("count")] if name[:10] <= str(stop)]


def _days(timing: Mapping[str, Any], anchor: date, stop: date) -> Iterator[date]:
    last = min(stop, later(anchor, timing["until"])) if "until" in timing else stop
    day = later(anchor, {} if timing["from"] == "anchor" else timing["from"])
    while day <= last:
        if is_planned(timing, anchor, day):
            yield from _business(timing.get("businessDays", "none"), day)
        day += DAY


def _business(wish: str, day: date) -> Iterator[date]:
    if wish == "skip" and not is_business_day(day):
        return
    while wish in ("next", "previous") and not is_business_day(day):
        day += DAY if wish == "next" else -DAY
    yield day


def instants_of_day(day: date, zone: ZoneInfo) -> dict[time, datetime]:
    """Return the instant of each of the 1,440 wall minutes of a day, by walking all real minutes around it.

    It is the first real minute that shows the wall time wanted, or, where none does, the next wall time that is shown.
    """
    shown: dict[datetime, datetime] = {}
    real = datetime(day.year, day.month, day.day, tzinfo=UTC) - DAY
    for minute in range(4 * 1440):
        instant = real + minute * MINUTE
        shown.setdefault(instant.astimezone(zone).replace(tzinfo=None), instant)
    found: dict[time, datetime] = {}
    for minute in range(1440):
        wall = wanted = datetime.combine(day, time()) + minute * MINUTE
        while wall not in shown:
            wall += MINUTE
        found[wanted.time()] = shown[wall]
    return found
