"""A document's timings -> offsets and recurrences. PURE."""

from collections.abc import Sequence
from datetime import time

from prom.pathways.items import Phase
from prom.pathways.places import HOUR, Place, one_of
from prom.pathways.timings import WEEKDAYS, BusinessDays, Offset, Timing, Unit

OFFSET = "days counted from an anchor, as in {anchor: treatment-start, days: -7}"
CYCLE = "a cycle, as in {length: 21, days: [1, 8, 15]}"
#: A century in each unit, far beyond any plan.
FURTHEST = {"days": 36_500, "weeks": 5_200, "months": 1_200, "years": 100}
MOST_OCCURRENCES = 10_000
LONGEST_CYCLE = 366

_COMMON = frozenset({"every", "unit", "at", "from", "until", "count", "businessDays"})
#: Keys that go only with one unit.
_OF_UNIT = {"weekdays": Unit.WEEK, "weekday": Unit.WEEK, "cycle": Unit.CYCLE}


def read_offset(place: Place, name: str, anchors: Sequence[str]) -> Offset:
    """Read `{anchor: CODE, days|weeks|months|years: N}`; the word `anchor` alone is the first anchor's own day."""
    if place.values.get(name) == "anchor":
        return Offset(anchors[0])
    part = place.part(name, OFFSET)
    part.only({"anchor", *FURTHEST})
    code = part.text("anchor", "the code of an anchor, as in treatment-start")
    if code not in anchors:
        part.refuse("unknown-name", "anchor", found=code, kind="anchor", known=", ".join(anchors))
    return Offset(code, **{unit: part.whole(unit, -most, most, 0) for unit, most in FURTHEST.items()})


def read_timing(place: Place, anchors: Sequence[str], phase: Phase) -> Timing:
    """Read a recurrence. It begins with its phase where nothing else is said, and never outlasts it."""
    place.only(_COMMON | _OF_UNIT.keys())
    unit = place.word("unit", Unit)
    for name, belongs in _OF_UNIT.items():
        if place.has(name) and unit is not belongs:
            place.refuse("other-unit", name, unit=belongs, found=unit)
    ends = [read_offset(place, "until", anchors)] if place.has("until") else []
    length, days = _cycle(place) if unit is Unit.CYCLE else (0, ())
    return Timing(
        every=place.whole("every", 1, 1000),
        unit=unit,
        at=_hours(place),
        start=read_offset(place, "from", anchors) if place.has("from") else phase.start,
        weekdays=_weekdays(place),
        cycle_length=length,
        cycle_days=days,
        until=tuple(dict.fromkeys([*ends, *([phase.until] if phase.until else [])])),
        count=place.whole("count", 1, MOST_OCCURRENCES) if place.has("count") else None,
        business_days=place.word("businessDays", BusinessDays, BusinessDays.NONE),
    )


def _hours(place: Place) -> tuple[time, ...]:
    value = place.values.get("at")
    if isinstance(value, str):
        return (place.hour("at"),)
    if not isinstance(value, list | tuple) or not value:
        place.wrong("at", f"{HOUR}, or a list of them")
    hours = [Place(place.way, {"at": each}).hour("at") for each in value]
    for hour in hours:
        if hours.count(hour) > 1:
            place.refuse("twice", "at", found=f"{hour:%H:%M}")
    return tuple(sorted(hours))


def _weekdays(place: Place) -> tuple[int, ...]:
    if place.has("weekday") and place.has("weekdays"):
        place.refuse("both", "weekday", other="weekdays")
    if place.has("weekday"):
        value = place.values["weekday"]
        return (WEEKDAYS.index(value),) if value in WEEKDAYS else place.wrong("weekday", one_of(WEEKDAYS))
    if not place.has("weekdays"):
        return ()
    return tuple(sorted(WEEKDAYS.index(each) for each in place.words("weekdays", WEEKDAYS)))


def _cycle(place: Place) -> tuple[int, tuple[int, ...]]:
    part = place.part("cycle", CYCLE)
    part.only({"length", "days"})
    length = part.whole("length", 2, LONGEST_CYCLE)
    days = part.wholes("days", 1, LONGEST_CYCLE, "a list of days of the cycle, as in [1, 8, 15]")
    for day in days:
        if day > length:
            part.refuse("cycle-day", "days", found=day, length=length)
        if days.count(day) > 1:
            part.refuse("twice", "days", found=day)
    return length, tuple(sorted(days))
