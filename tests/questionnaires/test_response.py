"""Answers become a response, and a response goes out as FHIR and comes back the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.definition import Coding, Quantity, Uri
from questionnaires.documents import dumps, loads
from questionnaires.problems import ResponseError
from questionnaires.response import Answer, QuestionnaireResponse, ResponseItem, build, from_fhir, to_fhir
from questionnaires.sentences import SENTENCES
from tests.questionnaires.samples import (
    ANY_JSON,
    SYSTEM,
    Node,
    answered,
    choice,
    damaged,
    extension,
    group,
    item,
    questionnaire,
    response_document,
    sized,
)


def refused(*items: Node, **fields: Any) -> set[tuple[str | None, str]]:
    """What a response document is refused for: linkIds and codes."""
    with pytest.raises(ResponseError) as caught:
        from_fhir(response_document(*items, **fields))
    return {(problem.link_id, problem.code) for problem in caught.value.problems}


# What is no response


@pytest.mark.parametrize("broken", [None, True, 7, "text", [], {}, {"resourceType": "Questionnaire"}])
def test_what_is_not_a_response_is_refused(broken: Any) -> None:
    with pytest.raises(ResponseError):
        from_fhir(broken)


@pytest.mark.parametrize("value", [None, "", 5, [], {}])
def test_a_response_to_no_questionnaire_is_refused(value: Any) -> None:
    assert refused(questionnaire=value) == {(None, "wrong-field")}


@pytest.mark.parametrize("status", [None, "stopped", "done", 5, ["completed"]])
def test_a_status_that_prom_does_not_know_is_refused(status: Any) -> None:
    assert refused(status=status) == {(None, "wrong-field")}


@pytest.mark.parametrize(
    "value, code",
    [
        ({}, "no-value"),
        ({"valueInteger": 5, "valueDecimal": 5}, "several-values"),
        ({"valueInteger": True}, "wrong-kind"),
        ({"valueInteger": 5.9}, "not-an-integer"),
        ({"valueInteger": 5.0}, "not-an-integer"),
        ({"valueInteger": Decimal("5.0")}, "not-an-integer"),
        ({"valueInteger": "5"}, "wrong-kind"),
        ({"valueInteger": 2**31}, "number-out-of-range"),
        ({"valueDecimal": "36.8"}, "wrong-kind"),
        ({"valueDecimal": False}, "wrong-kind"),
        ({"valueBoolean": 1}, "wrong-kind"),
        ({"valueBoolean": "true"}, "wrong-kind"),
        ({"valueString": ""}, "blank-text"),
        ({"valueString": 5}, "wrong-kind"),
        ({"valueDate": "2024-13"}, "no-such-moment"),
        ({"valueDate": "0000"}, "no-such-moment"),
        ({"valueDate": "2023-02-29"}, "no-such-moment"),
        ({"valueDate": "20240501"}, "wrong-kind"),
        ({"valueDateTime": "2024-02-30"}, "no-such-moment"),
        ({"valueDateTime": "2024-05-01T12:00:00"}, "wrong-kind"),
        ({"valueTime": "12:30"}, "wrong-kind"),
        ({"valueTime": "24:00:00"}, "no-such-moment"),
        ({"valueCoding": {"system": SYSTEM}}, "coding-without-code"),
        ({"valueCoding": "1"}, "wrong-kind"),
        ({"valueQuantity": {"unit": "kg"}}, "no-value"),
        ({"valueQuantity": {"value": 5, "comparator": "<"}}, "unsupported-value"),
        ({"valueAttachment": {"data": "x"}}, "unsupported-value"),
    ],
)
def test_a_value_that_is_not_what_it_says_is_refused_by_name(value: Node, code: str) -> None:
    assert refused(answered("a", **value)) == {("a", code)}


@pytest.mark.parametrize("number", [float("nan"), float("-inf"), Decimal("NaN"), Decimal("1E+400")])
def test_a_number_that_nothing_can_be_done_with_is_refused(number: Any) -> None:
    assert refused(answered("a", valueDecimal=number)) == {(None, "number-out-of-range")}


@pytest.mark.parametrize("field", ["system", "code", "display"])
@pytest.mark.parametrize("wrong", [None, "", True, 1, ["1"], {}])
def test_a_coding_is_refused_though_one_much_like_it_was_read_before(field: str, wrong: Any) -> None:
    sound = {"system": SYSTEM, "code": "1", "display": "Says 1"}
    given = [answered("a", valueCoding=sound), answered("b", valueCoding=sound | {field: wrong})]
    assert refused(*given) == {("b", "blank-text" if wrong == "" else "wrong-kind")}


def test_an_item_without_link_id_is_refused_at_its_parent() -> None:
    assert refused({"linkId": "g", "item": [{"answer": []}]}) == {("g", "no-link-id")}


def test_an_element_that_changes_the_meaning_is_refused() -> None:
    assert refused({**answered("a", valueInteger=1), "modifierExtension": []}) == {("a", "modifier")}


def test_a_response_nested_without_end_is_refused() -> None:
    nested: Node = {"linkId": "deepest"}
    for index in range(50_000):
        nested = {"linkId": str(index), "item": [nested]}
    assert refused(nested) == {(None, "nested-too-deep")}


def test_the_message_may_be_logged_for_it_holds_no_answer() -> None:
    with pytest.raises(ResponseError) as caught:
        from_fhir(response_document(answered("a", valueInteger="my secret"), answered("b", valueDate="Monday")))
    assert str(caught.value) == "a: wrong-kind; b: wrong-kind"


# What is read


def test_an_unknown_item_survives_so_that_it_can_be_named() -> None:
    read = from_fhir(response_document({"linkId": "ghost", "item": [answered("deeper", valueInteger=1)]}))
    assert read.answers_to("deeper") == (1,)


def test_a_whole_number_is_taken_also_when_it_comes_as_a_decimal() -> None:
    read = from_fhir(response_document(answered("a", valueInteger=Decimal(5))))
    assert read.answers_to("a") == (5,)
    assert type(read.answers_to("a")[0]) is int


def test_a_decimal_keeps_its_digits() -> None:
    came = dumps(response_document(answered("a", valueDecimal=Decimal("36.80"))))
    assert '"valueDecimal":36.80' in came
    read = from_fhir(loads(came))
    assert str(read.answers_to("a")[0]) == "36.80"
    assert '"valueDecimal":36.80' in dumps(to_fhir(read))


def test_answers_are_found_however_deep_and_in_every_repetition() -> None:
    first = {"linkId": "g", "item": [answered("a", valueInteger=1)]}
    second = {
        "linkId": "g",
        "item": [{"linkId": "a", "answer": [{"valueInteger": 2, "item": [answered("b", valueString="x")]}]}],
    }
    read = from_fhir(response_document(first, second))
    assert read.answers_to("a") == (1, 2)
    assert read.flat() == {"a": (1, 2), "b": ("x",)}
    assert read.answers_to("c") == ()


# What is built


def test_a_flat_mapping_is_nested_by_the_structure_of_the_questionnaire() -> None:
    asked = questionnaire(group("g", choice("a", "0", "1", item=[item("why")])), item("b", "integer"))
    made = build(asked, {"why": "because", "b": 3, "a": "1"}, language="nn")
    assert made == QuestionnaireResponse(
        asked.canonical,
        "completed",
        (
            ResponseItem("g", (), (ResponseItem("a", (Answer(Coding(SYSTEM, "1"), (_answer("why", "because"),)),)),)),
            _answer("b", 3),
        ),
        "nn",
    )


def test_what_was_asked_beneath_a_question_without_answer_is_kept() -> None:
    made = build(questionnaire(item("a", item=[item("b")])), {"b": "x"})
    assert made.items == (ResponseItem("a", (), (_answer("b", "x"),)),)


def test_an_answer_without_a_value_holds_what_lies_beneath_a_question_left_open() -> None:
    beneath = [{"linkId": "b", "answer": [{"valueString": "x"}]}]
    document = {"resourceType": "QuestionnaireResponse", "questionnaire": "urn:q", "status": "completed"}
    read = from_fhir({**document, "item": [{"linkId": "a", "answer": [{"item": beneath}]}]})
    assert read.flat() == {"b": ("x",)}
    assert to_fhir(read)["item"] == [{"linkId": "a", "item": beneath}]


def test_nothing_is_no_answer() -> None:
    asked = questionnaire(group("g", item("a")), item("b", "integer"))
    assert build(asked, {"a": None, "b": []}).items == ()


def test_a_choice_is_given_by_its_code_and_an_unknown_code_stays_a_text() -> None:
    made = build(questionnaire(choice("a", "0", "1", repeats=True)), {"a": ["1", "7"]})
    assert made.answers_to("a") == (Coding(SYSTEM, "1"), "7")


def test_values_become_what_the_item_asks_for() -> None:
    unit = extension("questionnaire-unit", valueCoding={"code": "kg"})
    asked = questionnaire(
        item("d", "decimal"), item("q", "quantity", extension=[unit]), item("u", "url"), item("i", "integer")
    )
    made = build(asked, {"d": 37, "q": 70.5, "u": "https://example.org", "i": 5.9})
    assert repr(made.answers_to("d")) == "(Decimal('37'),)"
    assert made.answers_to("q") == (Quantity(Decimal("70.5"), "kg", None, "kg"),)
    assert isinstance(made.answers_to("u")[0], Uri)
    assert made.answers_to("i") == (Decimal("5.9"),)


@pytest.mark.parametrize("kind", ["decimal", "quantity"])
def test_true_is_not_turned_into_a_number(kind: str) -> None:
    assert build(questionnaire(item("a", kind)), {"a": True}).answers_to("a") == (True,)


def test_an_unknown_item_is_built_so_that_it_can_be_named() -> None:
    assert build(questionnaire(item("a")), {"ghost": 5}).items == (_answer("ghost", 5),)


def _answer(link_id: str, value: Any) -> ResponseItem:
    return ResponseItem(link_id, (Answer(value),))


# Out and in again

_TEXTS = st.text(st.characters(min_codepoint=33, exclude_categories=["C", "Z"]), min_size=1, max_size=8)
_DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, places=3)
_VALUES: st.SearchStrategy[Any] = st.one_of(
    st.booleans(),
    st.integers(-(2**31) + 1, 2**31 - 1),
    _DECIMALS,
    _TEXTS,
    _TEXTS.map(Uri),
    st.dates(),
    st.builds(
        datetime,
        st.integers(1900, 2100),
        st.integers(1, 12),
        st.integers(1, 28),
        st.integers(0, 23),
        st.integers(0, 59),
        st.integers(0, 59),
        st.integers(0, 999_999),
        st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=3, minutes=30))]),
    ),
    st.times().map(lambda moment: moment.replace(fold=0)),
    st.builds(Coding, st.none() | _TEXTS, _TEXTS),
    st.builds(Quantity, _DECIMALS, st.none() | _TEXTS, st.none() | _TEXTS, st.none() | _TEXTS),
)
_ITEMS: st.SearchStrategy[ResponseItem] = st.recursive(
    st.builds(ResponseItem, _TEXTS, st.lists(st.builds(Answer, _VALUES), min_size=1, max_size=2).map(tuple)),
    lambda inner: (
        st.builds(ResponseItem, _TEXTS, st.just(()), st.lists(inner, max_size=3).map(tuple))
        | st.builds(ResponseItem, _TEXTS, st.tuples(st.builds(Answer, _VALUES, st.lists(inner, max_size=2).map(tuple))))
    ),
    max_leaves=5,
)


@sized
@given(st.lists(_ITEMS, max_size=4), st.sampled_from(["in-progress", "completed", "amended", "entered-in-error"]))
def test_a_response_comes_back_from_fhir_as_it_went(items: list[ResponseItem], status: Any) -> None:
    sent = QuestionnaireResponse("urn:x|1", status, tuple(items), "nb")
    assert repr(from_fhir(loads(dumps(to_fhir(sent))))) == repr(sent)


def test_instants_keep_their_zone() -> None:
    sent = datetime(2026, 3, 29, 1, 59, tzinfo=timezone(timedelta(hours=1)))
    read = from_fhir(response_document(answered("a", valueDateTime=sent.isoformat())))
    assert read.answers_to("a") == (sent,)
    assert to_fhir(read)["item"][0]["answer"] == [{"valueDateTime": "2026-03-29T01:59:00+01:00"}]


def test_dates_and_times_are_read() -> None:
    read = from_fhir(response_document(answered("d", valueDate="2024-02-29"), answered("t", valueTime="09:05:00")))
    assert read.flat() == {"d": (date(2024, 2, 29),), "t": (time(9, 5),)}


@sized
@given(ANY_JSON)
def test_no_json_value_raises_anything_but_a_response_error(value: Any) -> None:
    _read_or_refuse(value)
    _read_or_refuse(response_document() | {"item": value})


_SOUND = response_document(
    {
        "linkId": "g",
        "item": [answered("a", valueCoding={"system": SYSTEM, "code": "1"}), answered("b", valueDecimal=1.5)],
    },
    answered("c", valueQuantity={"value": 70, "unit": "kg"}),
    answered("d", valueDate="2024-02-29"),
    language="nb",
)


@sized
@given(damaged(_SOUND))
def test_no_damage_to_a_sound_response_raises_anything_but_a_response_error(value: Any) -> None:
    _read_or_refuse(value)


def _read_or_refuse(value: Any) -> None:
    codes = _codes(value)
    assert codes <= SENTENCES.keys()


def _codes(value: Any) -> set[str]:
    try:
        read = from_fhir(value)
    except ResponseError as error:
        return {problem.code for problem in error.problems} or {"refused without a reason"}
    return set() if from_fhir(to_fhir(read)) == read else {"not the same again"}
