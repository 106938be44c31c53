"""Every timing that a document can say, held against a second reckoning that looks at every single day."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prom.assignments.planned_days import LAST_DAY
from prom.assignments.timing import instant_of, next_occurrence, occurrences
from tests.prom.assignments.plain_reckoning import holidays_of, instants_of_day, is_business_day, later, names_until
from tests.prom.assignments.timing_documents import documents, read
from tests.prom.properties import sized

OSLO = ZoneInfo("Europe/Oslo")
anchors = st.dates(date(2023, 6, 1), date(2036, 12, 31))


def begins(document: dict[str, Any], anchor: date) -> date:
    """The first day that a timing may plan."""
    return later(anchor, {} if document["from"] == "anchor" else document["from"])


@sized
@given(document=documents, anchor=anchors, days=st.integers(0, 900))
def test_the_occurrences_are_those_of_a_reckoning_day_by_day(document: dict[str, Any], anchor: date, days: int) -> None:
    stop = begins(document, anchor) + timedelta(days=days)
    made = occurrences(read(document), {"start": anchor}, OSLO)
    names = [each.name for each in takewhile(lambda each: each.day <= stop, made)]
    assert names == names_until(document, anchor, stop)


@sized
@given(document=documents, anchor=anchors, past=st.integers(-50, 1200), hour=st.times())
def test_the_next_one_is_the_first_in_the_series_after_a_day_an_instant_or_a_name(
    document: dict[str, Any], anchor: date, past: int, hour: time
) -> None:
    timing, days = read(document), {"start": anchor}
    day = begins(document, anchor) + timedelta(days=past)
    instant = datetime.combine(day, hour, tzinfo=UTC)
    series = list(takewhile(lambda each: each.day <= day + timedelta(days=400), occurrences(timing, days, OSLO)))

    def first(found: Any) -> Any:
        return next((each for each in series if found(each)), None)

    if (after_day := first(lambda each: each.day > day)) is not None:
        assert next_occurrence(timing, days, OSLO, day) == after_day
    if (after_instant := first(lambda each: each.instant > instant)) is not None:
        assert next_occurrence(timing, days, OSLO, instant) == after_instant
    for earlier, following in pairwise(series[-5:]):
        assert next_occurrence(timing, days, OSLO, earlier.name) == following


@sized
@given(document=documents, anchor=anchors)
def test_names_and_instants_ascend_and_no_name_stands_twice(document: dict[str, Any], anchor: date) -> None:
    found = list(islice(occurrences(read(document), {"start": anchor}, OSLO), 100))
    assert len({each.name for each in found}) == len(found)
    assert found == sorted(found, key=lambda each: each.name) == sorted(found, key=lambda each: each.instant)


@sized
@given(document=documents, anchor=anchors)
def test_every_timing_comes_to_an_end_and_says_so_at_once(document: dict[str, Any], anchor: date) -> None:
    """Nothing is planned beyond the last day of all, and asking for what comes after it does not walk there."""
    timing = read(document)
    assert next_occurrence(timing, {"start": anchor}, OSLO, LAST_DAY + timedelta(days=30)) is None
    late = next_occurrence(timing, {"start": anchor}, OSLO, date(2150, 1, 1))
    assert late is None or date(2150, 1, 1) < late.day <= LAST_DAY + timedelta(days=14)


@sized
@given(document=documents)
def test_what_hangs_on_a_day_that_is_not_known_is_not_planned_yet(document: dict[str, Any]) -> None:
    timing = read(document)
    assert list(occurrences(timing, {"other": date(2026, 1, 1)}, OSLO)) == []
    assert next_occurrence(timing, {}, OSLO) is None


@sized
@given(
    day=st.dates(date(2024, 1, 1), date(2037, 12, 31)),
    zone=st.sampled_from(
        ["Europe/Oslo", "Australia/Lord_Howe", "Antarctica/Troll", "America/St_Johns", "UTC", "Africa/Casablanca"]
    ),
    minutes=st.lists(st.integers(0, 1439), min_size=1, max_size=20),
)
def test_a_wall_time_is_the_first_real_minute_that_shows_it_or_a_later_one(
    day: date, zone: str, minutes: list[int]
) -> None:
    plain = instants_of_day(day, ZoneInfo(zone))
    for minute in minutes:
        at = time(minute // 60, minute % 60)
        assert instant_of(day, at, ZoneInfo(zone)) == plain[at]


@pytest.mark.parametrize("year", range(2024, 2060))
def test_the_holidays_are_those_of_the_law(year: int) -> None:
    """Planned day by day on business days alone, a year leaves out its weekends and its holidays."""
    timing = read({"every": 1, "unit": "day", "at": "09:00", "from": "anchor", "businessDays": "skip"})
    first = date(year, 1, 1)
    planned = {each.day for each in islice(occurrences(timing, {"start": first}, OSLO), 366)}
    of_year = {first + timedelta(days=day) for day in range(365)}
    assert of_year - planned == {day for day in of_year if not is_business_day(day)}
    assert len(holidays_of(year)) >= 11
