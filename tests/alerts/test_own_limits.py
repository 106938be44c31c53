"""A limit of one patient's own: moved within what can be answered, never later for an emergency, never off."""

from decimal import Decimal

import pytest

from alerts.evaluation import evaluate
from alerts.observation import History
from alerts.own_limits import Reach, can_be_moved, may_be, telling_the_usual, with_own_limits
from alerts.rules import AnyOf, Change, Persistence, Reading, Rule, Severity
from tests.alerts.samples import NOW, common, report, rule_set, threshold

FEVER = threshold("answer", "temperature", ">=", Decimal("38.0"), "fever", severity=Severity.EMERGENCY)
COLD = threshold("answer", "temperature", "<=", Decimal("35.0"), "cold", severity=Severity.EMERGENCY)
LEVEL = threshold("level", "nausea", ">=", 2, "level")
WIDE = Reach(Decimal(30), Decimal(45))
LEVELS = Reach(Decimal(0), Decimal(3))


@pytest.mark.parametrize(
    "rule",
    [
        threshold("answer", "chest-pain", "in", ("now",)),
        threshold("answer", "chest-pain", "=", "now"),
        threshold("level", "nausea", "=", 2),
        threshold("circumstance", "age", ">=", 18),
        Persistence(
            **common(), reading=Reading("level", "nausea"), comparison=LEVEL.comparison, value=Decimal(2), reports=2
        ),
        Change(**common(), reading=Reading("level", "nausea"), against="previous", worse_by=Decimal(2)),
        AnyOf(**common(), rules=(LEVEL,)),
    ],
)
def test_only_a_number_against_one_limit_can_be_moved(rule: Rule) -> None:
    assert not can_be_moved(rule)
    assert may_be(rule, Decimal(1), LEVELS) is False
    assert with_own_limits(rule_set(rule), {rule.id: Decimal(1)}).rules == (rule,)


@pytest.mark.parametrize(
    "rule, limit, allowed",
    [
        (FEVER, "37.9", True),
        (FEVER, "38", True),
        (FEVER, "38.1", False),
        (COLD, "35.1", True),
        (COLD, "35", True),
        (COLD, "34.9", False),
    ],
)
def test_an_emergency_never_fires_later(rule: Rule, limit: str, allowed: bool) -> None:
    assert may_be(rule, Decimal(limit), WIDE) is allowed
    own = with_own_limits(rule_set(rule), {rule.id: Decimal(limit)})
    expected = Decimal(limit) if allowed else rule.value  # type: ignore[union-attr]
    assert own.rules[0].value == expected  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "compare, allowed",
    [
        (">=", {"0": False, "1": True, "3": True, "4": False}),
        (">", {"-1": False, "0": True, "2": True, "3": False}),
        ("<=", {"-1": False, "0": True, "2": True, "3": False}),
        ("<", {"0": False, "1": True, "3": True, "4": False}),
    ],
)
def test_some_answer_lies_beyond_the_limit_and_some_does_not(compare: str, allowed: dict[str, bool]) -> None:
    rule = threshold("level", "nausea", compare, 2)
    assert {limit: may_be(rule, Decimal(limit), LEVELS) for limit in allowed} == allowed


@pytest.mark.parametrize("compare, earlier, later", [(">=", 1, 3), (">", 1, 3), ("<=", 3, 1), ("<", 3, 1)])
def test_where_nobody_has_said_what_can_be_answered_it_only_fires_earlier(
    compare: str, earlier: int, later: int
) -> None:
    rule = threshold("answer", "weight", compare, 2)
    assert may_be(rule, Decimal(earlier), Reach())
    assert not may_be(rule, Decimal(later), Reach())
    assert not may_be(rule, Decimal(later), Reach(low=Decimal(0)))
    assert not may_be(rule, Decimal(later), Reach(high=Decimal(9)))
    assert may_be(rule, Decimal(later), Reach(Decimal(0), Decimal(9)))


def test_the_other_rules_stay_and_a_limit_for_none_of_them_changes_nothing() -> None:
    rules = rule_set(FEVER, LEVEL)
    assert with_own_limits(rules, {}) is rules
    assert with_own_limits(rules, {"no-such": Decimal(1)}) == rules
    moved = with_own_limits(rules, {"level": Decimal(3)})
    assert moved.rules[0] is FEVER
    assert moved.canonical == rules.canonical


def test_the_reason_names_her_limit_and_the_usual_one_and_others_do_not() -> None:
    rules, own = rule_set(LEVEL, threshold("level", "pain", ">=", 1, "pain")), {"level": Decimal(1)}
    found = evaluate(with_own_limits(rules, own), report(levels={"nausea": 1, "pain": 1}), History(), NOW)
    told = telling_the_usual(found, rules, own)
    assert [(each.reason.values["limit"], each.reason.values.get("usual")) for each in told] == [(1, 2), (1, None)]


def test_what_could_not_be_assessed_names_no_limit() -> None:
    rules, own = rule_set(LEVEL), {"level": Decimal(1)}
    found = evaluate(with_own_limits(rules, own), report(levels={"nausea": "not answered"}), History(), NOW)
    assert telling_the_usual(found, rules, own) == found
    assert found[0].reason.code == "missing"
