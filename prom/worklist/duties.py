"""When something must have happened by: target times per severity, in the unit's working hours. PURE.

Unless a unit has chosen otherwise (`Terms`, read by `prom/worklist/terms.py`), working days are Monday to Friday
without Norwegian public holidays, 08:00 to 15:30 local wall time. Targets are proposals (design.md, severity table).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from alerts.lifecycle import State
from alerts.rules import Severity

OPENS, CLOSES = time(8, 0), time(15, 30)
#: An alert raised later than this before closing is for the next working day.
LEAST_LEFT = timedelta(minutes=30)

_HOLIDAYS = holidays.country_holidays("NO")


@dataclass(frozen=True)
class Terms:
    """What a unit has promised: its hours, the days on which it is closed beside public holidays, and its targets."""

    opens: time = OPENS
    closes: time = CLOSES
    closed: frozenset[date] = frozenset()
    #: From an emergency's beginning, and again after each escalation, until somebody has acknowledged it.
    acknowledged_within: timedelta = timedelta(minutes=10)
    #: From then on, until somebody has reached her.
    contact_within: timedelta = timedelta(minutes=30)
    #: For what is for the same day and came in outside working hours: so long after the next opening.
    after_opening: timedelta = timedelta(hours=4)
    escalated_again_after: timedelta = timedelta(hours=2)
    at_visit_within: timedelta = timedelta(days=30)

    def is_working_day(self, day: date) -> bool:
        """Whether the unit opens on a day."""
        return is_working_day(day) and day not in self.closed

    def is_working_time(self, local: datetime) -> bool:
        """Whether the unit is at work at a moment of its own wall time."""
        return self.is_working_day(local.date()) and self.opens <= local.time() < self.closes


USUAL = Terms()


def next_action(severity: Severity, state: State, now: datetime, zone: ZoneInfo, terms: Terms = USUAL) -> datetime:
    """Return when an alert that enters a state now must have been acted on, as a UTC instant, always after `now`.

    Whoever has acknowledged one has it until her shift ends, at the latest: it then goes back to the unit. An
    emergency, whose deadline for contact is minutes, is kept over the end of a shift.
    """
    if severity is Severity.EMERGENCY:
        return now + (terms.contact_within if state is State.ACKNOWLEDGED else terms.acknowledged_within)
    local = now.astimezone(zone)
    due = _due(severity, state, local, zone, terms)
    return min(due, _end_of_shift(local, zone, terms)) if state is State.ACKNOWLEDGED else due


def is_working_time(now: datetime, zone: ZoneInfo) -> bool:
    """Whether a unit of the usual hours is at work."""
    return USUAL.is_working_time(now.astimezone(zone))


def is_working_day(day: date) -> bool:
    """Whether a day is neither a Saturday, a Sunday nor a Norwegian public holiday."""
    return day.weekday() < 5 and day not in _HOLIDAYS


def _due(severity: Severity, state: State, local: datetime, zone: ZoneInfo, terms: Terms) -> datetime:
    if severity is Severity.AT_VISIT:
        return local.astimezone(UTC) + terms.at_visit_within
    if state is State.ESCALATED:
        again = local.astimezone(UTC) + terms.escalated_again_after
        return _within_hours(again.astimezone(zone), zone, terms)
    if severity is Severity.SAME_DAY:
        return _same_day(local, zone, terms)
    return _at(_working_day_after(local.date(), terms), terms.closes, zone)


def _same_day(local: datetime, zone: ZoneInfo, terms: Terms) -> datetime:
    """The end of this working day; for what comes in outside working hours some hours into the next one."""
    today = local.date()
    if terms.is_working_day(today) and local.time() < terms.opens:
        return _after_opening(today, zone, terms)
    if terms.is_working_day(today) and local.astimezone(UTC) + LEAST_LEFT <= _at(today, terms.closes, zone):
        return _at(today, terms.closes, zone)
    return _after_opening(_working_day_after(today, terms), zone, terms)


def _after_opening(day: date, zone: ZoneInfo, terms: Terms) -> datetime:
    return min(_at(day, terms.opens, zone) + terms.after_opening, _at(day, terms.closes, zone))


def _end_of_shift(local: datetime, zone: ZoneInfo, terms: Terms) -> datetime:
    """When those go home who are at work now; outside working hours, those who come next."""
    today = local.date()
    if terms.is_working_day(today) and local.time() < terms.closes:
        return _at(today, terms.closes, zone)
    return _at(_working_day_after(today, terms), terms.closes, zone)


def _within_hours(local: datetime, zone: ZoneInfo, terms: Terms) -> datetime:
    """This moment if the unit is at work then, else an hour into its next working day."""
    if terms.is_working_time(local):
        return local.astimezone(UTC)
    before_opening = terms.is_working_day(local.date()) and local.time() < terms.opens
    day = local.date() if before_opening else _working_day_after(local.date(), terms)
    return _at(day, terms.opens, zone) + timedelta(hours=1)


def _working_day_after(day: date, terms: Terms) -> date:
    following = day + timedelta(days=1)
    while not terms.is_working_day(following):
        following += timedelta(days=1)
    return following


def _at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)
