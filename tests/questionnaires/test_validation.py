"""A response is refused for each thing that is wrong with it, and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from questionnaires.branching import enabled
from questionnaires.definition import Coding, Item, ItemType, Quantity, Questionnaire
from questionnaires.response import Answer, QuestionnaireResponse, ResponseItem, build
from questionnaires.sentences import SENTENCES
from questionnaires.validation import validate
from tests.questionnaires.samples import (
    SYSTEM,
    choice,
    coding,
    extension,
    group,
    item,
    option,
    questionnaire,
    sized,
    when,
)


def faults(asked: Questionnaire, complete: bool | None = None, **answers: Any) -> set[tuple[str | None, str]]:
    """The linkIds and codes of what is wrong with these answers."""
    return found(asked, build(asked, {key.replace("_", "-"): value for key, value in answers.items()}), complete)


def found(
    asked: Questionnaire, response: QuestionnaireResponse, complete: bool | None = None
) -> set[tuple[str | None, str]]:
    """The linkIds and codes of what is wrong with this response."""
    problems = validate(asked, response, complete=complete)
    assert all(problem.code in SENTENCES and problem.severity == "error" for problem in problems)
    return {(problem.link_id, problem.code) for problem in problems}


def one(kind: str = "string", **fields: Any) -> Questionnaire:
    """A questionnaire with the one item a."""
    return questionnaire(item("a", kind, **fields))


# Refused, by name


def test_an_unknown_item_is_refused() -> None:
    assert faults(one(), ghost="x") == {("ghost", "unknown-item")}


def test_a_disabled_item_with_an_answer_is_refused() -> None:
    asked = questionnaire(item("a", "boolean"), item("b", enableWhen=[when("a", answerBoolean=True)]))
    assert faults(asked, a=False, b="x") == {("b", "disabled-item-answered")}
    assert faults(asked, b="x") == {("b", "disabled-item-answered")}


def test_an_answer_in_a_disabled_group_is_refused_at_the_group() -> None:
    asked = questionnaire(item("a", "boolean"), group("g", item("b"), enableWhen=[when("a", answerBoolean=True)]))
    assert faults(asked, a=False, b="x") == {("g", "disabled-item-answered")}


@pytest.mark.parametrize("value", [Decimal("5.9"), 5.9, 5.0, Decimal("5.0")])
def test_what_is_not_written_as_a_whole_number_is_refused_for_an_integer(value: Any) -> None:
    assert faults(one("integer"), a=value) == {("a", "not-an-integer")}


@pytest.mark.parametrize("kind", ["integer", "decimal", "quantity"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("sNaN")])
def test_what_is_not_a_number_is_refused(kind: str, value: Any) -> None:
    assert faults(one(kind), a=value) == {("a", "not-a-number")}


@pytest.mark.parametrize(
    "kind, value",
    [
        ("integer", True),
        ("decimal", False),
        ("quantity", True),
        ("integer", "5"),
        ("decimal", "36.8"),
        ("boolean", 1),
        ("boolean", "true"),
        ("string", 5),
        ("text", date(2024, 1, 1)),
        ("date", datetime(2024, 1, 1, tzinfo=UTC)),
        ("date", "2024-01-01"),
        ("dateTime", date(2024, 1, 1)),
        ("dateTime", datetime(2024, 1, 1)),  # noqa: DTZ001  # a moment without a zone is the point
        ("time", "12:00:00"),
        ("time", time(12, tzinfo=UTC)),
        ("url", 5),
        ("quantity", "5 kg"),
        ("quantity", Coding(None, "5")),
    ],
)
def test_an_answer_of_another_type_is_refused(kind: str, value: Any) -> None:
    assert faults(one(kind), a=value) == {("a", "wrong-type")}


@pytest.mark.parametrize("value", [True, datetime(2024, 1, 1, tzinfo=UTC), Quantity(Decimal(1))])
def test_what_can_never_be_chosen_is_refused_for_a_choice(value: Any) -> None:
    assert faults(questionnaire(choice("a", "1")), a=value) == {("a", "wrong-type")}


@pytest.mark.parametrize("value", ["7", 1, Coding(SYSTEM, "7"), Coding(None, "1"), Coding("urn:other", "1")])
def test_an_option_that_is_not_offered_is_refused(value: Any) -> None:
    assert faults(questionnaire(choice("a", "1")), a=value) == {("a", "option-not-offered")}


def test_an_open_choice_takes_a_text_but_no_foreign_code() -> None:
    asked = questionnaire(item("a", "open-choice", answerOption=[option("1")]))
    assert faults(asked, a="something else") == set()
    assert faults(asked, a=Coding("urn:other", "1")) == {("a", "option-not-offered")}


def test_an_answer_out_of_options_that_lie_elsewhere_is_refused_as_not_to_be_told() -> None:
    elsewhere = replace(one(), items=(Item("a", ItemType.CHOICE, options_at="http://example.org/vs"),))
    assert faults(elsewhere, a=Coding(SYSTEM, "1")) == {("a", "options-unknown")}


def test_a_text_of_ones_own_is_taken_beside_options_that_lie_elsewhere_where_the_choice_is_open() -> None:
    address = "http://example.org/vs"
    choices = replace(one(), items=(Item("a", ItemType.OPEN_CHOICE, options_at=address),))
    texts = replace(one(), items=(Item("a", ItemType.STRING, options_at=address),))
    assert faults(choices, a="something else") == set()
    assert faults(texts, a="something else") == {("a", "options-unknown")}


def test_a_choice_without_any_list_takes_any_code() -> None:
    assert faults(replace(one(), items=(Item("a", ItemType.CHOICE),)), a=Coding(SYSTEM, "1")) == set()


def test_bounds_are_refused_beyond_and_taken_at_the_limit() -> None:
    asked = one("decimal", extension=[extension("minValue", valueDecimal=30), extension("maxValue", valueDecimal=45)])
    assert faults(asked, a=Decimal("29.9")) == {("a", "too-low")}
    assert faults(asked, a=Decimal("45.1")) == {("a", "too-high")}
    assert faults(asked, a=30) == faults(asked, a=Decimal("45.0")) == set()


def test_dates_have_bounds_too() -> None:
    asked = one("date", extension=[extension("maxValue", valueDate="2026-11-02")])
    assert faults(asked, a=date(2026, 11, 3)) == {("a", "too-high")}
    assert faults(asked, a=date(2026, 11, 2)) == set()


def test_more_decimals_than_asked_for_are_refused() -> None:
    asked = one("decimal", extension=[extension("maxDecimalPlaces", valueInteger=1)])
    assert faults(asked, a=Decimal("36.85")) == {("a", "too-many-decimals")}
    assert faults(asked, a=Decimal("36.8")) == set()


def test_a_text_that_is_too_long_or_too_short_is_refused() -> None:
    asked = one(maxLength=5, extension=[extension("minLength", valueInteger=2)])
    assert faults(asked, a="æ" * 6) == {("a", "too-long")}
    assert faults(asked, a="æ") == {("a", "too-short")}
    assert faults(asked, a="æ" * 5) == faults(asked, a="æ" * 2) == set()


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_an_empty_text_is_no_answer(blank: str) -> None:
    assert faults(one(), a=blank) == {("a", "blank-text")}


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d"])
def test_a_text_that_cannot_be_stored_is_refused(text: str) -> None:
    assert faults(one(), a=text) == {("a", "unusable-characters")}
    assert faults(one("quantity"), a=Quantity(Decimal(1), text)) == {("a", "unusable-characters")}


def test_the_whole_text_must_have_the_form_that_is_asked_for() -> None:
    asked = one(extension=[extension("regex", valueString="[0-9]{4}")])
    assert faults(asked, a="12345") == {("a", "other-pattern")}
    assert faults(asked, a="1234") == set()


def test_an_address_with_spaces_is_refused() -> None:
    assert faults(one("url"), a="https://example.org/a b") == {("a", "not-an-address")}


def test_another_unit_is_refused() -> None:
    asked = one("quantity", extension=[extension("questionnaire-unit", valueCoding={"code": "kg"})])
    assert faults(asked, a=Quantity(Decimal(70), "g", None, "g")) == {("a", "other-unit")}
    assert faults(asked, a=Quantity(Decimal(70), "kg", None, "g")) == {("a", "other-unit")}  # the code is what counts
    assert faults(asked, a=Quantity(Decimal(70))) == {("a", "other-unit")}
    assert faults(asked, a=Quantity(Decimal(70), "kilo", "http://unitsofmeasure.org", "kg")) == set()


@pytest.mark.parametrize("number", [2**31, -(2**31), 10**40, Decimal("1E+400")])
def test_a_whole_number_beyond_32_bits_is_refused(number: Any) -> None:
    assert faults(one("integer"), a=number) == {("a", "number-out-of-range")}


def test_a_decimal_that_would_stall_arithmetic_is_refused() -> None:
    assert faults(one("decimal"), a=Decimal("1E+999999")) == {("a", "number-out-of-range")}


def test_two_answers_to_one_question_are_refused() -> None:
    assert faults(one("integer"), a=[1, 2]) == {("a", "too-many-answers")}


def test_more_or_fewer_answers_than_asked_for_are_refused() -> None:
    occurs = [
        extension("questionnaire-minOccurs", valueInteger=2),
        extension("questionnaire-maxOccurs", valueInteger=3),
    ]
    asked = one("integer", repeats=True, extension=occurs)
    assert faults(asked, a=[1, 2, 3, 4]) == {("a", "too-many-answers")}
    assert faults(asked, a=[1]) == {("a", "too-few-answers")}
    assert faults(asked, complete=False, a=[1]) == set()
    assert faults(asked) == faults(asked, a=[1, 2, 3]) == set()


def test_more_answers_than_any_question_has_are_refused_without_being_looked_at() -> None:
    asked = questionnaire(item("a", "choice", repeats=True, answerOption=[option("1"), option("2")]))
    assert faults(asked, a=["1"] * 501) == {("a", "too-many-answers")}
    assert faults(asked, a=["1"] * 500) == {("a", "option-chosen-twice")}


def test_an_option_that_stands_alone_is_refused_together_with_others() -> None:
    alone = option("none", extension=[extension("questionnaire-optionExclusive", valueBoolean=True)])
    asked = questionnaire(item("a", "choice", repeats=True, answerOption=[option("1"), option("2"), alone]))
    assert faults(asked, a=["1", "none"]) == {("a", "exclusive-option-with-others")}
    assert faults(asked, a=["1", "1"]) == {("a", "option-chosen-twice")}
    assert faults(asked, a="none") == faults(asked, a=["1", "2"]) == set()


def test_the_same_number_may_be_given_twice() -> None:
    assert faults(one("integer", repeats=True), a=[1, 1]) == set()


def test_a_missing_required_answer_is_refused_when_the_response_is_complete() -> None:
    asked = questionnaire(item("a", required=True), group("g", item("b", "boolean", required=True)))
    assert faults(asked) == {("a", "required-missing"), ("b", "required-missing")}
    assert faults(asked, complete=False) == set()


@pytest.mark.parametrize(
    "status, complete", [("completed", True), ("amended", True), ("in-progress", False), ("entered-in-error", False)]
)
def test_the_status_says_whether_a_response_is_complete(status: Any, complete: bool) -> None:
    asked = one(required=True)
    assert bool(validate(asked, build(asked, {}, status))) is complete


def test_a_required_item_that_is_not_asked_is_not_missing() -> None:
    asked = questionnaire(item("a", "boolean"), item("b", required=True, enableWhen=[when("a", answerBoolean=True)]))
    assert faults(asked, a=False) == set()
    assert faults(asked, a=True) == {("b", "required-missing")}


def test_a_required_question_beneath_an_answer_is_missing() -> None:
    asked = questionnaire(choice("a", "0", "1", item=[item("why", required=True)]))
    assert faults(asked, a="1") == {("why", "required-missing")}
    assert faults(asked, a="1", why="because") == set()


def test_a_required_question_beneath_a_question_that_may_be_skipped_and_was_is_not_missing() -> None:
    asked = questionnaire(choice("a", "0", "1", item=[item("why", required=True), item("more")]))
    assert faults(asked) == set()
    left_open = ResponseItem("a", items=(said("more", "x"),), has_empty_answer=True)
    assert shaped(asked, left_open) == {("why", "required-missing")}


def test_an_answer_to_a_group_is_refused_though_it_has_no_value() -> None:
    asked = questionnaire(group("g", item("a")))
    assert shaped(asked, ResponseItem("g", items=(said("a", "x"),), has_empty_answer=True)) == {
        ("g", "answer-to-group")
    }


def test_a_required_group_without_any_answer_is_missing() -> None:
    assert faults(questionnaire(group("g", item("b"), required=True))) == {("g", "required-missing")}


def test_a_response_to_another_questionnaire_or_version_is_refused() -> None:
    asked = one()
    assert found(asked, QuestionnaireResponse(asked.url, "completed")) == {(None, "other-questionnaire")}
    assert found(asked, QuestionnaireResponse(f"{asked.url}|2.0.0", "completed")) == {(None, "other-questionnaire")}


@pytest.mark.parametrize("kind", ["attachment", "reference"])
def test_a_text_is_no_file_and_no_reference(kind: str) -> None:
    assert faults(one(kind), a="x") == {("a", "wrong-type")}


# Refused for its shape


def shaped(asked: Questionnaire, *items: ResponseItem) -> set[tuple[str | None, str]]:
    """What is wrong with a response of this very shape."""
    return found(asked, QuestionnaireResponse(asked.canonical, "completed", items))


def said(link_id: str, *values: Any, beneath: tuple[ResponseItem, ...] = ()) -> ResponseItem:
    """An answered item."""
    return ResponseItem(link_id, tuple(Answer(value, beneath) for value in values))


def test_an_item_in_another_place_is_refused() -> None:
    asked = questionnaire(group("g", item("a")), item("b"))
    assert shaped(asked, said("a", "x")) == {("a", "item-in-wrong-place")}
    assert shaped(asked, said("b", "x", beneath=(said("a", "x"),))) == {("a", "item-in-wrong-place")}


def test_what_lies_beneath_an_unknown_item_is_named_too() -> None:
    deeper = ResponseItem("ghost", (Answer(1, (said("deeper", 1),)),), (said("a", "x"),))
    assert shaped(one(), deeper) == {
        ("ghost", "unknown-item"),
        ("deeper", "unknown-item"),
        ("a", "item-in-wrong-place"),
    }


def test_a_question_that_stands_twice_is_refused() -> None:
    asked = one(repeats=True)
    assert shaped(asked, said("a", "x"), said("a", "y")) == {("a", "item-given-twice")}
    assert shaped(asked, said("a", "x", "y")) == set()


def test_a_group_stands_twice_only_where_it_repeats() -> None:
    given_twice = (ResponseItem("g", (), (said("a", "x"),)), ResponseItem("g", (), (said("a", "y"),)))
    assert shaped(questionnaire(group("g", item("a"))), *given_twice) == {("g", "too-many-answers")}
    assert shaped(questionnaire(group("g", item("a"), repeats=True)), *given_twice) == set()


def test_each_repetition_of_a_group_is_judged_by_itself() -> None:
    asked = questionnaire(group("g", item("a", required=True), item("b"), repeats=True))
    assert shaped(asked, ResponseItem("g", (), (said("a", "x"),)), ResponseItem("g", (), (said("b", "y"),))) == {
        ("a", "required-missing")
    }
    assert shaped(asked) == set()


def test_a_group_and_a_shown_text_cannot_be_answered() -> None:
    asked = questionnaire(group("g", item("a")), item("d", "display"))
    assert shaped(asked, said("g", "x"), said("d", "x")) == {("g", "answer-to-group"), ("d", "answer-to-display")}


def test_items_beside_an_answer_are_refused() -> None:
    asked = questionnaire(item("a", item=[item("b")]))
    beside = ResponseItem("a", (Answer("x"),), (said("b", "y"),))
    assert shaped(asked, beside) == {("a", "item-beside-answer")}


# Valid


def test_a_whole_number_may_come_as_a_decimal_and_a_decimal_as_a_whole_number() -> None:
    assert faults(one("integer"), a=Decimal("5")) == set()
    assert shaped(one("decimal"), said("a", 5)) == set()


def test_an_empty_response_to_nothing_required_is_valid() -> None:
    assert faults(questionnaire(group("g", item("a"), repeats=True), choice("b", "1"))) == set()


def test_the_sentence_says_what_and_where() -> None:
    asked = one("decimal", extension=[extension("maxValue", valueDecimal=45)])
    (problem,) = validate(asked, build(asked, {"a": 46}))
    assert problem.text == "a: the answer is above 45"


# Whatever is answered

_EVERYTHING = questionnaire(
    choice("ill", "no", "yes", required=True),
    group(
        "more",
        item("since", "date", extension=[extension("minValue", valueDate="2020-01-01")]),
        item("times", "integer", required=True, extension=[extension("minValue", valueInteger=0)]),
        item("where", "open-choice", repeats=True, answerOption=[option("head"), option("foot")]),
        enableWhen=[when("ill", answerCoding=coding("yes"))],
    ),
    item(
        "heat",
        "decimal",
        extension=[extension("maxDecimalPlaces", valueInteger=1), extension("maxValue", valueDecimal=45)],
    ),
    item("clock", "time"),
    item("moment", "dateTime"),
    item("weight", "quantity", extension=[extension("questionnaire-unit", valueCoding={"code": "kg"})]),
    item("words", "text", maxLength=20, item=[item("sure", "boolean")]),
    item("link", "url"),
)

_WORDS = st.text(st.characters(categories=["L", "N", "S"]), min_size=1, max_size=20)
_VALID: dict[str, st.SearchStrategy[Any]] = {
    "ill": st.sampled_from(["no", "yes"]),
    "since": st.dates(min_value=date(2020, 1, 1)),
    "times": st.integers(0, 2**31 - 1),
    "where": st.lists(st.sampled_from(["head", "foot", "an elbow"]), unique=True, min_size=1),
    "heat": st.decimals(30, 45, places=1),
    "clock": st.times(),
    "moment": st.datetimes(timezones=st.just(UTC)),
    "weight": st.decimals(1, 300, places=1),
    "words": _WORDS,
    "sure": st.booleans(),
    "link": st.just("https://example.org/"),
}
_FAULTY: list[tuple[str, Any, str]] = [
    ("ill", "maybe", "option-not-offered"),
    ("ill", True, "wrong-type"),
    ("since", date(2019, 12, 31), "too-low"),
    ("times", Decimal("5.9"), "not-an-integer"),
    ("times", -1, "too-low"),
    ("where", ["head", "head"], "option-chosen-twice"),
    ("heat", Decimal("36.85"), "too-many-decimals"),
    ("heat", Decimal("45.1"), "too-high"),
    ("heat", [36, 37], "too-many-answers"),
    ("clock", "noon", "wrong-type"),
    ("moment", date(2024, 1, 1), "wrong-type"),
    ("weight", Quantity(Decimal(1), "g"), "other-unit"),
    ("words", "x" * 21, "too-long"),
    ("words", "\x07", "unusable-characters"),
    ("sure", 1, "wrong-type"),
    ("link", "a b", "not-an-address"),
    ("ghost", "boo", "unknown-item"),
]


@st.composite
def valid_answers(draw: st.DrawFn) -> dict[str, Any]:
    """Answers as a patient could give them, item by item, each only where it is asked."""
    answers: dict[str, Any] = {}
    for asked in _EVERYTHING.judging_order:
        here = asked.is_question and asked.link_id in enabled(_EVERYTHING, build(_EVERYTHING, answers))
        if here and (asked.required or draw(st.booleans())):
            answers[asked.link_id] = draw(_VALID[asked.link_id])
    return answers


@sized
@given(valid_answers())
def test_whatever_is_answered_as_asked_is_valid(answers: dict[str, Any]) -> None:
    assert validate(_EVERYTHING, build(_EVERYTHING, answers)) == ()


@sized
@given(valid_answers(), st.sampled_from(_FAULTY))
def test_each_planted_fault_is_found_and_nothing_else(answers: dict[str, Any], fault: tuple[str, Any, str]) -> None:
    link_id, value, code = fault
    holder = _EVERYTHING.parent(link_id)
    assume(holder is None or holder.link_id != "more" or answers["ill"] == "yes")
    if link_id == "ill":
        answers = {key: given for key, given in answers.items() if key not in ("since", "times", "where")}
    assert found(_EVERYTHING, build(_EVERYTHING, answers | {link_id: value})) == {(link_id, code)}


@sized
@given(valid_answers(), st.sampled_from(["since", "times", "where"]))
def test_an_answer_to_what_was_not_asked_is_always_found(answers: dict[str, Any], link_id: str) -> None:
    answers = {key: given for key, given in answers.items() if key not in ("since", "times", "where")} | {"ill": "no"}
    value = {"since": date(2024, 1, 1), "times": 1, "where": "head"}[link_id]
    assert found(_EVERYTHING, build(_EVERYTHING, answers | {link_id: value})) == {("more", "disabled-item-answered")}


@sized
@given(valid_answers())
def test_a_required_answer_left_out_is_always_found(answers: dict[str, Any]) -> None:
    without = {key: given for key, given in answers.items() if key not in ("ill", "since", "times", "where")}
    assert found(_EVERYTHING, build(_EVERYTHING, without)) == {("ill", "required-missing")}


_ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.binary(max_size=2),
    st.decimals(),
    st.integers(),
    st.text(max_size=3),
    st.datetimes(),
    st.times(),
    st.builds(object),
    st.builds(Quantity, st.decimals()),
)


@sized
@given(st.lists(st.tuples(st.sampled_from([*_VALID, "more", "ghost"]), st.lists(_ODD, max_size=2)), max_size=6))
def test_nothing_that_is_answered_raises(answers: list[tuple[str, list[Any]]]) -> None:
    items = tuple(said(link_id, *values) for link_id, values in answers)
    problems = validate(_EVERYTHING, QuestionnaireResponse(_EVERYTHING.canonical, "completed", items))
    assert all(problem.code in SENTENCES and problem.text for problem in problems)
