"""What is expected of one patient for a while, and what never is."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from alerts.evaluation import evaluate
from alerts.expecting import ExpectedLevel, held_back
from alerts.observation import History, Observation
from alerts.rules import AllOf, AnyOf, Count, Overdue, Present, Reading, Rule, RuleSet, Severity, WhenMissing
from tests.alerts.samples import ALL_ITEMS, NOW, common, report, rule_set, threshold

NAUSEA = ExpectedLevel("nausea", Decimal(2), Decimal(3))
PAIN = ExpectedLevel("pain", Decimal(1), Decimal(2))
LEVEL = threshold("level", "nausea", ">=", 1, "level")
ANSWER = threshold("worst-attribute", "nausea", ">=", 2, "answer")
PAINFUL = threshold("level", "pain", ">=", 1, "painful")


def seen(nausea: float | str = 2, answers: Mapping[str, float | None] | None = None, **more: Any) -> Observation:
    """A report with a level of nausea, the single answers under it, and a level of pain."""
    attributes = {"nausea": {"nausea-frequency": 2.0, "nausea-severity": 3.0} if answers is None else answers}
    given = more.pop("given", None)
    return report(given, {"nausea": nausea, "pain": more.pop("pain", 1)}, attributes, **more)


def held(rules: RuleSet, observation: Observation, *expected: ExpectedLevel) -> list[str]:
    """The rules of what is held back."""
    found = evaluate(rules, observation, History(), NOW)
    return [each.finding.rule for each in held_back(rules, observation, expected, found)]


@pytest.mark.parametrize("level, breaks", [(1, False), (2, False), (2.0000001, True), (2.5, True), (3, True)])
def test_a_level_is_broken_by_anything_above_it(level: float, breaks: bool) -> None:
    assert NAUSEA.is_broken(seen(level)) is breaks
    assert NAUSEA.holds(seen(level)) is not breaks
    assert held(rule_set(LEVEL), seen(level), NAUSEA) == ([] if breaks else ["level"])


@pytest.mark.parametrize("answer, breaks", [(2, False), (3, False), (3.5, True), (4, True)])
def test_it_is_broken_by_one_answer_that_is_stronger_although_the_level_is_the_same(
    answer: float, breaks: bool
) -> None:
    observation = seen(2, {"nausea-frequency": 1.0, "nausea-severity": answer})
    assert NAUSEA.is_broken(observation) is breaks
    assert held(rule_set(ANSWER), observation, NAUSEA) == ([] if breaks or answer < 2 else ["answer"])


def test_the_worst_level_and_the_strongest_answer_are_never_expected_whatever_was_written() -> None:
    anything = ExpectedLevel("nausea", Decimal(3), Decimal(4))
    assert anything.is_broken(seen(3))
    assert anything.is_broken(seen(2, {"nausea-severity": 4.0}))
    assert anything.holds(seen(2, {"nausea-severity": 3.0}))


def test_a_symptom_of_which_not_all_is_known_is_not_as_expected() -> None:
    for unknown in (seen("not answered"), seen(2, {"nausea-severity": None}), report()):
        assert not NAUSEA.holds(unknown)
        assert not NAUSEA.is_broken(unknown)
    assert NAUSEA.is_broken(seen("not answered", {"nausea-frequency": None, "nausea-severity": 4.0}))


def test_an_answer_that_was_not_asked_does_not_count() -> None:
    asked = ALL_ITEMS - {"nausea-severity"}
    assert NAUSEA.holds(seen(2, {"nausea-frequency": 1.0, "nausea-severity": None}, asked=asked))
    assert not NAUSEA.is_broken(seen(2, {"nausea-severity": 4.0}, asked=asked))


def test_another_symptom_is_not_held_back() -> None:
    rules = rule_set(LEVEL, PAINFUL)
    assert held(rules, seen(), NAUSEA) == ["level"]
    assert held(rules, seen(), NAUSEA, PAIN) == ["level", "painful"]
    assert held(rules, seen()) == []
    assert held(rules, seen(3), NAUSEA, PAIN) == ["painful"]


def test_an_emergency_is_never_held_back() -> None:
    red = threshold("level", "nausea", ">=", 1, "red", severity=Severity.EMERGENCY)
    assert held(rule_set(red), seen(), NAUSEA) == []
    counting = Count(**common("two", severity=Severity.EMERGENCY), of=("level", "painful"), at_least=2)
    assert held(rule_set(LEVEL, PAINFUL, counting), seen(), NAUSEA, PAIN) == ["level", "painful"]


@pytest.mark.parametrize(
    "rule",
    [
        threshold("answer", "chest-pain", "in", ("now",), "flag"),
        threshold("score", "nausea", ">=", 1, "score"),
        Present(**common("words"), reading=Reading("answer", "note")),
        threshold("circumstance", "age", ">=", 18, "grown-up"),
    ],
)
def test_what_reads_anything_but_levels_and_single_answers_is_never_held_back(rule: Rule) -> None:
    observation = seen(given={"note": "worse", "chest-pain": "now"}, age=70)
    either = AnyOf(**common("either"), rules=(LEVEL, rule))
    both = AllOf(**common("both"), rules=(LEVEL, rule))
    assert held(rule_set(rule), observation, NAUSEA) == []
    if rule.id != "grown-up":
        assert held(rule_set(either, both), observation, NAUSEA) == []


def test_a_combination_of_expected_symptoms_and_circumstances_is_held_back() -> None:
    grown_up = threshold("circumstance", "age", ">=", 18, "grown-up")
    rule = AllOf(**common("both"), rules=(LEVEL, AnyOf(**common("inner"), rules=(PAINFUL, grown_up))))
    assert held(rule_set(rule), seen(age=70), NAUSEA, PAIN) == ["both"]
    assert held(rule_set(rule), seen(age=70), NAUSEA) == []


def test_what_could_not_be_assessed_is_never_held_back() -> None:
    rule = threshold("level", "pain", ">=", 1, "unknown", when_missing=WhenMissing.NOT_ASSESSED)
    both = AllOf(**common("both"), rules=(LEVEL, threshold("circumstance", "age", ">=", 18)))
    rules = rule_set(LEVEL, rule, both)
    found = evaluate(rules, seen(pain="not answered"), History(), NOW)
    assert {each.rule for each in found if each.kind == "could not be assessed"} == {"unknown", "both"}
    assert held(rules, seen(pain="not answered"), NAUSEA, PAIN) == ["level"]


def test_a_count_is_held_back_only_where_each_that_it_counted_is() -> None:
    two = Count(**common("two"), of=("level", "painful"), at_least=2)
    rules = rule_set(LEVEL, PAINFUL, two)
    assert held(rules, seen(), NAUSEA, PAIN) == ["level", "painful", "two"]
    assert held(rules, seen(), NAUSEA) == ["level"]


def test_silence_and_findings_of_no_rule_of_the_set_are_never_held_back() -> None:
    observation = seen()
    silent = Overdue(**common("level"))
    (finding,) = evaluate(rule_set(LEVEL), observation, History(), NOW)
    assert held_back(rule_set(silent), observation, [NAUSEA], [finding]) == ()
    assert held_back(rule_set(PAINFUL), observation, [NAUSEA], [finding]) == ()


def test_each_finding_that_is_held_back_says_what_was_expected() -> None:
    rules = rule_set(LEVEL, PAINFUL)
    found = evaluate(rules, seen(), History(), NOW)
    kept = held_back(rules, seen(), [NAUSEA, PAIN], found)
    assert [(each.finding, each.expected) for each in kept] == list(zip(found, [NAUSEA, PAIN], strict=True))
