"""Timings whose days and instants were worked out by hand, as a reader of docs/pathways.md would."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from prom.assignments.timing import next_occurrence, occurrences
from prom.pathways.timings import Offset
from tests.prom.assignments import every_minute
from tests.prom.assignments.timing_documents import read

OSLO = ZoneInfo("Europe/Oslo")
ROOT = Path(__file__).parents[3]


def names(document: dict[str, Any], anchor: date, most: int = 4) -> list[str]:
    """The first names of a timing that begins with its anchor unless it says otherwise."""
    timing = read({"at": "09:00", "from": "anchor", **document})
    return [each.name for each in islice(occurrences(timing, {"start": anchor}, OSLO), most)]


@pytest.mark.parametrize(
    "document, anchor, expected",
    [
        # The month's last day stands in for the 31st, and the 31st comes back.
        (
            {"every": 1, "unit": "month"},
            date(2026, 1, 31),
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
        ),
        ({"every": 1, "unit": "month"}, date(2027, 12, 31), ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"]),
        (
            {"every": 3, "unit": "month", "from": {"anchor": "start", "months": 3}},
            date(2025, 8, 31),
            ["2025-11-30", "2026-02-28", "2026-05-31", "2026-08-31"],
        ),
        ({"every": 1, "unit": "year"}, date(2024, 2, 29), ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28"]),
        (
            {"every": 2, "unit": "year", "from": {"anchor": "start", "years": 2}},
            date(2024, 2, 29),
            ["2026-02-28", "2028-02-29", "2030-02-28", "2032-02-29"],
        ),
        # A week before the 5th of March is the 26th of February, and the 26th of each month from then on.
        (
            {"every": 1, "unit": "month", "from": {"anchor": "start", "days": -7}},
            date(2026, 3, 5),
            ["2026-02-26", "2026-03-26", "2026-04-26", "2026-05-26"],
        ),
        # Once, a week before; and once, a year after.
        (
            {"every": 1, "unit": "day", "count": 1, "from": {"anchor": "start", "days": -7}},
            date(2026, 3, 5),
            ["2026-02-26"],
        ),
        (
            {"every": 1, "unit": "day", "count": 1, "from": {"anchor": "start", "months": 12}},
            date(2026, 3, 5),
            ["2027-03-05"],
        ),
        # Every second week, on Mondays and Thursdays, of weeks that begin on the anchor's weekday (a Wednesday).
        (
            {"every": 2, "unit": "week", "weekdays": ["monday", "thursday"]},
            date(2026, 11, 25),
            ["2026-11-26", "2026-11-30", "2026-12-10", "2026-12-14"],
        ),
        ({"every": 1, "unit": "week"}, date(2026, 11, 25), ["2026-11-25", "2026-12-02", "2026-12-09", "2026-12-16"]),
        # Days 1, 8 and 15 of every 21.
        (
            {"every": 1, "unit": "cycle", "cycle": {"length": 21, "days": [15, 1, 8]}},
            date(2026, 11, 23),
            ["2026-11-23", "2026-11-30", "2026-12-07", "2026-12-14"],
        ),
        (
            {
                "every": 1,
                "unit": "cycle",
                "cycle": {"length": 28, "days": [2]},
                "until": {"anchor": "start", "weeks": 8},
            },
            date(2026, 11, 23),
            ["2026-11-24", "2026-12-22"],
        ),
        # Both hours of a day, the earlier first; a count counts them one by one.
        (
            {"every": 1, "unit": "day", "at": ["20:00", "09:00"], "count": 3},
            date(2026, 11, 23),
            ["2026-11-23T09:00", "2026-11-23T20:00", "2026-11-24T09:00"],
        ),
        # The last day is included.
        (
            {"every": 1, "unit": "day", "until": {"anchor": "start", "days": 2}},
            date(2026, 11, 23),
            ["2026-11-23", "2026-11-24", "2026-11-25"],
        ),
        ({"every": 1, "unit": "day", "until": {"anchor": "start", "days": -1}}, date(2026, 11, 23), []),
        # Easter 2026: Thursday 2 April to Monday 6 April. What is moved meets what is planned, and is asked once.
        (
            {"every": 1, "unit": "day", "businessDays": "next"},
            date(2026, 4, 1),
            ["2026-04-01", "2026-04-07", "2026-04-08", "2026-04-09"],
        ),
        (
            {"every": 1, "unit": "week", "weekdays": ["monday"], "businessDays": "next"},
            date(2026, 3, 30),
            ["2026-03-30", "2026-04-07", "2026-04-13", "2026-04-20"],
        ),
        (
            {"every": 1, "unit": "week", "weekdays": ["monday"], "businessDays": "previous"},
            date(2026, 3, 30),
            ["2026-03-30", "2026-04-01", "2026-04-13", "2026-04-20"],
        ),
        (
            {"every": 1, "unit": "week", "weekdays": ["monday"], "businessDays": "skip", "count": 3},
            date(2026, 3, 30),
            ["2026-03-30", "2026-04-13", "2026-04-20"],
        ),
        # 17 May is a Sunday in 2026 and a Monday in 2027; it never is a business day.
        (
            {"every": 1, "unit": "year", "businessDays": "next"},
            date(2026, 5, 17),
            ["2026-05-18", "2027-05-18", "2028-05-18", "2029-05-18"],
        ),
        ({"every": 1, "unit": "year", "businessDays": "skip"}, date(2026, 5, 17), []),
        ({"every": 1, "unit": "week", "weekdays": ["saturday"], "businessDays": "skip"}, date(2026, 5, 16), []),
        # A Saturday, a Sunday, and then, in a leap year, a Tuesday: two passed over in a row are not the end.
        (
            {"every": 1, "unit": "year", "businessDays": "skip", "count": 3},
            date(2026, 11, 21),
            ["2028-11-21", "2029-11-21", "2030-11-21"],
        ),
        # The only one is asked on the Friday before, although it was to begin on the Saturday.
        (
            {"every": 1, "unit": "day", "count": 1, "businessDays": "previous"},
            date(2026, 11, 28),
            ["2026-11-27"],
        ),
    ],
)
def test_a_timing_gives_these_days(document: dict[str, Any], anchor: date, expected: list[str]) -> None:
    assert names(document, anchor) == expected


@pytest.mark.parametrize("after", [date(2026, 4, 2), date(2026, 4, 5), date(2026, 4, 6)])
def test_what_is_moved_over_all_of_easter_is_found_from_the_middle_of_it(after: date) -> None:
    """Maundy Thursday's question is asked on Tuesday; whoever asks on Easter Monday what comes next must be told so."""
    timing = read({"every": 1, "unit": "week", "at": "09:00", "from": "anchor", "businessDays": "next"})
    found = next_occurrence(timing, {"start": date(2026, 3, 26)}, OSLO, after)
    assert found is not None
    assert found.name == "2026-04-07"


