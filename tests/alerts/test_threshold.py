"""Threshold and Present rules over one report."""

from decimal import Decimal
from typing import Any

import pytest

from alerts.evaluation import Finding, evaluate
from alerts.observation import History, Observation
from alerts.rules import Present, Reading, Rule, Severity, WhenMissing
from questionnaires.definition import Coding, Quantity, Texts
from tests.alerts.samples import ALL_ITEMS, NOW, common, previous, report, rule_set, snapshot, threshold

FEVER = threshold("answer", "temperature", ">=", Decimal("38.0"), unit="Cel", severity=Severity.EMERGENCY)
WORST = threshold("worst-attribute", "nausea", ">=", 3)
LEVEL = threshold("level", "nausea", ">=", 3)


def judged(rule: Rule, observation: Observation, history: History | None = None) -> tuple[Finding, ...]:
    return evaluate(rule_set(rule), observation, history or History(), NOW)


def kinds(rule: Rule, observation: Observation) -> list[str]:
    return [finding.kind for finding in judged(rule, observation)]


def test_a_value_that_was_asked_for_and_not_given_could_not_be_assessed_and_asks_for_contact_the_same_day() -> None:
    (finding,) = judged(FEVER, report())
    assert finding.kind == "could not be assessed"
    assert finding.severity is Severity.SAME_DAY
    assert finding.instruction is None
    assert finding.reason.code == "missing"
    assert finding.reason.values == {
        "reads": "answer",
        "name": "temperature",
        "item": "temperature",
        "missing": "not answered",
        "severity": "emergency",
    }


def test_a_missing_value_is_quiet_where_the_rule_says_that_it_is_not_applicable() -> None:
    rule = threshold("answer", "temperature", ">=", 38, when_missing=WhenMissing.NOT_APPLICABLE)
    assert judged(rule, report()) == ()


def test_an_item_that_was_not_asked_raises_nothing() -> None:
    assert judged(FEVER, report(asked=ALL_ITEMS - {"temperature"})) == ()


def test_an_answer_in_another_unit_could_not_be_assessed() -> None:
    rule = threshold("answer", "dose", ">=", 38, unit="Cel", severity=Severity.EMERGENCY)
    (finding,) = judged(rule, report({"dose": Quantity(Decimal("101"), code="[degF]")}))
    assert finding.kind == "could not be assessed"
    assert finding.severity is Severity.SAME_DAY
    assert finding.reason.code == "failed"
    assert finding.reason.values == {"detail": "Unreadable", "severity": "emergency", "judged": NOW.isoformat()}


@pytest.mark.parametrize("unit", [None, "mmol/L"])
def test_an_answer_that_a_machine_reads_in_another_unit_could_not_be_assessed(unit: str | None) -> None:
    rule = threshold("answer", "dose", "<", 4, unit="mmol/L", severity=Severity.EMERGENCY)
    (finding,) = judged(rule, report({"dose": Quantity(Decimal(54), unit, code="mg/dL")}))
    assert (finding.kind, finding.reason.code) == ("could not be assessed", "failed")


def test_an_answer_of_another_type_could_not_be_assessed_and_its_text_stands_nowhere() -> None:
    (finding,) = judged(FEVER, report({"temperature": "very high"}))
    assert finding.kind == "could not be assessed"
    assert "very high" not in repr(finding.reason)


@pytest.mark.parametrize("value,fires", [("37.9", False), ("38.0", True), ("38.1", True)])
def test_a_temperature_fires_at_the_limit_and_above(value: str, fires: bool) -> None:
    assert kinds(FEVER, report({"temperature": Decimal(value)})) == ["rule"] * fires


def test_a_finding_carries_all_that_a_page_needs() -> None:
    instruction = Texts.of({"nb": "Ring nå", "en": "Call now"})
    rule = threshold("answer", "temperature", ">=", 38, "fever", unit="Cel", topic="heat", instruction=instruction)
    (finding,) = judged(rule, report({"temperature": Decimal("38.3")}))
    assert (finding.rule, finding.rule_set, finding.topic) == ("fever", "urn:prom:rules:sample|1.0.0", "heat")
    assert finding.title == rule.title
    assert finding.instruction is instruction
    assert finding.reason.code == "threshold"
    assert finding.reason.values == {
        "reads": "answer",
        "name": "temperature",
        "item": "temperature",
        "value": 38.3,
        "comparison": ">=",
        "limit": 38.0,
        "unit": "Cel",
        "earlier": None,
        "earlier_authored": None,
    }


def test_a_level_says_what_it_was_before() -> None:
    history = previous(snapshot(2, nausea=2.0), snapshot(1, nausea=1.0), snapshot(0.5, "proxy", nausea=0.0))
    (finding,) = judged(LEVEL, report(levels={"nausea": 3.0}), history)
    assert finding.reason.values["value"] == 3.0
    assert finding.reason.values["earlier"] == 1.0
    assert finding.reason.values["earlier_authored"] == "2026-11-09T09:00:00+00:00"


