"""An instrument that asks about danger is not published before its emergency rule and its crisis text are there."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from prom.catalogue.queries import from_json, newest
from prom.catalogue.service import publish, publish_questionnaire, take_in
from prom.db import reading
from prom.errors import Invalid, NotSafe
from prom.pathways.service import publish_pathway
from questionnaires.problems import Problem
from tests.conftest import Hospital
from tests.prom.authoring.drafts_on_stage import ADVICE, CANONICAL, FORM, KEY, RULES, URL, changed_rule, put_forward

#: The form in two languages.
TRANSLATED = {
    **FORM,
    "_title": {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/translation",
                "extension": [
                    {"url": "lang", "valueCode": "nn"},
                    {"url": "content", "valueString": "Korleis går det?"},
                ],
            }
        ]
    },
}


def refusal(session: Session) -> list[tuple[str, str | None]]:
    """Try to publish the form, and return what stands in the way."""
    with pytest.raises(NotSafe) as refused:
        publish_questionnaire(session, URL, "physician")
    return [(each.code, each.link_id) for each in refused.value.problems if isinstance(each, Problem)]


def asking(kind: str, **fields: Any) -> dict[str, Any]:
    """The form with another question about danger, and one about something else."""
    danger = {"linkId": "danger", "type": kind, "text": "Er du trygg?", **fields}
    return {**FORM, "item": [danger, {"linkId": "other", "type": "boolean", "text": "Er du alene?"}]}


def numbers(*values: int) -> list[dict[str, Any]]:
    """Options that are plain numbers."""
    return [{"valueInteger": value} for value in values]


#: At most one decimal place.
ONE = {"url": "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces", "valueInteger": 1}


def bounds(**bound: int) -> list[dict[str, Any]]:
    """The lowest and the highest answer."""
    return [
        {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", "valueInteger": value}
        for name, value in bound.items()
    ]


#: The same key, bound to options that bring no numbers.
BOUND = {
    "name": "danger",
    "version": "1",
    "questionnaire": URL,
    "source": "made up",
    "instrument": {
        "name": "made-up",
        "version": "1",
        "title": {"nb": "Fare"},
        "source": "made up",
        "licence": "made up",
        "missing": "made up",
        "items": {"q1": {"low": 0, "high": 2}},
        "columns": ["q{n}"],
        "safety": {"item": "q1", "above": 0},
        "scales": [
            {
                "code": "danger",
                "title": {"nb": "Utrygghet"},
                "method": "single",
                "items": ["q1"],
                "direction": "low is good",
                "range": [0, 2],
            }
        ],
    },
    "items": {"q1": "danger"},
    "answers": {"calm": 0, "uneasy": 1, "unsafe": 2},
}
WORDS = asking(
    "choice",
    answerOption=[
        {"valueCoding": {"system": "urn:test", "code": code, "display": code}} for code in ("calm", "uneasy", "unsafe")
    ],
)
#: A rule about something else, which lets every answer about danger pass.
ELSEWHERE: dict[str, Any] = {"reads": {"answer": "other"}, "compare": "=", "value": True}


def put_all(
    session: Session,
    rules: dict[str, Any],
    advice: dict[str, Any],
    form: dict[str, Any] = FORM,
    key: dict[str, Any] = KEY,
) -> None:
    """Put everything forward, and publish the rules."""
    for kind, document in (("questionnaire", form), ("scoring-key", key), ("advice", advice)):
        put_forward(session, kind, document)
    publish(session, put_forward(session, "rule-set", rules), "physician")


def test_it_is_refused_without_rules_and_without_a_crisis_text(hospital: Hospital) -> None:
    with reading() as session:
        put_forward(session, "questionnaire", FORM)
        put_forward(session, "scoring-key", KEY)
        assert refusal(session) == [("safety-without-rules", None), ("safety-without-crisis-text", None)]


def test_rules_that_nobody_has_signed_do_not_count(hospital: Hospital) -> None:
    with reading() as session:
        put_forward(session, "questionnaire", FORM)
        put_forward(session, "scoring-key", KEY)
        put_forward(session, "advice", ADVICE)
        put_forward(session, "rule-set", RULES)
        assert refusal(session) == [("safety-without-rules", None)]


@pytest.mark.parametrize(
    "changes,expected",
    [
        ({"value": 1}, [("safety-without-emergency", "danger")]),
        ({"severity": "same-day", "instruction": None}, [("safety-without-emergency", "danger")] * 2),
    ],
)
def test_each_answer_above_the_number_has_to_raise_an_emergency(
    hospital: Hospital, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    rules = changed_rule(**changes)
    rules["rules"] = [{name: value for name, value in rules["rules"][0].items() if value is not None}]
    with reading() as session:
        put_all(session, rules, ADVICE)
        assert refusal(session) == expected


@pytest.mark.parametrize(
    "form,key,changes,dangerous",
    [
        (asking("choice", answerOption=numbers(0, 1, 2)), KEY, ELSEWHERE, ["1", "2"]),
        (asking("integer", answerOption=numbers(0, 1, 2)), KEY, ELSEWHERE, ["1", "2"]),
        (asking("choice", answerOption=numbers(0, 1, 2)), KEY, {"value": 1}, ["1"]),
        (WORDS, BOUND, ELSEWHERE, ["uneasy", "unsafe"]),
        (WORDS, BOUND, {"compare": "=", "value": "unsafe"}, ["uneasy"]),
        (asking("integer", extension=bounds(minValue=0, maxValue=3)), KEY, {"compare": "=", "value": 3}, ["1", "2"]),
        (asking("integer", extension=bounds(minValue=2, maxValue=3)), KEY, ELSEWHERE, ["2", "3"]),
        (asking("integer"), KEY, ELSEWHERE, ["1"]),
        (asking("decimal", extension=bounds(minValue=0, maxValue=2)), KEY, {"compare": ">=", "value": 1}, ["0.01"]),
        (asking("decimal"), KEY, {"compare": ">=", "value": 1}, ["0.01"]),
        (
            asking("decimal", extension=[*bounds(maxValue=2), ONE]),
            KEY,
            {"compare": ">", "value": 1},
            ["1", "0.1"],
        ),
    ],
)
def test_an_answer_that_is_a_number_has_to_raise_an_emergency_too(
    hospital: Hospital, form: dict[str, Any], key: dict[str, Any], changes: dict[str, Any], dangerous: list[str]
) -> None:
    with reading() as session:
        put_all(session, changed_rule(**changes), ADVICE, form, key)
        with pytest.raises(NotSafe) as refused:
            publish_questionnaire(session, URL, "physician")
        problems = [each for each in refused.value.problems if isinstance(each, Problem)]
        assert [(each.code, each.values.get("option")) for each in problems] == [
            ("safety-without-emergency", option) for option in dangerous
        ]


@pytest.mark.parametrize(
    "form",
    [
        asking("choice", answerOption=numbers(0)),
        asking("integer", extension=bounds(minValue=0, maxValue=0)),
    ],
)
def test_a_question_to_which_no_answer_is_dangerous_is_refused(hospital: Hospital, form: dict[str, Any]) -> None:
    with reading() as session:
        put_all(session, changed_rule(**ELSEWHERE), ADVICE, form)
        assert refusal(session) == [("safety-without-danger", "danger")]


@pytest.mark.parametrize(
    "form,key,changes",
    [
        (asking("choice", answerOption=numbers(0, 1, 2)), KEY, {}),
        (asking("integer", answerOption=numbers(0, 1, 2)), KEY, {}),
        (WORDS, BOUND, {"compare": "in", "value": ["uneasy", "unsafe"]}),
        (asking("integer", extension=bounds(minValue=0, maxValue=3)), KEY, {}),
    ],
)
def test_numbers_that_all_raise_an_emergency_are_published(
    hospital: Hospital, form: dict[str, Any], key: dict[str, Any], changes: dict[str, Any]
) -> None:
    with reading() as session:
        put_all(session, changed_rule(**changes), ADVICE, form, key)
        assert publish_questionnaire(session, URL, "physician")


def test_instruction_and_crisis_text_are_needed_in_every_language_of_the_form(hospital: Hospital) -> None:
    with reading() as session:
        put_all(session, RULES, ADVICE, TRANSLATED)
        assert set(refusal(session)) == {
            ("safety-without-instruction", "danger"),
            ("safety-without-crisis-text", None),
        }


def test_with_all_of_it_the_form_is_published(hospital: Hospital) -> None:
    with reading() as session:
        put_all(session, RULES, ADVICE)
        assert {row.status for row in publish_questionnaire(session, CANONICAL, "physician")} == {"active"}


@pytest.mark.parametrize("rules", [None, "urn:prom:rules:symptom-check|1.0.0"])
def test_a_pathway_does_not_ask_it_without_those_rules(hospital: Hospital, rules: str | None) -> None:
    with reading() as session:
        put_all(session, RULES, ADVICE)
        publish_questionnaire(session, URL, "physician")
        document = from_json(newest(session, "pathway", "systemic-treatment").document)
        recorded = {**document["recorded"][0], "key": "danger", "questionnaire": CANONICAL, "rules": rules}
        document = {**document, "version": "2", "recorded": [recorded]}
        take_in(session, "pathway", document["url"], "2", "systemic-treatment", document, "author")
        with pytest.raises(NotSafe if rules is None else Invalid):
            publish_pathway(session, "systemic-treatment", "physician")


def test_a_pathway_publishes_form_and_rules_together(hospital: Hospital) -> None:
    with reading() as session:
        for kind, part in (("questionnaire", FORM), ("scoring-key", KEY), ("advice", ADVICE), ("rule-set", RULES)):
            put_forward(session, kind, part)
        document = from_json(newest(session, "pathway", "systemic-treatment").document)
        recorded = {
            **document["recorded"][0],
            "key": "danger",
            "questionnaire": CANONICAL,
            "rules": f"{RULES['url']}|1",
        }
        document = {**document, "version": "2", "recorded": [recorded]}
        take_in(session, "pathway", document["url"], "2", "systemic-treatment", document, "author")
        assert "danger" in {row.name for row in publish_pathway(session, "systemic-treatment", "physician")}