def test_a_sunday_night_in_autumn_that_comes_twice_is_asked_about_once_in_its_first_hour() -> None:
    timing = read({"every": 1, "unit": "day", "at": "02:30", "from": "anchor", "count": 2})
    first, second = occurrences(timing, {"start": date(2026, 10, 25)}, OSLO)
    assert (first.name, first.instant) == ("2026-10-25", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert (second.name, second.instant) == ("2026-10-26", datetime(2026, 10, 26, 1, 30, tzinfo=UTC))


def test_a_night_hour_that_spring_leaves_out_is_asked_about_at_the_first_moment_after_it() -> None:
    timing = read({"every": 1, "unit": "day", "at": ["02:30", "03:00"], "from": "anchor"})
    night = list(islice(occurrences(timing, {"start": date(2026, 3, 29)}, OSLO), 2))
    assert {each.instant for each in night} == {datetime(2026, 3, 29, 1, 0, tzinfo=UTC)}
    assert [each.name for each in night] == ["2026-03-29T02:30", "2026-03-29T03:00"]


def test_nine_in_the_morning_stays_nine_in_the_morning() -> None:
    timing = read({"every": 1, "unit": "week", "weekdays": ["monday"], "at": "09:00", "from": "anchor"})
    made = islice(occurrences(timing, {"start": date(2026, 10, 19)}, OSLO), 2)
    assert [each.instant.hour for each in made] == [7, 8]


def test_the_earliest_end_that_is_known_counts() -> None:
    """An item ends with itself or with its phase; an end whose day is not known yet is none."""
    timing = read({"every": 1, "unit": "day", "at": "09:00", "from": "anchor", "until": {"anchor": "start", "days": 9}})
    with_phase = replace(timing, until=(*timing.until, Offset("end", days=-1)))
    start = date(2026, 11, 1)
    assert len(list(occurrences(with_phase, {"start": start}, OSLO))) == 10
    assert len(list(occurrences(with_phase, {"start": start, "end": date(2026, 11, 4)}, OSLO))) == 3
    assert len(list(occurrences(with_phase, {"start": start, "end": date(2027, 1, 1)}, OSLO))) == 10


def test_what_comes_after_is_asked_for_by_day_instant_or_name() -> None:
    timing = read({"every": 1, "unit": "day", "at": ["09:00", "20:00"], "from": "anchor", "count": 4})
    start, day = {"start": date(2026, 11, 23)}, date(2026, 11, 23)
    one, two, three, four = occurrences(timing, start, OSLO)
    assert next_occurrence(timing, start, OSLO) == one
    assert next_occurrence(timing, start, OSLO, day) == three
    assert next_occurrence(timing, start, OSLO, one.instant) == two
    assert next_occurrence(timing, start, OSLO, "2026-11-23T09:00") == two
    assert next_occurrence(timing, start, OSLO, four.name) is None
    with pytest.raises(ValueError, match="Invalid isoformat"):
        next_occurrence(timing, start, OSLO, "the third")


@pytest.mark.parametrize("zone", every_minute.ZONES)
def test_every_minute_of_a_day_of_change_has_one_instant(zone: str) -> None:
    """Of smaller size; `python -m tests.prom.assignments.every_minute` runs all 28 changes under four host zones."""
    there = ZoneInfo(zone)
    days = list(every_minute.changes(there, range(2026, 2028)))
    assert len(days) == 4
    assert every_minute.count(there, days).is_right


WORDS = """
from datetime import date, time
from zoneinfo import ZoneInfo
from prom.assignments.timing import next_occurrence
from prom.pathways.timings import Offset, Timing, Unit
daily = Timing(1, Unit.DAY, (time(2, 30),), Offset("start"))
print(next_occurrence(daily, {"start": date(2026, 10, 25)}, ZoneInfo("Europe/Oslo")).instant)
"""


def test_the_hosts_own_time_zone_plays_no_part() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", WORDS], cwd=ROOT, env={**os.environ, "TZ": host}, capture_output=True, check=True
        ).stdout
        for host in ("America/New_York", "Pacific/Kiritimati")
    }
    assert said == {b"2026-10-25 00:30:00+00:00\n"}
