"""Where a day lies in the cycles of treatment that a pathway asks by. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from prom.pathways.definition import Pathway
from prom.pathways.timings import Timing, Unit


@dataclass(frozen=True)
class CycleDay:
    """A day of a cycle of treatment: day 1 is the one on which the cycle begins, and `following` begins the next."""

    day: int
    following: date


def cycle_day(pathway: Pathway, day: date, anchors: Mapping[str, date]) -> CycleDay | None:
    """Return where a local day lies in a cycle, by the first item that is asked by cycles then.

    None where the pathway has no cycles, before they begin, after they end, and while their anchor is not known.
    """
    for item in pathway.items:
        if item.timing is not None and item.timing.unit is Unit.CYCLE:
            found = _in_cycle(item.timing, day, anchors)
            if found is not None:
                return found
    return None


def _in_cycle(timing: Timing, day: date, anchors: Mapping[str, date]) -> CycleDay | None:
    begins, ends = timing.start.on(anchors), timing.end(anchors)
    if begins is None or day < begins or (ends is not None and day > ends):
        return None
    passed = (day - begins).days % timing.cycle_length
    return CycleDay(passed + 1, day + timedelta(days=timing.cycle_length - passed))
