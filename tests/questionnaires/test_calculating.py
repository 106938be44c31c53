"""What a questionnaire works out by itself."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from questionnaires.answers import QuestionnaireResponse, ResponseItem
from questionnaires.calculating import completed, starting
from questionnaires.definition import Quantity, Questionnaire
from questionnaires.parsing import parse
from questionnaires.problems import QuestionnaireError
from questionnaires.response import build
from questionnaires.validation import validate
from tests.questionnaires.expressed_samples import (
    HELSENORGE,
    calculated,
    constraint,
    enabled_by,
    expressed,
    given,
    response,
    variable,
)
from tests.questionnaires.samples import ANY_JSON, choice, document, extension, group, item, questionnaire, sized, when

TODAY = date(2026, 3, 1)


def worked_out(of: Questionnaire, answers: Mapping[str, Any] | QuestionnaireResponse) -> dict[str, Any]:
    """The first answer to each item after everything is worked out."""
    whole = answers if isinstance(answers, QuestionnaireResponse) else build(of, answers)
    return {link_id: values[0] for link_id, values in completed(of, whole, TODAY).response.flat().items()}


def warned(of: Questionnaire, answers: Mapping[str, Any]) -> set[tuple[str | None, str]]:
    """What is said about what was worked out."""
    return {(each.link_id, each.code) for each in completed(of, build(of, answers), TODAY).problems}


def body_mass() -> Questionnaire:
    """Weight and height, and what follows from them."""
    return questionnaire(
        item("kg", "decimal"),
        item("cm", "decimal"),
        item("bmi", "decimal", readOnly=True, extension=calculated("(%kg / (%cm / 100).power(2)).round(1)")),
        item("heavy", "boolean", extension=calculated("%resource.item.where(linkId='bmi').answer.value > 30")),
        item("why", enableWhen=[when("heavy", answerBoolean=True)]),
        extension=[
            variable("kg", "item.where(linkId='kg').answer.value"),
            variable("cm", "item.where(linkId='cm').answer.value"),
        ],
    )


# What is not worked out


def test_a_missing_answer_gives_no_result_and_never_0() -> None:
    assert worked_out(body_mass(), {"kg": Decimal(80)}) == {"kg": Decimal(80)}


def test_what_cannot_be_worked_out_is_left_out_and_named() -> None:
    made = questionnaire(
        item("a", "integer"),
        item("b", "decimal", extension=calculated("%resource.item.where(linkId='a').answer.value.ln()")),
    )
    assert worked_out(made, {"a": 0, "b": Decimal(4)}) == {"a": 0}
    assert warned(made, {"a": 0}) == {("b", "not-computed")}


@pytest.mark.parametrize(
    "kind, text",
    [
        ("integer", "0.5"),
        ("boolean", "1"),
        ("decimal", "'1'"),
        ("date", "@2024-05"),
        ("time", "@2024-05-01"),
        ("choice", "'z'"),
    ],
)
def test_a_result_of_another_type_is_no_answer(kind: str, text: str) -> None:
    asked = (
        choice("a", "x", extension=calculated(text))
        if kind == "choice"
        else item("a", kind, extension=calculated(text))
    )
    assert warned(questionnaire(asked), {}) == {("a", "not-computed")}


def test_several_results_where_one_is_asked_for_are_no_answer() -> None:
    made = questionnaire(
        item("a", "integer", repeats=True),
        item("b", "integer", extension=calculated("%resource.item.where(linkId='a').answer.value")),
    )
    assert warned(made, {"a": [1, 2]}) == {("b", "not-computed")}


def test_what_is_not_asked_is_not_worked_out() -> None:
    made = questionnaire(
        item("a", "boolean"),
        item("b", "integer", enableWhen=[when("a", answerBoolean=True)], extension=calculated("1 + 1")),
    )
    assert worked_out(made, {"a": False}) == {"a": False}
    assert worked_out(made, {"a": True}) == {"a": True, "b": 2}


def test_answers_to_what_is_not_asked_do_not_count() -> None:
    made = questionnaire(
        item("a", "boolean"),
        item("b", "integer", enableWhen=[when("a", answerBoolean=True)]),
        item("sum", "integer", extension=calculated("%resource.item.where(linkId='b').answer.value + 1")),
    )
    assert worked_out(made, {"a": False, "b": 4}) == {"a": False, "b": 4}
    assert worked_out(made, {"a": True, "b": 4})["sum"] == 5


def test_what_never_comes_to_rest_is_left_out() -> None:
    made = questionnaire(
        item("a", "integer", extension=calculated("iif(%resource.item.answer.value.count() = 0, 1, {})"))
    )
    assert worked_out(made, {}) == {}
    assert warned(made, {}) == {("a", "not-computed")}


def test_without_a_day_nothing_that_asks_for_it_is_worked_out() -> None:
    made = questionnaire(item("a", "date", extension=calculated("today()")))
    assert completed(made, build(made, {})).response.items == ()
    assert worked_out(made, {}) == {"a": TODAY}


# What is worked out


def test_a_result_is_what_the_expression_says_exactly() -> None:
    answers = worked_out(body_mass(), {"kg": Decimal("110.5"), "cm": Decimal(180)})
    assert (answers["bmi"], answers["heavy"]) == (Decimal("34.1"), True)


def test_what_the_client_worked_out_otherwise_is_replaced_with_a_warning() -> None:
    answers = {"kg": Decimal(110), "cm": Decimal(180), "bmi": Decimal(20), "heavy": True}
    assert worked_out(body_mass(), answers)["bmi"] == Decimal(34)
    assert warned(body_mass(), answers) == {("bmi", "calculated-differs")}
    assert warned(body_mass(), {"bmi": Decimal(20)}) == {("bmi", "calculated-differs")}
    assert worked_out(body_mass(), {"bmi": Decimal(20)}) == {}


def test_what_is_worked_out_decides_what_is_asked() -> None:
    made = body_mass()
    whole = completed(made, build(made, {"kg": Decimal(110), "cm": Decimal(180), "why": "so"})).response
    assert validate(made, whole) == ()


def test_each_repetition_is_worked_out_by_itself() -> None:
    made = questionnaire(
        group(
            "g",
            item("n", "integer"),
            item("double", "integer", extension=calculated("%n * 2")),
            repeats=True,
            extension=[variable("n", "item.where(linkId='n').answer.value")],
        ),
        item(
            "sum",
            "integer",
            extension=calculated("%resource.item.where(linkId='g').item.where(linkId='double').answer.value.sum()"),
        ),
    )
    whole = completed(made, response(made, given("g", given("n", 3)), given("g"), given("g", given("n", 4)))).response
    assert [[inner.answers[0].value for inner in each.items] for each in whole.items] == [[3, 6], [], [4, 8], []]
    assert whole.answers_to("sum") == (14,)
    assert completed(made, whole).response == whole


def test_a_hidden_item_in_a_group_that_is_not_there_is_filled_in_where_it_belongs() -> None:
    hidden = item("b", "integer", extension=[*calculated("1"), extension("questionnaire-hidden", valueBoolean=True)])
    made = questionnaire(item("a"), group("g", hidden), item("c"))
    whole = completed(made, build(made, {"a": "x", "c": "y"})).response
    assert [each.link_id for each in whole.items] == ["a", "g", "c"]
    assert validate(made, whole) == ()


def test_weights_are_summed_as_the_options_have_them() -> None:
    text = "%resource.item.answer.value.weight().sum()"
    made = questionnaire(
        choice("a", "1", "2"), choice("b", "0", "7"), item("sum", "decimal", extension=calculated(text))
    )
    assert worked_out(made, {"a": "2", "b": "7"})["sum"] == 9
    assert "sum" not in worked_out(made, {})


def test_a_quantity_takes_the_unit_of_its_item() -> None:
    unit = extension("questionnaire-unit", valueCoding={"system": "http://unitsofmeasure.org", "code": "kg"})
    made = questionnaire(item("a", "quantity", extension=[*calculated("2.50"), unit]))
    assert worked_out(made, {})["a"] == Quantity(Decimal("2.5"), "kg", None, "kg")


def test_a_number_is_rounded_to_the_places_its_item_allows() -> None:
    places = extension("maxDecimalPlaces", valueInteger=2)
    made = questionnaire(item("a", "decimal", extension=[*calculated("2 / 3"), places]))
    assert worked_out(made, {}) == {"a": Decimal("0.67")}


def test_a_variable_is_in_force_beneath_its_item_and_hides_one_of_its_name() -> None:
    made = questionnaire(
        group(
            "g",
            item("a", "integer", extension=calculated("%x")),
            item("b", "integer", extension=[variable("x", "%y + 1"), *calculated("%x")]),
            extension=[variable("x", "2"), variable("y", "%x * 10")],
        ),
        item("c", "integer", extension=calculated("%x")),
        extension=[variable("x", "1")],
    )
    assert worked_out(made, {}) == {"a": 2, "b": 21, "c": 1}


def test_helsenorges_calculated_items_are_worked_out_for_the_whole_response() -> None:
    text = "item.where(linkId='a').answer.value / 2"
    made = questionnaire(
        item("a", "integer"),
        item("b", "integer", extension=[{"url": HELSENORGE + "sdf-calculatedExpression", "valueString": text}]),
    )
    assert worked_out(made, {"a": 5}) == {"a": 5, "b": 3}


# Constraints


def constrained(text: str, severity: str = "error") -> Questionnaire:
    """Two days, of which the second must not come before the first."""
    return questionnaire(item("a", "date"), item("b", "date", extension=[constraint(text, severity=severity)]))


AFTER = "%context.answer.value >= %resource.item.where(linkId='a').answer.value"


def test_a_broken_constraint_is_named_with_its_own_words() -> None:
    made = constrained(AFTER)
    (problem,) = validate(made, build(made, {"a": date(2026, 2, 2), "b": date(2026, 2, 1)}))
    assert (problem.link_id, problem.code, problem.severity) == ("b", "constraint-broken", "error")
    assert problem.text == "b: This cannot be."
    assert (
        validate(constrained(AFTER, "warning"), build(made, {"a": date(2026, 2, 2), "b": date(2026, 2, 1)}))[0].severity
        == "warning"
    )


@pytest.mark.parametrize("answers", [{}, {"a": date(2026, 2, 2)}, {"b": date(2026, 2, 1)}, {"a": TODAY, "b": TODAY}])
def test_a_constraint_is_not_broken_by_what_is_not_answered(answers: Mapping[str, Any]) -> None:
    made = constrained(AFTER)
    assert validate(made, build(made, answers)) == ()


def test_a_constraint_that_cannot_be_judged_says_so_and_refuses_nothing() -> None:
    made = constrained("%context.answer.value > '2026'")
    (problem,) = validate(made, build(made, {"b": TODAY}))
    assert (problem.code, problem.severity) == ("constraint-not-judged", "warning")


def test_a_constraint_on_the_whole_is_judged_when_all_is_answered() -> None:
    made = questionnaire(item("a"), item("b"), extension=[constraint("item.answer.count() = 1")])
    assert [each.code for each in validate(made, build(made, {"a": "x", "b": "y"}))] == ["constraint-broken"]
    assert validate(made, build(made, {"a": "x", "b": "y"}, status="in-progress")) == ()
    assert validate(made, build(made, {"a": "x"})) == ()


# Starting answers


def test_a_new_draft_starts_with_its_initial_answers_where_they_are_asked() -> None:
    made = parse(
        document(
            item("a", "integer", extension=[expressed("initialExpression", "40 + 2")]),
            item("b", "date", extension=[expressed("initialExpression", "today() - 1 year")]),
            item("c", initial=[{"valueString": "x"}]),
            item("d", enableWhen=[when("a", answerInteger=1)], initial=[{"valueString": "y"}]),
            item("e", extension=[expressed("initialExpression", "%patient.name.family")]),
        )
    )
    made_up = starting(made, TODAY).response
    assert made_up.status == "in-progress"
    assert made_up.flat() == {"a": (42,), "b": (date(2025, 3, 1),), "c": ("x",)}


# What cannot be run


@pytest.mark.parametrize(
    "extensions, code, severity",
    [
        (calculated("now()"), "expression-not-covered", "error"),
        (calculated("%nope + 1"), "expression-not-run", "warning"),
        (calculated("item.where(linkId='x').answer.value"), "expression-not-covered", "error"),
        (enabled_by("today() > @2026-01-01"), "expression-not-covered", "error"),
        (enabled_by("%patient.gender = 'female'"), "expression-not-covered", "error"),
        ([constraint("this.value <= today()")], "expression-not-covered", "error"),
        (
            [{"url": HELSENORGE + "sdf-fhirpathvalidation", "valueString": "this.value > 1"}],
            "expression-not-covered",
            "error",
        ),
        ([{"url": HELSENORGE + "sdf-fhirpath", "valueString": "Patient.name.family"}], "expression-not-run", "warning"),
        ([expressed("calculatedExpression", "1", language="text/cql")], "expression-not-covered", "error"),
        ([expressed("initialExpression", "1", language="text/cql")], "expression-not-run", "warning"),
        ([variable("v", "%v + 1")], "expression-circle", "error"),
        ([variable("v", "1"), variable("v", "2")], "variable-twice", "error"),
        (calculated("%resource.item.where(linkId='a').answer.value + 1"), "expression-circle", "error"),
    ],
)
def test_what_cannot_be_run_is_kept_and_named(extensions: list[Any], code: str, severity: str) -> None:
    made = parse(document(item("a", "integer", extension=extensions)))
    assert (code, severity) in {(each.code, each.severity) for each in made.problems}
    assert made.publishable is (severity == "warning")
    assert made.document["item"][0]["extension"] == extensions


def test_what_is_not_filled_in_and_cannot_be_answered_keeps_from_publishing_where_something_waits_for_it() -> None:
    hidden = item("a", readOnly=True, extension=[expressed("initialExpression", "%patient.gender")])
    assert parse(document(hidden)).publishable
    assert not parse(document(hidden, item("b", enableWhen=[when("a", answerString="x")]))).publishable


def test_items_that_wait_for_each_other_are_refused_together() -> None:
    made = parse(
        document(
            item("a", "integer", extension=calculated("%resource.item.where(linkId='b').answer.value + 1")),
            item("b", "integer", extension=calculated("%resource.item.where(linkId='a').answer.value + 1")),
        )
    )
    assert {(each.link_id, each.code) for each in made.problems} == {
        ("a", "expression-circle"),
        ("b", "expression-circle"),
    }


# Whatever comes


@sized
@generated(
    st.permutations(["kg", "cm", "bmi", "heavy", "why"]),
    st.integers(0, 300),
    st.integers(0, 300),
    st.randoms(use_true_random=False),
)
def test_the_order_of_items_does_not_matter(order: list[str], kg: int, cm: int, shuffle: random.Random) -> None:
    made = body_mass()
    by_link_id = {node["linkId"]: node for node in made.document["item"]}
    other = parse(document(*(by_link_id[link_id] for link_id in order), extension=made.document["extension"]))
    answers: dict[str, Any] = {"kg": Decimal(kg), "cm": Decimal(cm), "why": "so"}
    items = list(build(other, answers).items)
    shuffle.shuffle(items)
    assert worked_out(other, response(other, *items)) == worked_out(made, answers)


@sized
@generated(
    st.text(max_size=20) | st.sampled_from(["%a", "%a + %b", "item", "answer.value", "%resource.item.answer.value"]),
    ANY_JSON,
)
def test_no_expression_and_no_response_raises_anything_else(text: str, value: Any) -> None:
    first = item("a", "integer", extension=[*calculated("1"), variable("a", text)])
    second = item("b", extension=[*enabled_by(text), constraint(text)])
    try:
        made = parse(document(first, second))
    except QuestionnaireError:
        return
    odd = response(made, ResponseItem("a", given("a", value).answers), given("b", "x"), given("zzz", 1))
    validate(made, completed(made, odd, TODAY).response)


def test_a_questionnaire_without_expressions_costs_nothing() -> None:
    made = questionnaire(item("a"))
    whole = build(made, {"a": "x"})
    assert completed(made, whole).response is whole
