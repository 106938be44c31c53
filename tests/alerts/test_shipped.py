"""The shipped rule sets: each of their worked examples comes out, and no rule stands there untried."""

from decimal import Decimal

import pytest

from alerts.library import check, instruments, load, rule_sets
from alerts.parsing import parse, to_document
from alerts.rules import Overdue, RuleSet, Severity, Threshold

SHIPPED = rule_sets()


def test_a_rule_set_that_is_not_shipped_is_not_found() -> None:
    with pytest.raises(LookupError, match="there is no rule set horoscope"):
        load("horoscope")
    with pytest.raises(LookupError, match=r"there is no rule set symptom-check 0\.0\.0"):
        load("symptom-check", "0.0.0")


def test_the_newest_version_is_loaded_unless_one_is_named() -> None:
    newest = [one for one in SHIPPED if one.name == "symptom-check"][-1]
    assert load("symptom-check") is newest
    assert load("symptom-check", newest.version) is newest


@pytest.mark.hazard("H06")
@pytest.mark.parametrize("rules", SHIPPED, ids=lambda one: one.canonical)
def test_every_worked_example_comes_out(rules: RuleSet) -> None:
    assert [problem.text for problem in check(rules)] == []


@pytest.mark.hazard("H06")
@pytest.mark.parametrize("rules", SHIPPED, ids=lambda one: one.canonical)
def test_every_rule_is_tried_by_an_example(rules: RuleSet) -> None:
    """A rule that is written once for all scales is tried on one of them; silence is no matter of a report."""
    tried = {expected.rule.partition(".")[0] for example in rules.examples for expected in example.expect}
    reading = {rule.id.partition(".")[0] for rule in rules.rules if not isinstance(rule, Overdue)}
    assert reading - tried == set()


@pytest.mark.parametrize("rules", SHIPPED, ids=lambda one: one.canonical)
def test_a_shipped_rule_set_can_be_stored_and_read_again(rules: RuleSet) -> None:
    assert parse(to_document(rules), instruments()) == rules


@pytest.mark.hazard("H32")
@pytest.mark.parametrize("rules", SHIPPED, ids=lambda one: one.canonical)
def test_what_people_read_is_there_in_three_languages(rules: RuleSet) -> None:
    texts = [rules.title, *(rule.title for rule in rules.rules)]
    texts += [rule.instruction for rule in rules.rules if rule.instruction is not None]
    assert [text for text in texts if not {"nb", "nn", "en"} <= text.by_language.keys()] == []


@pytest.mark.hazard("H32")
def test_every_emergency_tells_the_patient_what_to_do() -> None:
    emergencies = [rule for rule in load("symptom-check").rules if rule.severity is Severity.EMERGENCY]
    assert emergencies
    assert [rule.id for rule in emergencies if rule.instruction is None] == []


@pytest.mark.hazard("H07")
def test_fever_is_an_emergency_from_38_degrees() -> None:
    (fever,) = [rule for rule in load("symptom-check").rules if rule.id == "fever"]
    assert isinstance(fever, Threshold)
    assert (fever.comparison, fever.value, fever.severity) == (">=", Decimal("38.0"), Severity.EMERGENCY)
