"""A level beside its symptom: which scale it is of, and whether a score that has moved is worse or better for it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from prom.clinic.levels import Level, level_now
from prom.worklist.models import Evidence
from prom.worklist.queries import OpenedEvidence

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)


def found(code: str = "threshold", **values: Any) -> OpenedEvidence:
    """A finding of Monday about nausea."""
    reason = {"code": code, "values": {"name": "nausea", "value": 3.0, **values}}
    return OpenedEvidence(Evidence(found_at=MONDAY), {"reason": reason})


def test_a_red_flag_is_about_no_level() -> None:
    assert level_now([found(reads="answer")], None) is None


def test_a_level_stands_before_a_score_of_the_same_alert() -> None:
    score = found(reads="score", name="nausea-number", value=7.0, comparison=">=")
    assert level_now([score, found(reads="level", comparison=">=")], None) == Level(3.0, None, MONDAY)


def test_a_score_is_told_from_a_level() -> None:
    level = level_now([found(reads="score", value=66.7, comparison=">=")], None)
    assert level == Level(66.7, None, MONDAY, is_score=True)


@pytest.mark.parametrize(
    "reads, earlier, direction, is_worse",
    [
        ("level", 1.0, {"comparison": ">="}, True),
        ("level", 3.0, {"comparison": ">="}, False),
        ("score", 1.0, {"comparison": ">="}, True),
        ("score", 1.0, {"comparison": "<"}, False),
        ("score", 80.0, {"comparison": "<"}, True),
        ("score", 80.0, {"worse": "lower"}, True),
    ],
)
def test_worse_is_what_the_rule_calls_worse(
    reads: str, earlier: float, direction: dict[str, str], is_worse: bool
) -> None:
    level = level_now([found(reads=reads, earlier=earlier, **direction)], None)
    assert level is not None
    assert level.is_worse is is_worse
