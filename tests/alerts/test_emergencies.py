"""The shipped checks: no answer that is an emergency passes, whatever else was answered, by whomever, sent or not."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation import History, evaluate, immediate, observe
from alerts.findings import Finding
from alerts.library import check, load
from alerts.rules import Severity, Threshold
from questionnaires.definition import ItemType
from questionnaires.response import build
from questionnaires.scoring import score
from tests.alerts.red_flags import ANSWERS, EMERGENCIES, OPENED_BY, codes_of, instrument

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOURCES = ("patient", "proxy", "staff")
CHECKS = sorted(EMERGENCIES)
#: Those of the comfort check.
SYMPTOMS = (
    *("pain", "tiredness", "drowsiness", "nausea", "appetite"),
    *("breathlessness", "low-mood", "worry", "sleep", "wellbeing"),
)


def judged(name: str, answers: dict[str, Any], *, complete: bool = True, source: str = "patient") -> list[Finding]:
    """Judge a report, of a patient with no history, by the check's own rules."""
    questionnaire, key = instrument(name)
    response = build(questionnaire, answers, "completed" if complete else "in-progress")
    seen = observe(questionnaire, key, response, source=source, authored=NOW, complete=complete)
    judge = evaluate(load(name), seen, History(), NOW) if complete else immediate(load(name), seen, NOW)
    return [one for one in judge if one.severity is Severity.EMERGENCY]


def raised(link_id: str, findings: list[Finding]) -> list[Finding]:
    """The emergencies that a question raised."""
    return [one for one in findings if one.reason.values.get("item") == link_id or one.reason.code == "any-of"]


@pytest.mark.hazard("H07")
@pytest.mark.parametrize("name, link_id, value", ANSWERS, ids=lambda part: str(part))
def test_a_red_flag_alone_is_an_emergency_at_once_and_tells_whom_to_call(name: str, link_id: str, value: Any) -> None:
    """As it is saved, with nothing else answered and nothing sent."""
    (found,) = judged(name, {**OPENED_BY.get(link_id, {}), link_id: value}, complete=False)
    assert found.instruction is not None
    for language in ("nb", "nn", "en"):
        words = found.instruction.by_language[language]
        assert "113" in words or ("{unit_phone}" in words and "116 117" in words)


@pytest.mark.hazard("H07")
@pytest.mark.parametrize("name", ["severe-or-worse", "symptom-triage"])
@pytest.mark.parametrize(
    "link_id, value", [(link_id, value) for of, link_id, value in ANSWERS if of == "symptom-check"]
)
def test_a_red_flag_of_the_symptom_check_is_the_same_emergency_by_whichever_set_it_is_judged(
    name: str, link_id: str, value: Any
) -> None:
    questionnaire, key = instrument("symptom-check")
    response = build(questionnaire, {**OPENED_BY.get(link_id, {}), link_id: value}, "in-progress")
    seen = observe(questionnaire, key, response, source="patient", authored=NOW, complete=False)
    told = [
        [(one.rule, one.severity, one.instruction, one.title) for one in immediate(load(each), seen, NOW)]
        for each in ("symptom-check", name)
    ]
    assert told[0] == told[1] != []


@st.composite
def reports(draw: st.DrawFn) -> tuple[str, str, dict[str, Any], str, bool]:
    """A check with any answers at all, some skipped, and one red flag among them."""
    name, link_id, value = draw(st.sampled_from(ANSWERS))
    answers: dict[str, Any] = {}
    for item in instrument(name)[0].questions:
        codes = codes_of(item)
        if item.repeats:
            given_codes = draw(st.lists(st.sampled_from(codes), unique=True))
            answers |= {item.link_id: given_codes} if given_codes else {}
        elif draw(st.booleans()):
            answers[item.link_id] = draw(st.sampled_from(codes))
    flagged = instrument(name)[0].item(link_id)
    assert flagged is not None
    held = answers.get(link_id, [])
    answers[link_id] = [value, *(code for code in held if code != value)] if flagged.repeats else value
    return name, link_id, {**answers, **OPENED_BY.get(link_id, {})}, draw(st.sampled_from(SOURCES)), draw(st.booleans())


@pytest.mark.hazard("H07")
@given(reports())
def test_a_red_flag_is_an_emergency_whatever_else_was_answered(
    report: tuple[str, str, dict[str, Any], str, bool],
) -> None:
    name, link_id, answers, source, complete = report
    assert raised(link_id, judged(name, answers, complete=complete, source=source))


