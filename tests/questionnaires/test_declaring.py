"""What may be declared to reveal nothing, so that an SMS asks it: short, closed, and no matter of danger."""

from __future__ import annotations

from typing import Any

import pytest

from questionnaires.authoring.linting import lint
from questionnaires.declaring import refused_by_sms
from questionnaires.definition import Questionnaire
from questionnaires.parsing import parse
from questionnaires.problems import QuestionnaireError
from tests.questionnaires.samples import Node, choice, document, extension, group, item

DECLARED = {"url": "urn:prom:fhir:reveals-nothing", "valueBoolean": True}
BOUNDED = [extension("minValue", valueInteger=0), extension("maxValue", valueInteger=10)]
SOUND = (item("a", "boolean"), choice("b", "x", "y"), item("c", "integer", extension=BOUNDED))


def declared(*items: Node, **fields: Any) -> Questionnaire:
    """A form whose publisher says that it reveals nothing."""
    return parse(document(*items, extension=[DECLARED], **fields))


def codes(questionnaire: Questionnaire, *dangers: str) -> list[tuple[str | None, str]]:
    """What stands in the way."""
    return [(each.link_id, each.code) for each in refused_by_sms(questionnaire, dangers)]


@pytest.mark.parametrize("value", [{"valueString": "true"}, {"valueCode": "yes"}, {}])
def test_a_declaration_that_is_neither_yes_nor_no_is_refused(value: Node) -> None:
    with pytest.raises(QuestionnaireError):
        parse(document(*SOUND, extension=[{"url": DECLARED["url"], **value}]))


@pytest.mark.parametrize(
    "open_item",
    [
        item("a", "string"),
        item("a", "text"),
        item("a", "decimal", extension=[extension("minValue", valueDecimal=1), extension("maxValue", valueDecimal=2)]),
        item("a", "integer"),
        item("a", "integer", extension=BOUNDED[:1]),
        item("a", "date"),
        choice("a", "x", "y", repeats=True),
        choice("a", "x"),
        choice("a", "x", "y", type="open-choice"),
        item("a", "boolean", readOnly=True),
        item("a", "boolean", extension=[extension("questionnaire-hidden", valueBoolean=True)]),
    ],
)
def test_an_open_item_is_not_asked_by_sms(open_item: Node) -> None:
    assert ("a", "sms-open") in codes(declared(open_item))


def test_more_than_five_questions_are_not_asked_by_sms() -> None:
    five = [item(f"q{number}", "boolean") for number in range(5)]
    assert codes(declared(*five)) == []
    assert codes(declared(*five, item("q5", "boolean"))) == [(None, "sms-too-many")]
    assert codes(declared(item("words", "display"))) == [(None, "sms-too-many")]


def test_an_item_that_can_be_an_emergency_is_not_asked_by_sms() -> None:
    assert codes(declared(*SOUND), "b", "elsewhere") == [("b", "sms-danger")]


def test_the_symptom_check_is_never_asked_by_sms() -> None:
    assert (None, "sms-never") in codes(declared(*SOUND, url="urn:prom:questionnaire:symptom-check"))


def test_words_that_an_sms_would_leave_out_are_refused_save_those_that_end_the_form() -> None:
    words = item("words", "display", text="De siste 24 timene:")
    heading = group("heading", item("b", "boolean"), text="I natt")
    assert codes(declared(words, *SOUND)) == [("words", "sms-words-lost")]
    assert codes(declared(heading)) == [("heading", "sms-words-lost")]
    assert codes(declared(*SOUND, words)) == []


def test_options_of_which_only_some_are_numbers_are_refused() -> None:
    def named(code: str, words: str) -> Node:
        return {"valueCoding": {"system": "urn:test", "code": code, "display": words}}

    some = item("a", "choice", answerOption=[named("none", "Ingen"), named("one", "1")])
    every = item("a", "choice", answerOption=[named("zero", "0"), named("one", "1")])
    assert codes(declared(some)) == [("a", "sms-numbers-clash")]
    assert codes(declared(every)) == []


def test_what_nobody_declared_is_not_held_against_it() -> None:
    undeclared = parse(document(item("a", "text")))
    assert not undeclared.reveals_nothing
    assert codes(undeclared) == []


def test_a_sound_declaration_is_read_and_acted_on() -> None:
    made = declared(*SOUND)
    assert made.reveals_nothing
    assert [each.code for each in made.problems if each.code == "kept"] == []
    assert codes(made) == []


def test_linting_tells_of_it() -> None:
    assert "sms-open" in {each.code for each in lint(declared(item("a", "text")))}
    assert "sms-danger" in {each.code for each in lint(declared(*SOUND), emergencies=["a"])}
    assert all("{" not in each.text for each in lint(declared(*(item(f"q{n}", "text") for n in range(9)))))
