"""What the benchmark counts as planned is held against the calendar, and a second planning against the first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete

from prom.assignments.courses import Course
from prom.assignments.models import Plan
from prom.benchmark.planning import Standing, check, writes_of_a_second_time
from prom.benchmark.requests import Refused
from prom.benchmark.taking import Patient
from prom.db import transaction
from tests.conftest import Hospital
from tests.prom.simulation.ten_days import ANCHOR, OSLO, PATHWAY

WEEKLY = next(each for each in PATHWAY.items if each.timing is not None)


def standing() -> Standing:
    """A weekly question that stands at its first Monday, 09:00 in Oslo, and has no end."""
    assert WEEKLY.timing is not None
    course = Course(WEEKLY.timing, {"treatment-start": ANCHOR}, OSLO)
    return Standing(WEEKLY, course, date(2026, 11, 9), datetime(2026, 11, 9, 8, tzinfo=UTC))


def test_a_year_of_mondays_is_counted_at_nine_in_winter_and_in_summer() -> None:
    instants = [each.instant for each in standing().instants]
    assert len(instants) == 53
    assert {each.hour for each in instants} == {7, 8}
    check([standing()])


def at_another_hour(right: Standing) -> Standing:
    """Its row stands an hour late, as if the clocks' change had been forgotten."""
    return replace(right, opens=right.opens + timedelta(hours=1))


def on_another_day(right: Standing) -> Standing:
    """Its row stands on a Tuesday."""
    return replace(right, day=right.day + timedelta(days=1), opens=right.opens + timedelta(days=1))


def only_in_winter(right: Standing) -> Standing:
    """It comes to its end before the clocks change."""
    assert right.course.timing is not None
    return replace(right, course=replace(right.course, timing=replace(right.course.timing, count=3)))


@pytest.mark.parametrize("wrong", [at_another_hour, on_another_day, only_in_winter], ids=lambda each: each.__name__)
def test_what_is_planned_wrong_gives_no_figure(wrong: Callable[[Standing], Standing]) -> None:
    with pytest.raises(Refused):
        check([wrong(standing())])


def test_a_planning_that_writes_is_counted_and_a_second_one_writes_nothing(hospital: Hospital) -> None:
    with transaction() as session:
        session.execute(delete(Plan))
    patient = Patient(hospital.patient.id, hospital.episode.id, hospital.unit.id)
    assert writes_of_a_second_time([patient]) > 0
    assert writes_of_a_second_time([patient]) == 0
