"""Whoever says that she is in danger reads the crisis text on her receipt, and nobody else does."""

import pytest

from prom.assignments.models import Assignment
from prom.catalogue.service import publish, publish_questionnaire
from prom.config import Settings
from prom.db import transaction
from prom.responses import receipt
from prom.responses import service as responses
from prom.responses.models import Response
from prom.responses.service import Authorship
from questionnaires.parsing import parse
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom.authoring.drafts_on_stage import ADVICE, CANONICAL, FORM, KEY, RULES, URL, put_forward
from tests.prom.steps import PATIENT, ask


def read_on_the_receipt(hospital: Hospital, database: Settings, answer: str) -> list[str]:
    """Ask the form that asks about danger in place of the symptom check, answer it, and read the receipt."""
    asked = ask(database)
    with transaction() as session:
        for kind, part in (("questionnaire", FORM), ("scoring-key", KEY), ("advice", ADVICE)):
            put_forward(session, kind, part)
        publish(session, put_forward(session, "rule-set", RULES), "physician")
        publish_questionnaire(session, URL, "physician")
        assignment = session.get_one(Assignment, asked)
        assignment.questionnaire, assignment.rules = CANONICAL, f"{RULES['url']}|1"
    with transaction() as session:
        given = build(parse(FORM), {"danger": answer}, language="nb")
        sent = responses.submit(session, asked, given, Authorship("patient", PATIENT, "nb"))
        row = session.get_one(Response, sent.response_id)
        shown = receipt.of_response(session, session.get_one(Assignment, asked), row, hospital.unit.phone, "nb")
        return [words.text for words in shown.instructions]


@pytest.mark.parametrize("answer", ["1", "2"])
def test_an_answer_that_is_an_emergency_shows_instruction_and_crisis_text(
    hospital: Hospital, database: Settings, answer: str
) -> None:
    assert read_on_the_receipt(hospital, database, answer) == ["Ring 113 nå.", "Du er ikke alene. Ring 113."]


def test_an_answer_that_is_none_shows_neither(hospital: Hospital, database: Settings) -> None:
    assert read_on_the_receipt(hospital, database, "0") == []
