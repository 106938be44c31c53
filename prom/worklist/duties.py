"""When something must have happened by: target times per severity, in the unit's working hours. PURE.

Working days are Monday to Friday without Norwegian public holidays, 08:00 to 15:30 local wall time.
The targets are proposals (design.md, severity table); a unit's own come with the issue on rosters.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from alerts.lifecycle import State
from alerts.rules import Severity

OPENS, CLOSES, NOON = time(8, 0), time(15, 30), time(12, 0)
#: An alert raised later than this before closing is for the next working day.
LEAST_LEFT = timedelta(minutes=30)
EMERGENCY_ACKNOWLEDGED_WITHIN = timedelta(minutes=10)
EMERGENCY_CONTACT_WITHIN = timedelta(minutes=30)
ESCALATED_AGAIN_AFTER = timedelta(hours=2)
AT_VISIT_WITHIN = timedelta(days=30)

_HOLIDAYS = holidays.country_holidays("NO")


def next_action(severity: Severity, state: State, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when an alert that enters a state now must have been acted on, as a UTC instant, always after `now`."""
    if severity is Severity.EMERGENCY:
        return now + (EMERGENCY_CONTACT_WITHIN if state is State.ACKNOWLEDGED else EMERGENCY_ACKNOWLEDGED_WITHIN)
    if severity is Severity.AT_VISIT:
        return now + AT_VISIT_WITHIN
    local = now.astimezone(zone)
    if state is State.ESCALATED:
        return _within_hours(local + ESCALATED_AGAIN_AFTER, zone)
    if severity is Severity.SAME_DAY:
        return _same_day(local, zone)
    return _at(_working_day_after(local.date()), CLOSES, zone)


def is_working_time(now: datetime, zone: ZoneInfo) -> bool:
    """Whether the unit is at work."""
    local = now.astimezone(zone)
    return is_working_day(local.date()) and OPENS <= local.time() < CLOSES


def _same_day(local: datetime, zone: ZoneInfo) -> datetime:
    """The end of this working day; for what comes in outside working hours noon of the next one."""
    today = local.date()
    if is_working_day(today) and local.time() < OPENS:
        return _at(today, NOON, zone)
    if is_working_day(today) and local.astimezone(UTC) + LEAST_LEFT <= _at(today, CLOSES, zone):
        return _at(today, CLOSES, zone)
    return _at(_working_day_after(today), NOON, zone)


def _within_hours(local: datetime, zone: ZoneInfo) -> datetime:
    """This moment if the unit is at work then, else an hour into its next working day."""
    if is_working_time(local, zone):
        return local.astimezone(UTC)
    before_opening = is_working_day(local.date()) and local.time() < OPENS
    day = local.date() if before_opening else _working_day_after(local.date())
    return _at(day, OPENS, zone) + timedelta(hours=1)


def _working_day_after(day: date) -> date:
    following = day + timedelta(days=1)
    while not is_working_day(following):
        following += timedelta(days=1)
    return following


def is_working_day(day: date) -> bool:
    """Whether a day is neither a Saturday, a Sunday nor a Norwegian public holiday."""
    return day.weekday() < 5 and day not in _HOLIDAYS


def _at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
