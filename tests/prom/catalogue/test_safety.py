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


def put_all(session: Session, rules: dict[str, Any], advice: dict[str, Any], form: dict[str, Any] = FORM) -> None:
    """Put everything forward, and publish the rules."""
    for kind, document in (("questionnaire", form), ("scoring-key", KEY), ("advice", advice)):
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
