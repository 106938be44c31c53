"""Which items are asked."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.branching import enabled
from questionnaires.definition import Coding, Item, ItemType, Quantity, Questionnaire, Texts
from questionnaires.definition import EnableWhen as Condition
from questionnaires.definition import Operator as Op
from questionnaires.parsing import parse
from questionnaires.response import Answer, QuestionnaireResponse, ResponseItem, build
from tests.questionnaires.samples import Node, choice, coding, document, group, item, questionnaire, sized, when


def asked(given_questionnaire: Questionnaire, **answers: Any) -> set[str]:
    """The linkIds that are asked after these answers."""
    return set(enabled(given_questionnaire, build(given_questionnaire, answers)))


# What is not asked


@pytest.mark.parametrize("operator", ["=", "!=", ">", "<", ">=", "<="])
def test_nothing_is_asked_because_of_an_answer_that_is_not_there(operator: str) -> None:
    made = questionnaire(item("a", "integer"), item("b", enableWhen=[when("a", operator, answerInteger=1)]))
    assert asked(made) == {"a"}


def test_an_answer_to_an_item_that_is_not_asked_does_not_count() -> None:
    made = questionnaire(
        item("a", "boolean"),
        item("b", "boolean", enableWhen=[when("a", answerBoolean=True)]),
        item("c", "boolean", enableWhen=[when("b", answerBoolean=True)]),
        item("d", "boolean", enableWhen=[when("c", answerBoolean=True)]),
        item("e", enableWhen=[when("b", "exists", answerBoolean=False)]),
    )
    everything = {"a": True, "b": True, "c": True, "d": True}
    assert asked(made, **everything) == {"a", "b", "c", "d"}
    assert asked(made, **(everything | {"a": False})) == {"a", "e"}


def test_what_lies_in_a_group_that_is_not_asked_is_not_asked() -> None:
    inner = group("inner", item("deep", "boolean"))
    made = questionnaire(item("a", "boolean"), group("g", inner, enableWhen=[when("a", answerBoolean=True)]))
    assert asked(made, a=False, deep=True) == {"a"}
    assert asked(made, a=True) == {"a", "g", "inner", "deep"}


def test_one_response_is_branched_for_each_questionnaire_it_is_held_beside() -> None:
    one = questionnaire(item("a", "boolean"), item("b", enableWhen=[when("a", answerBoolean=True)]))
    other = questionnaire(item("a", "boolean"), item("b", enableWhen=[when("a", answerBoolean=False)]))
    response = build(one, {"a": True})
    assert [enabled(each, response) for each in (one, other, one)] == [{"a", "b"}, {"a"}, {"a", "b"}]


def test_true_is_not_one() -> None:
    made = questionnaire(item("a", "integer"), item("b", enableWhen=[when("a", answerInteger=1)]))
    assert asked(made, a=True) == {"a"}
    assert asked(made, a=1) == {"a", "b"}


def test_a_code_of_another_system_is_another_code() -> None:
    made = questionnaire(choice("a", "1"), item("b", enableWhen=[when("a", answerCoding=coding("1"))]))
    other = QuestionnaireResponse(
        made.canonical, "completed", (ResponseItem("a", (Answer(Coding("urn:other", "1")),)),)
    )
    assert enabled(made, other) == {"a"}


def test_quantities_in_different_units_are_never_compared() -> None:
    heavy = when("a", ">", answerQuantity={"value": 100, "unit": "kg"})
    made = questionnaire(item("a", "quantity"), item("b", enableWhen=[heavy]))
    assert asked(made, a=Quantity(Decimal(150), "kg")) == {"a", "b"}
    assert asked(made, a=Quantity(Decimal(150), "g")) == {"a"}


ODD = {"none": None, "object": object(), "NaN": Decimal("NaN"), "sNaN": Decimal("sNaN"), "list": [], "mapping": {}}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_answer_of_no_kind_at_all_raises_nothing(odd: Any) -> None:
    made = questionnaire(
        item("a", "decimal"),
        *(item(op.name, enableWhen=[when("a", op, answerDecimal=1)]) for op in Op if op is not Op.EXISTS),
    )
    response = QuestionnaireResponse(made.canonical, "completed", (ResponseItem("a", (Answer(odd),)),))
    assert {"a"} <= enabled(made, response) <= {"a", Op.NOT_EQUAL.name}


def test_a_circle_made_by_hand_is_never_asked() -> None:
    circular = Item("a", ItemType.STRING, enable_when=(Condition("a", Op.EXISTS, False),))
    made = Questionnaire("u", "1", "n", Texts.of({"nb": "x"}), "active", "nb", ("nb",), (circular,))
    assert asked(made) == set()


# What is asked


@pytest.mark.parametrize(
    "operator, answers, expected",
    [
        ("=", [3], True),
        ("=", [1, 3], True),
        ("=", [1, 2], False),
        ("!=", [1], True),
        ("!=", [1, 3], False),
        (">", [3], False),
        (">", [1, 4], True),
        ("<", [3], False),
        ("<", [2], True),
        (">=", [3], True),
        (">=", [2], False),
        ("<=", [3], True),
        ("<=", [4], False),
    ],
)
def test_each_operator_compares_as_fhir_says(operator: str, answers: list[int], expected: bool) -> None:
    made = questionnaire(
        item("a", "integer", repeats=True),
        item("b", enableWhen=[when("a", operator, answerInteger=3)]),
    )
    assert ("b" in asked(made, a=answers)) is expected


@pytest.mark.parametrize(
    "wanted, answers, expected", [(True, [1], True), (True, [], False), (False, [], True), (False, [1], False)]
)
def test_exists_asks_whether_there_is_an_answer(wanted: bool, answers: list[int], expected: bool) -> None:
    made = questionnaire(item("a", "integer"), item("b", enableWhen=[when("a", "exists", answerBoolean=wanted)]))
    assert ("b" in asked(made, a=answers)) is expected


@pytest.mark.parametrize(
    "kind, limit, above",
    [
        ("decimal", {"answerDecimal": Decimal("37.9")}, Decimal("38.0")),
        ("integer", {"answerDecimal": Decimal("1.5")}, 2),
        ("date", {"answerDate": "2024-02-28"}, date(2024, 2, 29)),
    ],
)
def test_everything_that_has_an_order_is_compared(kind: str, limit: Node, above: Any) -> None:
    made = questionnaire(item("a", kind), item("b", enableWhen=[when("a", ">", **limit)]))
    assert asked(made, a=above) == {"a", "b"}


@pytest.mark.parametrize("behaviour, expected", [("all", False), ("any", True)])
def test_all_and_any_differ_when_one_condition_holds(behaviour: str, expected: bool) -> None:
    conditions = [when("a", answerBoolean=True), when("b", answerBoolean=True)]
    made = questionnaire(
        item("a", "boolean"), item("b", "boolean"), item("c", enableBehavior=behaviour, enableWhen=conditions)
    )
    assert ("c" in asked(made, a=True, b=False)) is expected


def test_a_question_beneath_an_answer_is_asked_with_its_parent() -> None:
    made = questionnaire(choice("a", "0", "1", item=[item("why", enableWhen=[when("a", answerCoding=coding("1"))])]))
    assert asked(made, a="1") == {"a", "why"}
    assert asked(made, a="0") == {"a"}


def test_a_long_chain_of_conditions_is_followed_to_its_end() -> None:
    chain = [item("0", "boolean")]
    chain += [item(str(n), "boolean", enableWhen=[when(str(n - 1), answerBoolean=True)]) for n in range(1, 3_000)]
    chain.reverse()
    made = questionnaire(*chain)
    assert len(asked(made, **{str(n): True for n in range(3_000)})) == 3_000


@st.composite
def webs(draw: st.DrawFn) -> tuple[list[Node], dict[str, bool]]:
    """Yes-or-no items, each depending on some of those before it, and answers to some of them."""
    size = draw(st.integers(1, 8))
    items = []
    for index in range(size):
        questions = draw(st.lists(st.integers(0, index - 1), max_size=3)) if index else []
        conditions = [
            when(str(question), draw(st.sampled_from(["=", "!=", "exists"])), answerBoolean=draw(st.booleans()))
            for question in questions
        ]
        behaviour = draw(st.sampled_from(["all", "any"]))
        items.append(item(str(index), "boolean", enableWhen=conditions, enableBehavior=behaviour))
    return items, draw(st.dictionaries(st.integers(0, size - 1).map(str), st.booleans()))


@sized
@given(webs(), st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter(web: tuple[list[Node], dict[str, bool]], order: random.Random) -> None:
    items, answers = web
    expected = asked(parse(document(*items)), **answers)
    order.shuffle(items)
    shuffled = parse(document(*items))
    response = build(shuffled, answers)
    rearranged = list(response.items)
    order.shuffle(rearranged)
    assert enabled(shuffled, QuestionnaireResponse(response.questionnaire, "completed", tuple(rearranged))) == expected


@sized
@given(webs())
def test_removing_the_answers_that_do_not_count_changes_nothing(web: tuple[list[Node], dict[str, bool]]) -> None:
    items, answers = web
    made = parse(document(*items))
    expected = asked(made, **answers)
    assert asked(made, **{link_id: value for link_id, value in answers.items() if link_id in expected}) == expected
