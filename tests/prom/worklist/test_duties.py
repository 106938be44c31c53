"""When something must have happened by: working days, nights, weekends and every public holiday in Norway to 2037."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.lifecycle import State, is_open
from alerts.rules import Severity
from prom.worklist.duties import CLOSES, OPENS, Terms, is_working_time, next_action
from tests.prom.properties import sized

OSLO = ZoneInfo("Europe/Oslo")
OPEN_STATES = [state for state in State if is_open(state)]


def oslo(text: str) -> datetime:
    """An instant from local wall time."""
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm), so that no library checks itself."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def public_holidays(year: int) -> set[date]:
    """The days that the law on public holidays names (lov om helligdager, with 1 and 17 May)."""
    moved = (-3, -2, 0, 1, 39, 49, 50)
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 5, 17), date(year, 12, 25), date(year, 12, 26)}
    return fixed | {easter(year) + timedelta(days=each) for each in moved}


@pytest.mark.parametrize("year", range(2024, 2038))
def test_nobody_works_on_public_holidays_and_weekends_and_all_do_on_every_other_day(year: int) -> None:
    free = public_holidays(year)
    assert len(free) >= 11
    day = date(year, 1, 1)
    while day.year == year:
        noon = datetime.combine(day, time(12, 0), tzinfo=OSLO)
        assert is_working_time(noon, OSLO) == (day.weekday() < 5 and day not in free), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "at, works", [("07:59:59", False), ("08:00", True), ("15:29:59", True), ("15:30", False), ("00:00", False)]
)
def test_a_unit_works_from_eight_to_half_past_three(at: str, works: bool) -> None:
    assert is_working_time(oslo(f"2026-11-02T{at}"), OSLO) == works


@pytest.mark.parametrize("now", ["2026-11-02T09:30", "2026-11-02T03:00", "2026-12-25T12:00", "2026-11-07T23:59"])
def test_an_emergency_is_acknowledged_within_ten_minutes_and_contacted_within_thirty_at_any_hour(now: str) -> None:
    for state in OPEN_STATES:
        minutes = 30 if state is State.ACKNOWLEDGED else 10
        assert next_action(Severity.EMERGENCY, state, oslo(now), OSLO) == oslo(now) + timedelta(minutes=minutes)


SAME_DAY = {
    "in the morning": ("2026-11-02T09:30", "2026-11-02T15:30"),
    "with half an hour left": ("2026-11-02T15:00", "2026-11-02T15:30"),
    "with less than that left": ("2026-11-02T15:01", "2026-11-03T12:00"),
    "in the evening": ("2026-11-02T20:00", "2026-11-03T12:00"),
    "before opening": ("2026-11-02T06:00", "2026-11-02T12:00"),
    "just after midnight": ("2026-11-03T00:01", "2026-11-03T12:00"),
    "late on a Friday": ("2026-11-06T15:10", "2026-11-09T12:00"),
    "on a Saturday": ("2026-11-07T10:00", "2026-11-09T12:00"),
    "before Easter": ("2026-04-01T15:10", "2026-04-07T12:00"),
    "on Good Friday": ("2026-04-03T10:00", "2026-04-07T12:00"),
    "before Ascension Day": ("2026-05-13T18:00", "2026-05-15T12:00"),
    "on Christmas Eve": ("2026-12-24T10:00", "2026-12-24T15:30"),
    "in the night when clocks go forward": ("2026-03-29T01:59", "2026-03-30T12:00"),
    "in the night when clocks go back": ("2026-10-25T02:30", "2026-10-26T12:00"),
}


@pytest.mark.parametrize("when", SAME_DAY)
def test_same_day_means_this_working_day_or_noon_of_the_next(when: str) -> None:
    raised, due = SAME_DAY[when]
    assert next_action(Severity.SAME_DAY, State.OPEN, oslo(raised), OSLO) == oslo(due)


TAKEN = {
    "in the morning": ("2026-11-02T09:30", "2026-11-02T15:30"),
    "a minute before she goes home": ("2026-11-02T15:29", "2026-11-02T15:30"),
    "before opening": ("2026-11-02T06:00", "2026-11-02T15:30"),
    "in the evening": ("2026-11-02T20:00", "2026-11-03T15:30"),
    "late on a Friday": ("2026-11-06T15:30", "2026-11-09T15:30"),
    "before Easter": ("2026-04-01T16:00", "2026-04-07T15:30"),
}


@pytest.mark.parametrize("when", TAKEN)
def test_whoever_takes_one_has_it_until_her_shift_ends_and_no_longer_than_the_unit_would_wait(when: str) -> None:
    taken, ends = TAKEN[when]
    for severity in (Severity.NEXT_WORKING_DAY, Severity.AT_VISIT):
        assert next_action(severity, State.ACKNOWLEDGED, oslo(taken), OSLO) == oslo(ends)
    unit_waits = next_action(Severity.SAME_DAY, State.OPEN, oslo(taken), OSLO)
    assert next_action(Severity.SAME_DAY, State.ACKNOWLEDGED, oslo(taken), OSLO) == min(unit_waits, oslo(ends))


EVENING = Terms(
    opens=time(12), closes=time(20), closed=frozenset({date(2026, 11, 3)}), after_opening=timedelta(hours=1)
)


@pytest.mark.parametrize(
    "severity, state, now, due",
    [
        (Severity.SAME_DAY, State.OPEN, "2026-11-02T09:30", "2026-11-02T13:00"),
        (Severity.SAME_DAY, State.OPEN, "2026-11-02T19:30", "2026-11-02T20:00"),
        (Severity.SAME_DAY, State.OPEN, "2026-11-02T19:31", "2026-11-04T13:00"),
        (Severity.SAME_DAY, State.OPEN, "2026-11-03T13:00", "2026-11-04T13:00"),
        (Severity.SAME_DAY, State.ESCALATED, "2026-11-02T13:00", "2026-11-02T15:00"),
        (Severity.SAME_DAY, State.ESCALATED, "2026-11-02T19:00", "2026-11-04T13:00"),
        (Severity.NEXT_WORKING_DAY, State.OPEN, "2026-11-02T09:30", "2026-11-04T20:00"),
        (Severity.NEXT_WORKING_DAY, State.ACKNOWLEDGED, "2026-11-02T13:00", "2026-11-02T20:00"),
        (Severity.EMERGENCY, State.OPEN, "2026-11-03T03:00", "2026-11-03T03:10"),
    ],
)
def test_a_unit_with_hours_closed_days_and_targets_of_its_own_is_held_to_them(
    severity: Severity, state: State, now: str, due: str
) -> None:
    assert next_action(severity, state, oslo(now), OSLO, EVENING) == oslo(due)


def test_hours_into_a_short_day_end_when_it_closes() -> None:
    short = Terms(opens=time(9), closes=time(13), after_opening=timedelta(hours=5))
    assert next_action(Severity.SAME_DAY, State.OPEN, oslo("2026-11-02T20:00"), OSLO, short) == oslo("2026-11-03T13:00")


NEXT_WORKING_DAY = {
    "on a Monday": ("2026-11-02T09:30", "2026-11-03T15:30"),
    "on a Friday": ("2026-11-06T09:30", "2026-11-09T15:30"),
    "on a Sunday": ("2026-11-08T09:30", "2026-11-09T15:30"),
    "before Ascension Day": ("2026-05-13T10:00", "2026-05-15T15:30"),
    "before Easter": ("2026-04-01T10:00", "2026-04-07T15:30"),
}


@pytest.mark.parametrize("when", NEXT_WORKING_DAY)
def test_next_working_day_means_the_end_of_it(when: str) -> None:
    raised, due = NEXT_WORKING_DAY[when]
    assert next_action(Severity.NEXT_WORKING_DAY, State.OPEN, oslo(raised), OSLO) == oslo(due)


ESCALATED = {
    "while the unit works": ("2026-11-02T10:00", "2026-11-02T12:00"),
    "late in the day": ("2026-11-02T14:00", "2026-11-03T09:00"),
    "before opening": ("2026-11-02T04:00", "2026-11-02T09:00"),
    "so early that two hours end at work": ("2026-11-02T06:30", "2026-11-02T08:30"),
    "late on a Friday": ("2026-11-06T15:30", "2026-11-09T09:00"),
}


@pytest.mark.parametrize("when", ESCALATED)
def test_what_was_escalated_is_asked_for_again_within_two_working_hours(when: str) -> None:
    escalated, due = ESCALATED[when]
    for severity in (Severity.SAME_DAY, Severity.NEXT_WORKING_DAY):
        assert next_action(severity, State.ESCALATED, oslo(escalated), OSLO) == oslo(due)


def test_at_visit_waits_thirty_days() -> None:
    now = oslo("2026-11-02T09:30")
    assert next_action(Severity.AT_VISIT, State.OPEN, now, OSLO) == now + timedelta(days=30)


@sized
@given(
    severity=st.sampled_from(Severity),
    state=st.sampled_from(OPEN_STATES),
    now=st.datetimes(datetime(2024, 1, 1), datetime(2037, 12, 20), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_whatever_happens_the_next_action_lies_ahead_and_within_working_hours_unless_it_is_an_emergency(
    severity: Severity, state: State, now: datetime
) -> None:
    due = next_action(severity, state, now, OSLO)
    assert due > now
    assert due.utcoffset() == timedelta(0)
    if severity in (Severity.SAME_DAY, Severity.NEXT_WORKING_DAY):
        local = due.astimezone(OSLO)
        assert is_working_time(due - timedelta(minutes=1), OSLO)
        assert OPENS < local.time() <= CLOSES
        assert due - now < timedelta(days=7)
