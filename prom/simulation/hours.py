"""When a message may go: not in quiet hours, nor in a pause. PURE."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from prom.simulation.lives import Stay
from prom.simulation.reckoning import instant

#: The default quiet hours, in the unit's zone.
QUIET_FROM, QUIET_UNTIL = time(21), time(8)


def is_quiet(at: datetime, zone: ZoneInfo) -> bool:
    """Whether it is night there."""
    return not QUIET_UNTIL <= at.astimezone(zone).time() < QUIET_FROM


def earliest(due: datetime, stay: Stay) -> datetime:
    """When a message that is due may go at the soonest."""
    before = None
    while due != before:
        before = due
        due = max([due, *(until for begins, until in stay.pauses if begins <= due < until)])
        due = _awake(due, stay.zone)
    return due


def _awake(at: datetime, zone: ZoneInfo) -> datetime:
    if not is_quiet(at, zone):
        return at
    local = at.astimezone(zone)
    day = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return instant(day, QUIET_UNTIL, zone)
