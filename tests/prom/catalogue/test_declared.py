"""A questionnaire that is declared to reveal nothing is not published where an SMS could not ask it safely."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from prom.catalogue.service import publish, publish_questionnaire, take_in
from prom.db import reading
from questionnaires.problems import QuestionnaireError
from tests.conftest import Hospital
from tests.prom.responses.sms.forms import CHECK, CHECK_KEY, CHECK_RULES


def put(session: Session, kind: str, document: dict[str, Any]) -> Any:
    """Put a document forward."""
    return take_in(session, kind, document["url"], document["version"], "sleep-check", document, "author")


def put_check(session: Session, document: dict[str, Any]) -> None:
    """Put a check forward with its scoring key."""
    put(session, "questionnaire", document)
    take_in(session, "scoring-key", CHECK["url"], CHECK["version"], "sleep-check", CHECK_KEY, "author")


def rules(**changes: Any) -> dict[str, Any]:
    """The check's rules, the first of them changed."""
    first, *others = CHECK_RULES["rules"]
    return {**CHECK_RULES, "rules": [{**first, **changes}, *others]}


EMERGENCY = {
    "severity": "emergency",
    "instruction": {"nb": "Ring {unit_phone} nå.", "nn": "Ring {unit_phone} no.", "en": "Call {unit_phone} now."},
}


def refusal(session: Session) -> set[str]:
    """Try to publish the check, and return what stands in the way."""
    with pytest.raises(QuestionnaireError) as refused:
        publish_questionnaire(session, CHECK["url"], "physician")
    return {each.code for each in refused.value.problems}


def test_a_declared_form_with_an_open_question_is_not_published(hospital: Hospital) -> None:
    with reading() as session:
        opened = [*CHECK["item"], {"linkId": "why", "type": "text", "text": "Hvorfor?"}]
        put_check(session, {**CHECK, "item": opened})
        assert refusal(session) == {"sms-open"}


def test_a_declared_form_is_not_published_beside_rules_that_make_an_emergency_of_its_answers(
    hospital: Hospital,
) -> None:
    with reading() as session:
        put_check(session, CHECK)
        publish(session, put(session, "rule-set", rules(**EMERGENCY)), "physician")
        assert refusal(session) == {"sms-danger"}


def test_such_rules_are_not_published_later_either(hospital: Hospital) -> None:
    with reading() as session:
        put_check(session, CHECK)
        publish_questionnaire(session, CHECK["url"], "physician")
        with pytest.raises(QuestionnaireError):
            publish(session, put(session, "rule-set", rules(**EMERGENCY)), "physician")


def test_without_the_declaration_nothing_of_it_is_asked(hospital: Hospital) -> None:
    with reading() as session:
        put_check(session, {**CHECK, "extension": []})
        publish(session, put(session, "rule-set", rules(**EMERGENCY)), "physician")
        publish_questionnaire(session, CHECK["url"], "physician")


def test_a_sound_one_is_published_with_its_rules(hospital: Hospital) -> None:
    with reading() as session:
        put_check(session, CHECK)
        publish(session, put(session, "rule-set", CHECK_RULES), "physician")
        assert [row.status for row in publish_questionnaire(session, CHECK["url"], "physician")] == ["active", "active"]
