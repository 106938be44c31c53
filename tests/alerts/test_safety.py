"""Whether rules catch an answer that alone is an emergency, and which questions their emergencies read."""

from dataclasses import replace
from decimal import Decimal

import pytest

from alerts.rules import AllOf, AnyOf, Count, Overdue, Present, Reading, Severity
from alerts.safety import emergency_items, raised_by
from questionnaires.definition import Coding
from tests.alerts.samples import common, rule_set, threshold

PAIN = threshold("answer", "chest-pain", "in", ("now",), "pain", severity=Severity.EMERGENCY)
FEVER = threshold("answer", "temperature", ">=", 38, "fever", severity=Severity.EMERGENCY)
NOW = Coding("urn:sample", "now")


@pytest.mark.parametrize("value", [Coding("urn:sample", "no"), Coding("urn:sample", "last-24-hours")])
def test_an_answer_on_the_quiet_side_raises_nothing(value: Coding) -> None:
    assert raised_by(rule_set(PAIN), "chest-pain", value) == ()


def test_an_answer_that_only_asks_for_contact_the_same_day_is_not_caught() -> None:
    assert raised_by(rule_set(replace(PAIN, severity=Severity.SAME_DAY)), "chest-pain", NOW) == ()


def test_a_rule_that_cannot_read_the_answer_does_not_catch_it() -> None:
    assert raised_by(rule_set(FEVER), "temperature", "very high") == ()


def test_a_rule_that_wants_a_second_answer_does_not_catch_one_alone() -> None:
    both = AllOf(**common("both", severity=Severity.EMERGENCY), rules=(PAIN, FEVER))
    assert raised_by(rule_set(both), "chest-pain", NOW) == ()


def test_one_answer_that_is_an_emergency_is_caught_by_every_rule_that_reads_it() -> None:
    either = AnyOf(**common("either", severity=Severity.EMERGENCY), rules=(PAIN, FEVER))
    assert [one.rule for one in raised_by(rule_set(PAIN, either, FEVER), "chest-pain", NOW)] == ["pain", "either"]
    assert [one.rule for one in raised_by(rule_set(PAIN, FEVER), "temperature", Decimal(38))] == ["fever"]


def test_the_questions_of_emergencies_are_those_that_they_read_and_those_within_them_and_no_others() -> None:
    within = AllOf(**common("both", severity=Severity.EMERGENCY), rules=(FEVER, threshold("level", "pain", ">=", 3)))
    alone = Present(**common("told", severity=Severity.EMERGENCY), reading=Reading("answer", "note"))
    counted = Count(**common("many", severity=Severity.EMERGENCY), of=("moderate",), at_least=2)
    silent = Overdue(**common("silence", severity=Severity.EMERGENCY))
    milder = threshold("answer", "nausea-severity", ">=", 3, "moderate")
    rules = rule_set(PAIN, AnyOf(**common("any", severity=Severity.EMERGENCY), rules=(within,)), alone, counted, silent)
    assert emergency_items(replace(rules, rules=(*rules.rules, milder))) == {"chest-pain", "temperature", "note"}
