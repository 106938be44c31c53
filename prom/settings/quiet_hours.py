"""When a unit's quiet hours end. PURE: the hours are local wall time in the unit's zone, instants are UTC."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from prom.settings.known import hours


def quiet_until(value: object, now: datetime, zone: str) -> datetime | None:
    """Return the instant when the quiet hours that `now` lies in are over, or None where it lies in none.

    `value` is that of the setting `quietHours`. The instant is always later than `now`, also on the night of a clock
    change: an end that does not exist is an hour later on the clock, and of one that exists twice the next is meant.
    """
    found = hours(value)
    local = now.astimezone(ZoneInfo(zone))
    if found is None or not _within(local.time(), *found):
        return None
    first, last = found
    day = local.date() + (timedelta(days=1) if first > last and local.time() >= first else timedelta())
    ends = [datetime.combine(day, last.replace(fold=fold), ZoneInfo(zone)).astimezone(UTC) for fold in (0, 1)]
    return next((end for end in ends if end > now), now + timedelta(minutes=1))


def _within(at: time, first: time, last: time) -> bool:
    return first <= at < last if first < last else at >= first or at < last
