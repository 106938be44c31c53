"""What is asked in each repetition, and what an expression decides."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from questionnaires.answers import Answer, ResponseItem
from questionnaires.branching import enabled, place_of
from questionnaires.definition import Questionnaire
from questionnaires.parsing import parse
from questionnaires.response import build
from questionnaires.validation import validate
from tests.questionnaires.expressed_samples import enabled_by, given, response, variable
from tests.questionnaires.samples import Node, document, group, item, questionnaire, sized, when


def problems(of: Questionnaire, *items: ResponseItem) -> set[tuple[str | None, str]]:
    """What is wrong with a completed response."""
    return {(each.link_id, each.code) for each in validate(of, response(of, *items))}


def repeating(**fields: Any) -> Questionnaire:
    """A group that repeats, in which b is asked when a is true, and must be answered then."""
    return questionnaire(
        group(
            "g",
            item("a", "boolean"),
            item("b", "integer", required=True, enableWhen=[when("a", answerBoolean=True)]),
            repeats=True,
            **fields,
        )
    )


# What is not asked


def test_an_answer_in_the_repetition_where_it_is_not_asked_is_refused() -> None:
    first, second = given("g", given("a", True), given("b", 1)), given("g", given("a", False), given("b", 2))
    assert problems(repeating(), first, second) == {("b", "disabled-item-answered")}


def test_an_answer_is_missed_only_in_the_repetition_where_it_is_asked() -> None:
    assert problems(repeating(), given("g", given("a", False)), given("g", given("a", False))) == set()
    assert problems(repeating(), given("g", given("a", False)), given("g", given("a", True))) == {
        ("b", "required-missing")
    }


def test_repetitions_of_a_group_that_is_not_asked_are_not_asked() -> None:
    made = questionnaire(
        item("x", "boolean"),
        group(
            "g",
            item("a", "boolean"),
            item("b", enableWhen=[when("a", answerBoolean=True)]),
            repeats=True,
            enableWhen=[when("x", answerBoolean=True)],
        ),
    )
    assert enabled(made, response(made, given("x", False), given("g", given("a", True)))) == {"x"}


# What is asked


def test_each_repetition_is_judged_by_its_own_answers() -> None:
    made = repeating()
    repetitions = [given("g", given("a", yes)) for yes in (True, False, True)]
    place = place_of(made, response(made, *repetitions))
    group_item = made.items[0]
    assert ["b" in place.inside(group_item, index).asked for index in range(3)] == [True, False, True]
    assert problems(made, given("g", given("a", True), given("b", 1)), given("g", given("a", False))) == set()


def test_repetitions_within_repetitions_are_judged_by_the_answers_around_them() -> None:
    inner = group(
        "inner",
        item("c", "boolean"),
        item(
            "d",
            required=True,
            enableBehavior="all",
            enableWhen=[when("a", answerBoolean=True), when("c", answerBoolean=True)],
        ),
        repeats=True,
    )
    made = questionnaire(group("outer", item("a", "boolean"), inner, repeats=True))
    asked_for = given("inner", given("c", True))
    assert problems(made, given("outer", given("a", False), asked_for)) == set()
    assert problems(made, given("outer", given("a", True), asked_for)) == {("d", "required-missing")}
    whole = given("outer", given("a", True), given("inner", given("c", True), given("d", "x")))
    assert problems(made, whole, given("outer", given("a", False), asked_for)) == set()


def test_items_beneath_each_answer_of_a_repeating_question_are_judged_for_that_answer() -> None:
    made = questionnaire(
        item(
            "q",
            "integer",
            repeats=True,
            item=[item("a", "boolean"), item("b", required=True, enableWhen=[when("a", answerBoolean=True)])],
        )
    )
    answers = (Answer(1, (given("a", False),)), Answer(2, (given("a", True), given("b", "x"))))
    assert problems(made, ResponseItem("q", answers)) == set()
    answers = (Answer(1, (given("a", True),)), Answer(2, (given("a", False), given("b", "x"))))
    assert problems(made, ResponseItem("q", answers)) == {("b", "required-missing"), ("b", "disabled-item-answered")}


def test_what_nobody_has_begun_is_asked_as_if_it_were_empty() -> None:
    made = questionnaire(
        group("g", item("a", "boolean"), item("b", enableWhen=[when("a", "exists", answerBoolean=False)]), repeats=True)
    )
    assert enabled(made, build(made, {})) == {"g", "a", "b"}


# Expressions


@pytest.mark.parametrize("answer, asked", [(None, False), (2, False), (3, True)])
def test_an_expression_that_comes_to_nothing_or_false_asks_nothing(answer: int | None, asked: bool) -> None:
    made = questionnaire(
        item("a", "integer"),
        item("b", extension=enabled_by("%resource.item.where(linkId='a').answer.value > 2")),
    )
    assert ("b" in enabled(made, build(made, {"a": answer}))) is asked


def test_expression_and_conditions_must_both_hold() -> None:
    both = item(
        "c",
        extension=enabled_by("%resource.item.where(linkId='a').answer.value"),
        enableWhen=[when("b", answerBoolean=True)],
    )
    made = questionnaire(item("a", "boolean"), item("b", "boolean"), both)
    for a in (True, False):
        for b in (True, False):
            assert ("c" in enabled(made, build(made, {"a": a, "b": b}))) is (a and b)


def test_an_expression_does_not_see_the_answers_to_what_is_not_asked() -> None:
    made = questionnaire(
        item("c", extension=enabled_by("%resource.item.where(linkId='b').answer.value")),
        item("b", "boolean", extension=enabled_by("%resource.item.where(linkId='a').answer.value")),
        item("a", "boolean"),
    )
    assert enabled(made, build(made, {"a": True, "b": True})) == {"a", "b", "c"}
    assert enabled(made, build(made, {"a": False, "b": True})) == {"a"}


def test_an_expression_sees_the_variables_of_its_own_repetition() -> None:
    made = questionnaire(
        group(
            "g",
            item("a", "integer"),
            item("b", required=True, extension=enabled_by("%a > 2")),
            repeats=True,
            extension=[variable("a", "item.where(linkId='a').answer.value")],
        )
    )
    assert problems(made, given("g", given("a", 1)), given("g", given("a", 3), given("b", "x"))) == set()
    assert problems(made, given("g", given("a", 1), given("b", "x")), given("g", given("a", 3))) == {
        ("b", "disabled-item-answered"),
        ("b", "required-missing"),
    }


def test_what_cannot_be_worked_out_is_asked() -> None:
    made = questionnaire(
        item("a", "integer", repeats=True), item("b", extension=enabled_by("%resource.item.answer.value > 2"))
    )
    assert "b" in enabled(made, build(made, {"a": [1, 2]}))


def test_no_answer_is_dropped_because_an_expression_does_not_come_to_rest() -> None:
    few = "%resource.repeat(item).where(answer.exists()).count() < 2"
    made = questionnaire(
        item("a"),
        item("flag", extension=enabled_by(few)),
        item("because", extension=enabled_by("%resource.item.where(linkId='flag').answer.exists()")),
        item("never", extension=enabled_by("false")),
    )
    answered = response(made, given("a", "x"), given("flag", "y"), given("because", "z"), given("never", "n"))
    assert enabled(made, answered) == {"a", "flag", "because"}
    assert enabled(made, response(made, given("a", "x"), given("never", "n"))) == {"a", "flag"}


@st.composite
def repeated_webs(draw: st.DrawFn) -> tuple[list[Node], list[dict[str, bool]]]:
    """Yes-or-no items in a group, each depending on some before it, and answers in some repetitions."""
    size = draw(st.integers(1, 5))
    items = []
    for index in range(size):
        questions = draw(st.lists(st.integers(0, index - 1), max_size=2)) if index else []
        conditions = [
            when(str(each), draw(st.sampled_from(["=", "!=", "exists"])), answerBoolean=draw(st.booleans()))
            for each in questions
        ]
        fields: Node = {"enableWhen": conditions, "enableBehavior": draw(st.sampled_from(["all", "any"]))}
        if index and draw(st.booleans()):
            fields["extension"] = enabled_by(f"%context.exists() and %answers.where(linkId='{index - 1}').answer.value")
        items.append(item(str(index), "boolean", **fields))
    repetitions = draw(st.lists(st.dictionaries(st.integers(0, size - 1).map(str), st.booleans()), max_size=3))
    return items, repetitions


def _asked_in_each(
    items: list[Node], repetitions: list[dict[str, bool]], order: random.Random | None
) -> list[set[str]]:
    items = list(items)
    groups = [[given(link_id, yes) for link_id, yes in answers.items()] for answers in repetitions]
    if order is not None:
        order.shuffle(items)
        for each in groups:
            order.shuffle(each)
    made = parse(document(group("g", *items, repeats=True, extension=[variable("answers", "item")])))
    place = place_of(made, response(made, *(given("g", *each) for each in groups)))
    return [set(place.inside(made.items[0], index).asked) for index in range(len(groups))]


@sized
@generated(repeated_webs(), st.randoms(use_true_random=False))
def test_the_order_of_items_and_answers_does_not_matter_in_any_repetition(
    web: tuple[list[Node], list[dict[str, bool]]], order: random.Random
) -> None:
    items, repetitions = web
    assert _asked_in_each(items, repetitions, order) == _asked_in_each(items, repetitions, None)


@sized
@generated(repeated_webs())
def test_each_repetition_is_judged_as_if_it_were_alone(web: tuple[list[Node], list[dict[str, bool]]]) -> None:
    items, repetitions = web
    alone = [_asked_in_each(items, [each], None)[0] for each in repetitions]
    assert _asked_in_each(items, repetitions, None) == alone
