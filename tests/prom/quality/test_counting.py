import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from alerts.rules import Severity
from prom.quality.counting import Course, Share, Waits, figures, handled

RAISED = datetime(2026, 11, 2, 9, tzinfo=UTC)
LATER = RAISED + timedelta(hours=1)
LATEST = RAISED + timedelta(hours=2)
NURSE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def course(**more: Any) -> Course:
    """An alert of the same day, changed."""
    return Course(**{"severity": Severity.SAME_DAY, "raised_at": RAISED, **more})


def test_of_nothing_there_is_no_figure() -> None:
    found = figures([], 0, 0)
    assert (found.per_100, found.alerting.percent, found.per_nurse_and_day, found.noise) == (None, None, None, ())
    assert (found.all.to_resolve, found.all.escalated.percent) == (Waits(None, None), None)


def test_what_is_still_within_its_time_is_neither_in_time_nor_late() -> None:
    waiting = handled([course()])
    assert (waiting.alerts, waiting.acknowledged, waiting.resolved) == (1, Share(0, 0), Share(0, 0))


@pytest.mark.parametrize(
    "more,in_time",
    [
        ({"acknowledged_at": LATER}, Share(1, 1)),
        ({"acknowledged_at": LATER, "escalated_at": LATEST}, Share(1, 1)),
        ({"acknowledged_at": LATEST, "escalated_at": LATER}, Share(0, 1)),
        ({"escalated_at": LATER}, Share(0, 1)),
    ],
)
def test_acknowledged_in_time_is_before_anything_was_escalated(more: dict[str, Any], in_time: Share) -> None:
    assert handled([course(**more)]).acknowledged == in_time


@pytest.mark.parametrize(
    "more,in_time",
    [
        ({"resolved_at": LATEST}, Share(1, 1)),
        ({"resolved_at": LATEST, "escalated_at": LATER}, Share(0, 1)),
        ({"resolved_at": LATEST, "returned_at": LATER}, Share(0, 1)),
        ({"returned_at": LATER}, Share(0, 1)),
    ],
)
def test_resolved_in_time_is_without_being_escalated_or_going_back(more: dict[str, Any], in_time: Share) -> None:
    assert handled([course(**more)]).resolved == in_time


def test_the_95th_percentile_is_the_wait_that_one_in_twenty_exceeds() -> None:
    hours = [timedelta(hours=each) for each in range(1, 21)]
    assert Waits.of([*hours, None]) == Waits(timedelta(hours=10.5), timedelta(hours=19))
    assert Waits.of(hours[:1]) == Waits(timedelta(hours=1), timedelta(hours=1))


def test_alerts_are_counted_per_100_questionnaires_and_per_nurse_and_day() -> None:
    monday, tuesday = date(2026, 11, 2), date(2026, 11, 3)
    taken = [{(NURSE, monday)}, {(NURSE, monday)}, {(NURSE, tuesday), (OTHER, tuesday)}]
    found = figures([course(taken=frozenset(each)) for each in taken], 40, 2)
    assert (found.per_100, found.alerting.percent, found.per_nurse_and_day) == (7.5, 5.0, 1.3)


def test_a_rule_is_noise_by_the_share_of_its_resolved_alerts_that_were_expected() -> None:
    courses = [
        course(resolved_at=LATER, outcome="expected", rules=frozenset({"worse", "level"})),
        course(resolved_at=LATER, outcome="advice", rules=frozenset({"worse"})),
        course(rules=frozenset({"worse"})),
    ]
    found = figures(courses, 3, 3).noise
    assert [(each.rule, each.expected) for each in found] == [("level", Share(1, 1)), ("worse", Share(1, 2))]


def test_each_severity_is_counted_for_itself_the_gravest_first() -> None:
    found = figures([course(), course(severity=Severity.EMERGENCY)], 2, 2)
    assert [(severity.word, each.alerts) for severity, each in found.by_severity] == [
        ("emergency", 1),
        ("same-day", 1),
        ("next-working-day", 0),
        ("at-visit", 0),
    ]
