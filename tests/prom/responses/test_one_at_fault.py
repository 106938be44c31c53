"""A page of several questions with one answer at fault: the others are saved and judged all the same."""

import copy
import html
import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from prom.assignments.models import Assignment
from prom.catalogue.service import publish, publish_questionnaire
from prom.db import reading, transaction
from prom.responses.drafts import of_assignment
from prom.worklist.models import Alert
from questionnaires.values import Value
from tests.prom.authoring.drafts_on_stage import CANONICAL, FORM, RULES, URL, put_forward
from tests.prom.responses.walking import Walker
from tests.questionnaires.samples import extension, group, item

CONTROL = {"coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "page"}]}
AT_MOST = {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueDecimal": 43}
#: The places of the three questions of the page.
DANGER, TEMPERATURE, NOTE = "answer-1", "answer-2", "answer-3"
UNSAFE = "2"


@pytest.fixture
def page(walker: Walker) -> Walker:
    """Her assignment is a form of one page: whether she is safe, her temperature, and a note she has to write."""
    form = copy.deepcopy(FORM)
    asked = [
        form["item"][0],
        item("temperature", "decimal", extension=[AT_MOST]),
        item("note", required=True),
    ]
    form["item"] = [
        group("page", *asked, extension=[extension("questionnaire-itemControl", valueCodeableConcept=CONTROL)])
    ]
    with transaction() as session:
        put_forward(session, "questionnaire", form)
        publish(session, put_forward(session, "rule-set", copy.deepcopy(RULES)), "physician")
        publish_questionnaire(session, URL, "physician")
        row = session.get_one(Assignment, walker.assignment.id)
        row.questionnaire, row.rules = CANONICAL, f"{RULES['url']}|1"
    walker.confirm()
    return walker


def give(walker: Walker, **given: str) -> TestResponse:
    """Post the whole page, as its form would."""
    shown = {"shown": ["1", "2", "3"], "assignment": str(walker.assignment.id)}
    typed = {name.replace("_", "-"): text for name, text in given.items()}
    return walker.client.post("/a/question/p1", data={**shown, **typed})


def kept(walker: Walker) -> dict[str, tuple[Value, ...]]:
    """What is saved of the form."""
    with reading() as session:
        begun = of_assignment(session, session.get_one(Assignment, walker.assignment.id))
        names = ("danger", "temperature", "note")
        found = {name: begun.response.answers_to(name) for name in names} if begun else {}
    return {name: values for name, values in found.items() if values}


def alerts() -> int:
    with reading() as session:
        return len(session.scalars(select(Alert)).all())


def test_a_page_with_nothing_but_faults_saves_nothing(page: Walker) -> None:
    told = give(page, answer_1="9", answer_2="trettiåtte", answer_3="")
    assert told.status_code == 422
    assert (kept(page), alerts()) == ({}, 0)


@pytest.mark.parametrize(
    "fault", [{"answer_2": "trettiåtte", "answer_3": "Hei"}, {"answer_2": "44", "answer_3": "Hei"}, {"answer_3": ""}]
)
def test_a_red_flag_beside_an_answer_at_fault_raises_its_alert_and_says_call_now_first(
    page: Walker, fault: dict[str, str]
) -> None:
    told = give(page, answer_1=UNSAFE, **fault)
    assert told.status_code == 422  # so that the page's script shows it as it is
    assert "Ring 113 nå." in told.text
    assert 'href="tel:113"' in told.text
    assert 'type="radio"' not in told.text
    assert alerts() == 1
    assert "temperature" not in kept(page)


def test_from_call_now_she_comes_back_to_what_is_at_fault_with_what_she_typed(page: Walker) -> None:
    told = give(page, answer_1=UNSAFE, answer_2="trettiåtte", answer_3="Hei & hå")
    found = re.findall(r'name="([^"]+)" value="([^"]*)"', told.text.partition('action="/a/question/p1"')[2])
    again: dict[str, list[str]] = {}
    for name, text in found:
        again.setdefault(name, []).append(html.unescape(text))
    assert again["told"] == ["yes"]
    back = page.client.post("/a/question/p1", data=again)
    assert back.status_code == 422
    assert "Ring 113 nå." not in back.text
    assert 'value="trettiåtte"' in back.text
    assert "ds-error-summary" in back.text
    assert "Hei &amp; hå" in back.text
    assert alerts() == 1


def test_what_is_sound_beside_a_fault_is_saved_without_a_call_and_the_fault_is_shown(page: Walker) -> None:
    told = give(page, answer_1="0", answer_2="44", answer_3="Hei")
    assert told.status_code == 422
    assert 'value="44"' in told.text
    assert alerts() == 0
    assert set(kept(page)) == {"danger", "note"}


def test_an_answer_at_fault_leaves_what_was_saved_before(page: Walker) -> None:
    assert give(page, answer_1="0", answer_2="38,5", answer_3="Hei").status_code == 303
    before = kept(page)["temperature"]
    assert give(page, answer_1="0", answer_2="trettiåtte", answer_3="Hei").status_code == 422
    assert kept(page)["temperature"] == before


def test_the_mended_page_calls_again_and_goes_on_from_there(page: Walker) -> None:
    give(page, answer_1=UNSAFE, answer_2="trettiåtte", answer_3="Hei")
    mended = give(page, answer_1=UNSAFE, answer_2="38", answer_3="Hei", told="yes")
    assert mended.location.startswith("/a/call-now")
    assert alerts() == 1