@given(st.data(), st.sampled_from(CHECKS))
def test_without_a_red_flag_nobody_is_told_of_an_emergency(data: st.DataObject, name: str) -> None:
    """The other way round, so that the list of red flags is whole."""
    answers: dict[str, Any] = {}
    for item in instrument(name)[0].questions:
        if item.link_id == "temperature":
            answers[item.link_id] = 37.9
        else:
            flags = EMERGENCIES[name].get(item.link_id, ())
            chosen = data.draw(st.sampled_from([code for code in codes_of(item) if code not in flags]))
            answers[item.link_id] = [chosen] if item.repeats else chosen
    assert judged(name, answers) == []


@pytest.mark.hazard("H07")
@pytest.mark.parametrize("name", CHECKS)
def test_every_option_of_a_red_flag_but_no_and_none_is_an_emergency(name: str) -> None:
    """An option added to a question about red flags, and forgotten by the rules, is found here."""
    questionnaire, _ = instrument(name)
    (group,) = [item for item in questionnaire.all_items if item.link_id == "red-flags"]
    for item in group.items:
        if item.type is ItemType.CHOICE and item.link_id != "temperature-measured":
            assert set(codes_of(item)) - {"no", "none"} == set(EMERGENCIES[name][item.link_id])


@pytest.mark.hazard("H04")
@pytest.mark.parametrize("name", CHECKS)
def test_whatever_must_be_answered_and_is_not_could_not_be_assessed(name: str) -> None:
    """Missing is never 0. Leave that was not given, and the details of what was raised already, are no gap."""
    questionnaire, key = instrument(name)
    well = dict(load(name).examples[0].answers)
    assert not judged(name, well)
    read = [item for item in questionnaire.questions if item.required and item.link_id in well]
    for item in read:
        if item.link_id.endswith("-leave") or (name == "symptom-check" and item.link_id == "temperature-measured"):
            continue
        answers = {link_id: value for link_id, value in well.items() if link_id != item.link_id}
        response = build(questionnaire, answers, "completed")
        seen = observe(questionnaire, key, response, source="patient", authored=NOW, complete=True)
        kinds = [one.kind for one in evaluate(load(name), seen, History(), NOW)]
        assert kinds == ["could not be assessed"], item.link_id


@pytest.mark.parametrize("symptom", SYMPTOMS)
@pytest.mark.parametrize("number", range(11))
def test_a_number_of_the_comfort_check_asks_for_what_its_level_asks_for(symptom: str, number: int) -> None:
    """None and mild nothing, moderate from 4 the next working day, severe from 7 the same day (clinical.md 1.3)."""
    questionnaire, key = instrument("palliative-check")
    answers = {**load("palliative-check").examples[0].answers, symptom: number}
    response = build(questionnaire, answers, "completed")
    seen = observe(questionnaire, key, response, source="proxy", authored=NOW, complete=True)
    severities = [one.severity for one in evaluate(load("palliative-check"), seen, History(), NOW)]
    assert severities == [Severity.NEXT_WORKING_DAY] * (4 <= number <= 6) + [Severity.SAME_DAY] * (number >= 7)
    assert seen.scores[f"{symptom}-number"].value == number


def test_the_burden_of_the_comfort_check_needs_every_number() -> None:
    questionnaire, key = instrument("palliative-check")
    assert key is not None
    numbers: dict[str, Any] = dict.fromkeys(SYMPTOMS, 3)
    without_sleep = {symptom: number for symptom, number in numbers.items() if symptom != "sleep"}
    for answers, value in ((numbers, 30.0), ({**numbers, "pain": 10}, 37.0), (without_sleep, None)):
        assert score(key, questionnaire, build(questionnaire, answers, "completed"))["burden"].value == value


@pytest.mark.hazard("H06")
@pytest.mark.parametrize("name", [each for each in CHECKS if each != "symptom-check"])
def test_the_examples_notice_when_a_rule_is_gone(name: str) -> None:
    """Worked examples that pass without a rule do not try it."""
    rules = load(name)
    for gone in dict.fromkeys(rule.id.partition(".")[0] for rule in rules.rules):
        left = tuple(rule for rule in rules.rules if rule.id.partition(".")[0] != gone)
        assert check(replace(rules, rules=left)) != [], gone


@pytest.mark.hazard("H06")
@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_the_examples_notice_when_a_limit_moves(symptom: str) -> None:
    rules = load("palliative-check")
    (severe,) = [rule for rule in rules.rules if rule.id == f"level-three.{symptom}"]
    assert isinstance(severe, Threshold)
    moved = tuple(replace(severe, value=Decimal(2)) if rule is severe else rule for rule in rules.rules)
    assert check(replace(rules, rules=moved)) != []
