"""What nobody can give refuses no response: not where it is missing, nor where what was worked out is out of bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from questionnaires.calculating import completed, starting
from questionnaires.definition import Questionnaire
from questionnaires.keys.scoring_codes import SYSTEM
from questionnaires.parsing import parse
from questionnaires.response import build
from questionnaires.validation import validate
from tests.questionnaires.expressed_samples import calculated, expressed
from tests.questionnaires.samples import Node, choice, document, extension, group, item, questionnaire

HIDDEN = extension("questionnaire-hidden", valueBoolean=True)
TOP = extension("maxValue", valueDecimal=10)
DOUBLE = calculated("%resource.item.where(linkId='a').answer.value * 2")
TOTAL = [{"system": SYSTEM, "code": "TS"}]


def sent(asked: Questionnaire, **answers: Any) -> set[tuple[str | None, str, str]]:
    """What is wrong with answers as they are submitted: with what Prom works out."""
    response = completed(asked, build(asked, answers)).response
    return {(each.link_id, each.code, each.severity) for each in validate(asked, response, complete=True)}


def one(**fields: Any) -> Node:
    """The required decimal b."""
    return item("b", "decimal", required=True, **fields)


# Refused


@pytest.mark.parametrize("node", [one(), group("g", one()), one(extension=[TOP])])
def test_what_somebody_can_give_is_refused_where_it_is_missing(node: Node) -> None:
    assert sent(questionnaire(item("a", "decimal"), node)) == {("b", "required-missing", "error")}


@pytest.mark.parametrize("fields", [{"readOnly": True, "extension": [TOP]}, {"extension": [TOP, HIDDEN]}])
def test_what_nothing_fills_in_is_refused_where_a_machine_sends_it_out_of_bounds(fields: Node) -> None:
    assert sent(questionnaire(item("b", "decimal", **fields)), b=Decimal(11)) == {("b", "too-high", "error")}


def test_what_is_worked_out_is_still_refused_where_it_is_of_another_kind() -> None:
    asked = questionnaire(item("a", "decimal"), one(extension=DOUBLE))
    assert {(each.code, each.severity) for each in validate(asked, build(asked, {"b": "x"}))} == {
        ("wrong-type", "error")
    }


NOBODY: dict[str, Node] = {
    "hidden": one(extension=[HIDDEN]),
    "read only": one(readOnly=True),
    "in a hidden group": group("g", one(), extension=[HIDDEN]),
    "deep in a hidden group": group("g", group("h", one()), extension=[HIDDEN]),
}


@pytest.mark.parametrize("name", NOBODY)
def test_a_required_answer_that_nobody_can_give_and_nothing_fills_in_stands_in_the_way(name: str) -> None:
    made = parse(document(NOBODY[name]))
    assert [(each.link_id, each.code) for each in made.problems] == [("b", "required-given-by-nobody")]
    assert not made.publishable


# Not refused


@pytest.mark.parametrize("name", NOBODY)
def test_what_nobody_can_give_is_a_warning_where_it_is_missing(name: str) -> None:
    assert sent(parse(document(NOBODY[name]))) == {("b", "required-missing", "warning")}


@pytest.mark.parametrize(
    "fields",
    [{"readOnly": True, "extension": DOUBLE}, {"extension": [*DOUBLE, HIDDEN]}, {"extension": DOUBLE}],
)
def test_a_calculation_that_comes_to_nothing_refuses_nobody(fields: Node) -> None:
    made = questionnaire(item("a", "decimal"), one(**fields))
    assert made.publishable
    assert sent(made) == {("b", "required-missing", "warning")}
    assert sent(made, a=Decimal(1)) == set()


def test_a_calculation_out_of_bounds_refuses_nobody() -> None:
    made = questionnaire(item("a", "decimal"), one(extension=[*DOUBLE, TOP]))
    assert sent(made, a=Decimal(6)) == {("b", "too-high", "warning")}
    words = item("b", maxLength=1, extension=calculated("'too many'"))
    assert sent(questionnaire(words)) == {("b", "too-long", "warning")}


def test_a_sum_of_nothing_or_out_of_bounds_refuses_nobody() -> None:
    scored = choice("a", "0", "11") | {"code": [{"system": SYSTEM, "code": "QS"}]}
    made = questionnaire(scored, one(code=TOTAL, extension=[TOP]))
    assert made.publishable
    assert sent(made) == {("b", "required-missing", "warning")}
    assert sent(made, a="11", b=Decimal(11)) == {("b", "too-high", "warning")}


def test_a_required_group_of_what_is_worked_out_refuses_nobody() -> None:
    made = questionnaire(item("a", "decimal"), group("g", item("b", "decimal", extension=DOUBLE), required=True))
    assert sent(made) == {("g", "required-missing", "warning")}


def test_a_hidden_answer_that_starts_out_of_bounds_refuses_nobody() -> None:
    made = questionnaire(one(initial=[{"valueDecimal": 11}], extension=[TOP, HIDDEN]))
    assert made.publishable
    problems = validate(made, starting(made).response, complete=True)
    assert {(each.code, each.severity) for each in problems} == {("too-high", "warning")}


@pytest.mark.parametrize(
    "fields",
    [
        {"initial": [{"valueDecimal": 1}]},
        {"extension": DOUBLE},
        {"code": TOTAL},
        {"extension": [expressed("initialExpression", "1")]},
    ],
)
def test_a_required_answer_that_something_fills_in_does_not_stand_in_the_way(fields: Node) -> None:
    assert parse(document(item("a", "decimal"), one(readOnly=True, **fields))).publishable


def test_a_required_text_that_only_helps_is_asked_of_nobody() -> None:
    control = {"coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "help"}]}
    helping = item(
        "h", "text", required=True, extension=[extension("questionnaire-itemControl", valueCodeableConcept=control)]
    )
    made = questionnaire(item("a", "boolean", item=[helping]))
    assert sent(made, a=True) == set()