def test_a_broken_past_does_not_take_the_alert_with_it() -> None:
    broken: Any = snapshot(1, nausea="one")  # type: ignore[arg-type]
    (finding,) = judged(LEVEL, report(levels={"nausea": 3.0}), previous(broken))
    assert finding.kind == "rule"
    assert finding.reason.values["earlier"] is None


@pytest.mark.parametrize("level,fires", [(2.0, False), (3.0, True)])
def test_a_level_fires_at_its_limit(level: float, fires: bool) -> None:
    assert kinds(LEVEL, report(levels={"nausea": level})) == ["rule"] * fires


@pytest.mark.parametrize(
    "frequency,severity,found",
    [
        (2.0, 2.0, []),
        (1.0, 3.0, ["rule"]),
        (4.0, 1.0, ["rule"]),
        (4.0, None, ["rule"]),
        (2.0, None, ["could not be assessed"]),
        (None, None, ["could not be assessed"]),
    ],
)
def test_any_attribute_at_the_limit_fires_whatever_else_is_missing(
    frequency: float | None, severity: float | None, found: list[str]
) -> None:
    attributes = {"nausea": {"nausea-frequency": frequency, "nausea-severity": severity}}
    assert kinds(WORST, report(attributes=attributes)) == found


def test_the_reason_names_the_worst_attribute() -> None:
    attributes = {"nausea": {"nausea-frequency": 3.0, "nausea-severity": 4.0}}
    (finding,) = judged(WORST, report(attributes=attributes))
    assert finding.reason.values["item"] == "nausea-severity"
    assert finding.reason.values["value"] == 4.0


def test_an_attribute_left_behind_under_a_symptom_that_is_gone_raises_nothing() -> None:
    attributes = {"nausea": {"nausea-frequency": 0.0, "nausea-severity": 4.0}}
    assert judged(WORST, report(attributes=attributes, asked=ALL_ITEMS - {"nausea-severity"})) == ()


def test_a_chosen_option_fires_by_its_code() -> None:
    rule = threshold("answer", "chest-pain", "in", ("last-24-hours", "now"))
    assert judged(rule, report({"chest-pain": Coding("urn:sample", "no")})) == ()
    (finding,) = judged(rule, report({"chest-pain": Coding("urn:sample", "now")}))
    assert finding.reason.values["value"] == "now"
    assert finding.reason.values["limit"] == "last-24-hours,now"


def test_a_yes_fires() -> None:
    rule = threshold("answer", "alone", "=", True)
    assert judged(rule, report({"alone": False})) == ()
    (finding,) = judged(rule, report({"alone": True}))
    assert (finding.reason.values["value"], finding.reason.values["limit"]) == ("true", "true")


def test_a_single_answer_alerts_even_where_the_total_is_missing() -> None:
    numbers = {str(number): Decimal(number) for number in range(4)}
    rule = threshold("answer", "dark-thoughts", ">", 0, ordinals=numbers, severity=Severity.EMERGENCY)
    total_missing: dict[str, float | str] = {"total": "too few answered"}
    assert kinds(rule, report({"dark-thoughts": Coding(None, "0")}, total_missing)) == []
    assert kinds(rule, report({"dark-thoughts": Coding(None, "1")}, total_missing)) == ["rule"]


def test_a_begun_form_is_silent_on_what_is_missing_and_judged_on_what_is_there() -> None:
    assert judged(FEVER, report(complete=False)) == ()
    assert judged(LEVEL, report(levels={"nausea": "too few answered"}, complete=False)) == ()
    assert kinds(FEVER, report({"temperature": Decimal("39.8")}, complete=False)) == ["rule"]
    half = {"nausea": {"nausea-frequency": 4.0, "nausea-severity": None}}
    assert kinds(WORST, report(attributes=half, complete=False)) == ["rule"]


@pytest.mark.parametrize("missing", ["not on the scale", "not applicable"])
def test_a_begun_form_is_not_silent_on_an_answer_that_could_not_be_scored(missing: str) -> None:
    assert kinds(LEVEL, report(levels={"nausea": missing}, complete=False)) == ["could not be assessed"]


def test_a_begun_form_is_not_silent_on_an_age_that_nobody_knows() -> None:
    assert kinds(threshold("circumstance", "age", ">=", 65), report(complete=False)) == ["could not be assessed"]


@pytest.mark.parametrize("value", ["", "  \n\t", False])
def test_blanks_and_a_no_are_not_present(value: str | bool) -> None:
    assert judged(Present(**common(), reading=Reading("answer", "note")), report({"note": value})) == ()


def test_an_unanswered_question_is_not_present() -> None:
    assert judged(Present(**common(), reading=Reading("answer", "note")), report()) == ()


@pytest.mark.parametrize(
    "value,shown", [("I fell", "I fell"), (Coding(None, "no"), "no"), (True, "true"), (Decimal(0), 0.0)]
)
def test_what_was_answered_is_present(value: Any, shown: Any) -> None:
    (finding,) = judged(Present(**common(), reading=Reading("answer", "note")), report({"note": ("", value)}))
    assert finding.reason.code == "present"
    assert finding.reason.values == {"reads": "answer", "name": "note", "item": "note", "value": shown}
