"""The second calculation comes to what Prom plans, in its own way; and every questionnaire can be answered validly."""

import random
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from prom.assignments.timing import occurrences
from prom.pathways.timings import BusinessDays, Offset, Timing, Unit
from prom.simulation.filling_in import filled_in
from prom.simulation.reckoning import due_between
from questionnaires.library import Instrument, versions
from questionnaires.validation import validate

OSLO = ZoneInfo("Europe/Oslo")

TIMINGS = [
    Timing(1, Unit.DAY, (time(8),), Offset("a")),
    Timing(2, Unit.DAY, (time(9), time(20)), Offset("a", days=-3), count=7),
    Timing(1, Unit.WEEK, (time(2, 30),), Offset("a"), weekdays=(6,)),
    Timing(2, Unit.WEEK, (time(9),), Offset("a", weeks=1), weekdays=(0, 3)),
    Timing(1, Unit.MONTH, (time(9),), Offset("a")),
    Timing(3, Unit.MONTH, (time(9),), Offset("a", months=3), until=(Offset("a", years=2),)),
    Timing(1, Unit.YEAR, (time(9),), Offset("a", years=1), business_days=BusinessDays.NEXT),
    Timing(1, Unit.CYCLE, (time(9),), Offset("a"), cycle_length=21, cycle_days=(1, 8, 15)),
    Timing(1, Unit.DAY, (time(9),), Offset("a"), business_days=BusinessDays.SKIP),
    Timing(1, Unit.WEEK, (time(9),), Offset("a"), weekdays=(5,), business_days=BusinessDays.PREVIOUS),
]


@pytest.mark.parametrize("anchor", [date(2026, 1, 31), date(2026, 3, 25), date(2027, 10, 27)], ids=str)
@pytest.mark.parametrize("number", range(len(TIMINGS)))
def test_the_second_calculation_comes_to_the_same_instants_in_its_own_way(number: int, anchor: date) -> None:
    timing, anchors = TIMINGS[number], {"a": anchor}
    until = datetime(anchor.year + 2, 12, 1, tzinfo=UTC)
    planned = []
    for each in occurrences(timing, anchors, OSLO):
        if each.instant > until:
            break
        planned.append(each.instant)
    assert [due.instant for due in due_between(timing, anchors, OSLO, until)] == planned
    assert planned


def test_a_counted_course_is_due_no_further_than_an_instant() -> None:
    timing, anchors = Timing(1, Unit.WEEK, (time(9),), Offset("a"), count=2), {"a": date(2026, 11, 9)}
    until = datetime(2026, 11, 12, tzinfo=UTC)
    assert [due.name for due in due_between(timing, anchors, OSLO, until)] == ["2026-11-09"]


@pytest.mark.parametrize("instrument", versions(), ids=lambda each: f"{each.name}-{each.version}")
def test_every_shipped_questionnaire_is_answered_validly(instrument: Instrument) -> None:
    for seed in range(20):
        response = filled_in(instrument.questionnaire, random.Random(seed), "nb", worse=3)
        assert not [each for each in validate(instrument.questionnaire, response) if each.severity == "error"]
