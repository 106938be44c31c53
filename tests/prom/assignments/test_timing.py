"""From wall time to instants, over every change of the clocks in Oslo from 2024 to 2037."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prom.assignments.timing import instant_of, next_occurrence, occurrences
from prom.pathways.definition import Offset, Timing, Unit
from tests.prom.properties import sized

OSLO = ZoneInfo("Europe/Oslo")
YEARS = range(2024, 2038)
EVERY_MINUTE = [time(minute // 60, minute % 60) for minute in range(1440)]
MONDAYS = Timing(1, Unit.WEEK, (time(9, 0),), Offset("start"), weekdays=(0,))


def last_sunday(year: int, month: int) -> date:
    """The day of the change: the last Sunday of March or October, both of which have 31 days."""
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


SPRING = [last_sunday(year, 3) for year in YEARS]
AUTUMN = [last_sunday(year, 10) for year in YEARS]


@pytest.mark.hazard("H16")
@pytest.mark.parametrize("day", SPRING, ids=str)
def test_in_spring_each_minute_has_one_instant_and_the_missing_hour_is_the_first_moment_after_it(day: date) -> None:
    instants = [instant_of(day, at, OSLO) for at in EVERY_MINUTE]
    assert all(earlier <= later for earlier, later in pairwise(instants))
    change = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    missing = {instant_of(day, at, OSLO) for at in EVERY_MINUTE if at.hour == 2}
    assert missing == {change}
    assert instant_of(day, time(3, 0), OSLO) == change
    assert len(set(instants)) == 23 * 60
    for at, instant in zip(EVERY_MINUTE, instants, strict=True):
        assert instant.astimezone(OSLO).time() == (at if at.hour != 2 else time(3, 0))


@pytest.mark.hazard("H16")
@pytest.mark.parametrize("day", AUTUMN, ids=str)
def test_in_autumn_each_minute_has_one_instant_and_the_doubled_hour_is_its_first_time(day: date) -> None:
    instants = [instant_of(day, at, OSLO) for at in EVERY_MINUTE]
    assert all(earlier < later for earlier, later in pairwise(instants))
    for at, instant in zip(EVERY_MINUTE, instants, strict=True):
        assert instant.astimezone(OSLO).time() == at
    change = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    assert all(instant < change for at, instant in zip(EVERY_MINUTE, instants, strict=True) if at.hour <= 2)
    assert all(instant > change for at, instant in zip(EVERY_MINUTE, instants, strict=True) if at.hour >= 3)


def test_seconds_within_the_missing_hour_are_the_first_moment_after_it_too() -> None:
    assert instant_of(date(2026, 3, 29), time(2, 0, 30, 5), OSLO) == datetime(2026, 3, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 15)])
def test_in_a_zone_without_changes_nothing_is_missing_or_doubled(day: date) -> None:
    assert instant_of(day, time(2, 30), ZoneInfo("UTC")) == datetime.combine(day, time(2, 30), tzinfo=UTC)


def test_a_gap_of_half_an_hour_ends_where_the_new_time_begins() -> None:
    howe = ZoneInfo("Australia/Lord_Howe")
    assert instant_of(date(2026, 10, 4), time(2, 15), howe) == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)


@pytest.mark.hazard("H16")
def test_every_monday_of_fourteen_years_opens_once_at_nine_local_time() -> None:
    weeks = list(islice(occurrences(MONDAYS, {"start": date(2024, 1, 1)}, OSLO), 14 * 52))
    assert weeks[-1][0].year == 2037
    for day, instant, _ in weeks:
        local = instant.astimezone(OSLO)
        assert (local.date(), local.time(), local.weekday()) == (day, time(9, 0), 0)
    gaps = [later[1] - earlier[1] for earlier, later in pairwise(weeks)]
    week = timedelta(weeks=1)
    assert (gaps.count(week - timedelta(hours=1)), gaps.count(week + timedelta(hours=1))) == (14, 14)
    assert gaps.count(week) == len(gaps) - 28


@pytest.mark.parametrize("at", [time(0, 0), time(2, 0), time(2, 30), time(3, 0)])
def test_a_sunday_night_timing_opens_once_on_each_day_of_a_change(at: time) -> None:
    timing = replace(MONDAYS, weekdays=(6,), at=(at,))
    opened = [each.instant for each in islice(occurrences(timing, {"start": date(2024, 1, 1)}, OSLO), 14 * 52)]
    assert len(set(opened)) == len(opened)
    assert all(earlier < later for earlier, later in pairwise(opened))


def test_the_first_occurrence_is_on_the_anchor_itself_or_the_first_such_weekday_after_it() -> None:
    for anchor, expected in ((date(2026, 11, 2), date(2026, 11, 2)), (date(2026, 11, 3), date(2026, 11, 9))):
        first = next_occurrence(MONDAYS, {"start": anchor}, OSLO)
        assert first is not None
        assert first.day == expected


@sized
@given(
    every=st.integers(1, 12),
    weekday=st.integers(0, 6),
    anchor=st.dates(date(2020, 1, 1), date(2037, 12, 31)),
    past=st.integers(-30, 2000),
)
def test_the_next_occurrence_is_the_first_in_the_series_after_that_day(
    every: int, weekday: int, anchor: date, past: int
) -> None:
    timing, after = replace(MONDAYS, every=every, weekdays=(weekday,)), anchor + timedelta(days=past)
    series = occurrences(timing, {"start": anchor}, OSLO)
    assert next_occurrence(timing, {"start": anchor}, OSLO, after) == next(each for each in series if each.day > after)
