"""A scoring key is refused by scale and item where it does not fit its questionnaire."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from questionnaires.definition import Questionnaire
from questionnaires.problems import QuestionnaireError
from questionnaires.scoring import ScoringKey, parse_key
from questionnaires.sentences import SENTENCES
from questionnaires.units import UCUM
from tests.questionnaires.samples import (
    ANY_JSON,
    HL7,
    URL,
    Node,
    choice,
    damaged,
    group,
    item,
    option,
    questionnaire,
    sized,
)

ASKED = questionnaire(
    choice("a", "0", "1", "2", "3", "4"),
    choice("b", "0", "1", "2", "3", "4", "not-applicable"),
    item("n", "integer"),
    item("t", "text"),
    choice("words", "none", "some"),
    choice("seven", "1", "7"),
    group("g", item("r", "integer"), repeats=True),
    item("o", "open-choice", answerOption=[option("1")]),
)


def scale(**fields: Any) -> Node:
    """A sound scale, but for these fields; None leaves a field out."""
    sound = {
        "code": "s",
        "title": {"nb": "S"},
        "kind": "scale",
        "method": "mean",
        "items": ["a", "b"],
        "direction": "low is good",
    }
    return {name: value for name, value in (sound | fields).items() if value is not None}


def composite(*pairs: tuple[str, str], **fields: Any) -> Node:
    """A composite of these items and kinds."""
    attributes = [{"item": link_id, "kind": kind} for link_id, kind in pairs]
    return scale(method="composite", kind="level", items=None, attributes=attributes, **fields)


def key(*scales: Node, **fields: Any) -> Node:
    """A key of these scales."""
    return {
        "name": "k",
        "version": "1.0.0",
        "questionnaire": URL,
        "source": "made up",
        "scales": list(scales),
        **fields,
    }


def units(*codes: str) -> list[Node]:
    """The units that an amount may be given in."""
    return [{"url": HL7 + "questionnaire-unitOption", "valueCoding": {"system": UCUM, "code": code}} for code in codes]


def refused(document: Any, asked: Questionnaire | None = ASKED) -> str:
    """What a key is refused for."""
    with pytest.raises(QuestionnaireError) as caught:
        parse_key(document, asked)
    assert all(problem.code in SENTENCES for problem in caught.value.problems)
    return str(caught.value)


@pytest.mark.parametrize("broken", [None, [], "x", 5, True])
def test_what_is_no_key_is_refused(broken: Any) -> None:
    assert refused(broken) == "the document is no scoring key"


@pytest.mark.parametrize("field", ["name", "version", "questionnaire", "source"])
@pytest.mark.parametrize("value", [None, "", Decimal("1.0")])
def test_a_key_says_what_it_is_and_where_it_comes_from(field: str, value: Any) -> None:
    assert f"{field} should be text" in refused(key(scale()) | {field: value})


@pytest.mark.parametrize("scales", [None, [], ["s"], {}])
def test_a_key_without_scales_is_refused(scales: Any) -> None:
    assert refused(key() | {"scales": scales}) == "there are no scales"


def test_a_misspelt_field_is_refused_and_not_passed_over() -> None:
    assert refused(key(scale(minimumanswered=1))) == "scale s: minimumanswered is not a field that is known here"
    assert refused(key(scale(), scored=True)) == "scored is not a field that is known here"


def test_an_unknown_item_is_refused_by_scale_and_item() -> None:
    assert refused(key(scale(items=["a", "ghost"]))) == "ghost: scale s: the questionnaire has no such item"
    assert refused(key(composite(("ghost", "severity")))) == "ghost: scale s: the questionnaire has no such item"


def test_a_turned_item_that_the_scale_does_not_have_is_refused() -> None:
    assert refused(key(scale(reverse=["n"], low=0, high=4))) == "n: scale s: the questionnaire has no such item"


def test_an_item_that_stands_twice_is_refused() -> None:
    assert refused(key(scale(items=["a", "a"]))) == "a: scale s: the item stands more than once"
    assert "a: scale s: the item stands more than once" in refused(
        key(composite(("a", "frequency"), ("a", "severity")))
    )


def test_a_scale_that_stands_twice_is_refused() -> None:
    assert refused(key(scale(), scale())) == "the scale s stands more than once"


@pytest.mark.parametrize("link_id", ["t", "g", "o"])
def test_an_item_that_gives_no_number_is_refused(link_id: str) -> None:
    assert f"{link_id}: scale s: the item gives no number" in refused(key(scale(items=[link_id])))


def test_an_item_with_several_answers_is_refused() -> None:
    assert refused(key(scale(items=["r"]))) == "r: scale s: the item can have several answers"


def test_an_item_that_may_be_answered_in_several_units_is_refused() -> None:
    asked = questionnaire(item("q", "quantity", extension=units("mmol/L", "mg/dL")))
    assert refused(key(scale(items=["q"])), asked) == "q: scale s: the item can be answered in several units"
    assert parse_key(key(scale(items=["q"])), questionnaire(item("q", "quantity", extension=units("mmol/L")))).scales


def test_an_option_without_ordinal_is_refused_unless_it_says_not_applicable() -> None:
    assert refused(key(scale(items=["words"]))) == (
        "words: scale s: the option none has no ordinal; words: scale s: the option some has no ordinal"
    )
    assert parse_key(key(scale(items=["b"])), ASKED).scales[0].items == ("b",)


def test_an_option_outside_the_bounds_is_refused() -> None:
    beyond = "seven: scale s: the ordinal of option 7 lies outside 0 to 4"
    assert refused(key(scale(items=["seven"], low=0, high=4))) == beyond
    assert refused(key(composite(("seven", "severity")))) == beyond


@pytest.mark.parametrize(
    "fields",
    [
        {"title": None},
        {"title": {}},
        {"title": "S"},
        {"title": {"nb": ""}},
        {"kind": "grade"},
        {"method": "median"},
        {"method": None},
        {"direction": None},
        {"items": None},
        {"items": []},
        {"items": "a"},
        {"items": [1]},
        {"minimumAnswered": 0},
        {"minimumAnswered": 3},
        {"minimumAnswered": 1.5},
        {"minimumAnswered": True},
        {"low": "0"},
        {"low": 4, "high": 4},
        {"method": "single"},
        {"method": "percent"},
        {"method": "percent", "low": 0},
        {"reverse": ["a"]},
        {"attributes": []},
        {"method": "composite"},
    ],
)
def test_a_scale_with_a_wrong_field_is_refused_by_its_code(fields: Node) -> None:
    assert "scale s: " in refused(key(scale(**fields)))


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("a", "severity"), ("b", "frequency")],
        [("a", "severity"), ("b", "severity")],
        [("a", "presence")],
    ],
)
def test_attributes_that_the_table_does_not_know_are_refused(pairs: list[tuple[str, str]]) -> None:
    assert "scale s: attributes should be frequency, severity, interference" in refused(key(composite(*pairs)))


def test_a_composite_wants_all_its_attributes() -> None:
    assert "minimumAnswered" in refused(key(composite(("a", "frequency"), ("b", "severity"), minimumAnswered=1)))


def test_a_key_to_another_questionnaire_is_refused() -> None:
    assert refused(key(scale()) | {"questionnaire": "urn:other"}) == f"questionnaire is urn:other, not {URL}"


def test_a_scale_is_read_with_all_it_says() -> None:
    made = parse_key(key(scale(reverse=["a"], low=0, high=Decimal("4.0"), minimumAnswered=1)), ASKED)
    (read,) = made.scales
    assert (made.name, made.version, made.questionnaire, made.source) == ("k", "1.0.0", URL, "made up")
    assert (read.code, str(read.title), read.method, read.items) == ("s", "S", "mean", ("a", "b"))
    assert (read.minimum_answered, read.low, read.high, read.reverse) == (1, Decimal(0), Decimal(4), frozenset("a"))
    assert (read.direction, read.kind) == ("low is good", "scale")
    assert made.scale("s") is read
    assert made.scale("t") is None


def test_everything_is_wanted_where_no_minimum_is_said() -> None:
    assert parse_key(key(scale())).scales[0].minimum_answered == 2


def test_an_amount_is_read_as_interference() -> None:
    (read,) = parse_key(key(composite(("a", "amount"))), ASKED).scales
    assert (read.items, read.attribute_kinds) == (("a",), ("interference",))


@sized
@given(ANY_JSON)
def test_no_json_value_raises_anything_but_a_questionnaire_error(value: Any) -> None:
    for document in (value, key() | {"scales": value}, key(scale() | {"items": value, "title": value})):
        _read_or_refuse(document)


@sized
@given(damaged(key(scale(reverse=["a"], low=0, high=4), composite(("a", "frequency"), ("b", "severity"), code="c"))))
def test_no_damage_to_a_sound_key_raises_anything_but_a_questionnaire_error(value: Any) -> None:
    _read_or_refuse(value)


def _read_or_refuse(document: Any) -> None:
    made = _read(document)
    assert isinstance(made, ScoringKey) or (made and all(code in SENTENCES for code in made))


def _read(document: Any) -> ScoringKey | list[str]:
    try:
        return parse_key(document, ASKED)
    except QuestionnaireError as error:
        return [problem.code for problem in error.problems]
