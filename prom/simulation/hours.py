"""When a message may go: not in quiet hours, nor in a pause. PURE."""

from datetime import datetime, time, timedelta

from prom.simulation.lives import Stay
from prom.simulation.reckoning import instant

#: The quiet hours of a pathway that says nothing else, in the unit's zone; nobody in the simulation chooses others.
USUAL = "21:00-08:00"


def _hours(stay: Stay) -> tuple[time, time]:
    """When the night of a stay begins and ends: over midnight, as on every shipped pathway."""
    begins, ends = str(stay.pathway.settings.get("quietHours", USUAL)).split("-")
    return time.fromisoformat(begins), time.fromisoformat(ends)


def is_quiet(at: datetime, stay: Stay) -> bool:
    """Whether it is night there."""
    begins, ends = _hours(stay)
    return not ends <= at.astimezone(stay.zone).time() < begins


def earliest(due: datetime, stay: Stay) -> datetime:
    """When a message that is due may go at the soonest."""
    before = None
    while due != before:
        before = due
        due = max([due, *(until for begins, until in stay.pauses if begins <= due < until)])
        due = _awake(due, stay)
    return due


def _awake(at: datetime, stay: Stay) -> datetime:
    if not is_quiet(at, stay):
        return at
    begins, ends = _hours(stay)
    local = at.astimezone(stay.zone)
    day = local.date() + timedelta(days=1 if local.time() >= begins else 0)
    return instant(day, ends, stay.zone)
