"""What of a plan would never be asked, or not as its author meant. PURE."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from prom.pathways.definition import Asked, Offset, Pathway, Timing, Unit
from prom.pathways.problems import PathwayProblem
from prom.pathways.timings import BusinessDays

#: Offsets from one anchor are held against each other from these days: months have 28 to 31 days.
FROM_DAYS = (date(2026, 1, 31), date(2027, 2, 28), date(2028, 7, 15))
SATURDAY = 5


def problems_of_plan(pathway: Pathway) -> Iterator[PathwayProblem]:
    """Yield what is wrong with the phases and with the timing of each item."""
    for phase in pathway.phases:
        if phase.until is not None and is_before(phase.until, phase.start):
            yield PathwayProblem(f"phases, {phase.code}", "ends-before-it-begins")
    for item in pathway.items:
        if item.timing is not None:
            yield from _of_timing(pathway, item, item.timing)


def _of_timing(pathway: Pathway, item: Asked, timing: Timing) -> Iterator[PathwayProblem]:
    place = f"items, {item.key}, timing"
    if any(is_before(end, timing.start) for end in timing.until):
        yield PathwayProblem(place, "never-asked")
    weekends = timing.weekdays and min(timing.weekdays) >= SATURDAY
    if weekends and timing.business_days is BusinessDays.SKIP:
        yield PathwayProblem(place, "never-a-business-day")
    phase = next((each for each in pathway.phases if each.code == item.phase), None)
    if phase is not None and is_before(timing.start, phase.start):
        yield PathwayProblem(place, "before-its-phase", {"phase": phase.code}, "warning")
    gap = shortest_gap(timing)
    if timing.count != 1 and item.window.expires > gap:
        values = {"gap": _hours(gap), "expires": _hours(item.window.expires)}
        yield PathwayProblem(f"items, {item.key}, window", "windows-overlap", values, "warning")


def is_before(one: Offset, other: Offset) -> bool:
    """Whether a day is surely before another; never where they count from different anchors."""
    days = ((one.on({one.anchor: day}), other.on({other.anchor: day})) for day in FROM_DAYS)
    return one.anchor == other.anchor and all(a is not None and b is not None and a < b for a, b in days)


def shortest_gap(timing: Timing) -> timedelta:
    """Return the shortest time from one planned occurrence to the next, before any is moved to a business day."""
    hours = [timedelta(hours=at.hour, minutes=at.minute) for at in timing.at]
    between_days = timedelta(days=_shortest_days(timing)) - (hours[-1] - hours[0])
    return min([later - earlier for earlier, later in pairwise(hours)] + [between_days])


def _shortest_days(timing: Timing) -> int:
    if timing.unit in (Unit.MONTH, Unit.YEAR):
        return timing.every * (28 if timing.unit is Unit.MONTH else 365)
    days: tuple[int, ...] = (0,)
    turn = timing.every
    if timing.unit is Unit.WEEK:
        days, turn = timing.weekdays or days, 7 * timing.every
    if timing.unit is Unit.CYCLE:
        days, turn = timing.cycle_days, timing.cycle_length * timing.every
    return min([later - earlier for earlier, later in pairwise(days)] + [days[0] + turn - days[-1]])


def _hours(length: timedelta) -> str:
    return f"{length.total_seconds() / 3600:g}"
