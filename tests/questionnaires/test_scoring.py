"""What answers are worth. The worked values are those of clinical.md 1.1, 1.2, 1.4 and 6, on wording of our own."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.definition import Coding
from questionnaires.response import Answer, QuestionnaireResponse, ResponseItem, build
from questionnaires.scoring import Score, attributes, parse_key, score
from tests.questionnaires.samples import URL, Node, choice, coding, extension, item, option, questionnaire, sized, when

LADDER = ("0", "1", "2", "3", "4")


def scale(method: str, items: list[str], **fields: Any) -> Node:
    """One scale called s."""
    made = {"code": "s", "title": {"en": "S"}, "kind": "scale", "method": method, "direction": "low is good", **fields}
    return made | ({} if method == "composite" else {"items": items})


def key_document(*scales: Node) -> Node:
    """A key to the sample."""
    return {"name": "sample", "version": "1.0.0", "questionnaire": URL, "source": "made up", "scales": list(scales)}


_NUMBERS = questionnaire(*(item(link_id, "integer") for link_id in "abcde"))


def scored(method: str, answers: dict[str, Any], **fields: Any) -> Score:
    """The score of a scale of a, b, c, d, e, as many as there are answers, None where one is missing."""
    key = parse_key(key_document(scale(method, list(answers), **fields)), _NUMBERS)
    return score(key, _NUMBERS, build(_NUMBERS, answers))["s"]


def test_one_key_scores_each_version_of_its_questionnaire_by_what_that_version_says() -> None:
    ordinals = [[extension("ordinalValue", valueDecimal=number)] for number in (1, 3)]
    options = [{"valueCoding": coding("x") | {"extension": ordinal}} for ordinal in ordinals]
    versions = [questionnaire(item("a", "choice", answerOption=[each])) for each in options]
    key = parse_key(key_document(scale("single", ["a"])), versions[0])
    response = build(versions[0], {"a": "x"})
    assert [score(key, each, response)["s"].value for each in (*versions, versions[0])] == [1.0, 3.0, 1.0]


# Composites: one symptom, asked as in the symptom check


def symptom(*kinds: str) -> tuple[Any, Any]:
    """A questionnaire and key of one symptom whose second and third attributes are asked only above 0."""
    present = {"enableWhen": [when(f"x-{kinds[0]}", "!=", answerCoding=coding("0"))]}
    codes = (*LADDER, "not-applicable")
    asked = questionnaire(*(choice(f"x-{kind}", *codes, **(present if kind != kinds[0] else {})) for kind in kinds))
    pairs = [{"item": f"x-{kind}", "kind": kind} for kind in kinds]
    return asked, parse_key(key_document(scale("composite", [], kind="level", attributes=pairs)), asked)


def composite(**answers: str) -> Score:
    """The level of a symptom; None leaves out an attribute that the symptom has."""
    asked, key = symptom(*answers)
    return score(key, asked, build(asked, {f"x-{kind}": code for kind, code in answers.items()}))["s"]


@pytest.mark.hazard("H04")
def test_an_attribute_that_was_asked_and_not_answered_leaves_no_level() -> None:
    assert composite(frequency="2", severity=None) == Score("s", None, "not answered")  # type: ignore[arg-type]


def test_a_first_attribute_without_answer_leaves_no_level() -> None:
    assert composite(frequency=None, severity=None) == Score("s", None, "not answered")  # type: ignore[arg-type]


def test_not_applicable_leaves_no_level_and_is_not_nought() -> None:
    assert composite(frequency="not-applicable", severity=None) == Score("s", None, "not applicable")  # type: ignore[arg-type]
    assert composite(severity="3", interference="not-applicable") == Score("s", None, "not applicable")


def test_what_was_not_asked_because_the_first_is_nought_counts_nought() -> None:
    assert composite(frequency="0", severity=None, interference=None) == Score("s", 0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("second", [None, "0", "4", "not-applicable"])
def test_nought_first_is_level_nought_also_where_everything_is_asked(second: str | None) -> None:
    asked = questionnaire(choice("a", *LADDER), choice("b", *LADDER, "not-applicable"))
    pairs = [{"item": "a", "kind": "frequency"}, {"item": "b", "kind": "severity"}]
    key = parse_key(key_document(scale("composite", [], kind="level", attributes=pairs)), asked)
    response = build(asked, {"a": "0", "b": second})
    assert score(key, asked, response)["s"] == Score("s", 0.0)
    expected = {None: 0.0, "0": 0.0, "4": 4.0, "not-applicable": None}[second]
    assert attributes(key, asked, response, "s") == {"a": 0.0, "b": expected}


@pytest.mark.parametrize(
    "answers, level",
    [
        ({"frequency": "0"}, 0),
        ({"frequency": "2"}, 1),
        ({"frequency": "4"}, 3),
        ({"severity": "3"}, 3),
        ({"interference": "4"}, 2),
        ({"frequency": "1", "severity": "0"}, 1),
        ({"frequency": "3", "severity": "3"}, 3),
        ({"frequency": "2", "interference": "4"}, 2),
        ({"severity": "2", "interference": "4"}, 3),
        ({"frequency": "1", "severity": "0", "interference": "0"}, 0),
        ({"frequency": "2", "severity": "0", "interference": "0"}, 0),
        ({"frequency": "3", "severity": "0", "interference": "0"}, 1),
        ({"frequency": "4", "severity": "4", "interference": "4"}, 3),
    ],
)
def test_the_level_of_a_symptom_is_that_of_the_table(answers: dict[str, str], level: int) -> None:
    assert composite(**answers) == Score("s", float(level))


def test_an_answer_to_an_attribute_that_was_not_asked_does_not_count() -> None:
    asked, key = symptom("frequency", "severity")
    response = build(asked, {"x-frequency": "0", "x-severity": "4"})
    assert score(key, asked, response)["s"] == Score("s", 0.0)
    assert attributes(key, asked, response, "s") == {"x-frequency": 0.0, "x-severity": 0.0}


def test_attributes_are_read_and_a_missing_one_is_none() -> None:
    asked, key = symptom("frequency", "severity", "interference")
    response = build(asked, {"x-frequency": "2", "x-severity": "3"})
    assert attributes(key, asked, response, "s") == {"x-frequency": 2.0, "x-severity": 3.0, "x-interference": None}
    assert attributes(key, asked, build(asked, {"x-frequency": "0"}), "s") == dict.fromkeys(
        ("x-frequency", "x-severity", "x-interference"), 0.0
    )
    nothing = attributes(key, asked, build(asked, {}), "s")
    assert set(nothing.values()) == {None}


def test_a_number_beyond_four_has_no_level() -> None:
    asked = questionnaire(item("a", "integer"))
    pairs = [{"item": "a", "kind": "severity"}]
    key = parse_key(key_document(scale("composite", [], kind="level", attributes=pairs)), asked)
    assert score(key, asked, build(asked, {"a": 5}))["s"] == Score("s", None, "not on the scale")


# Single


def test_a_single_item_without_answer_has_no_score() -> None:
    assert scored("single", {"a": None}) == Score("s", None, "not answered")


def test_a_single_item_that_was_not_asked_says_so() -> None:
    asked = questionnaire(item("a", "boolean"), item("b", "integer", enableWhen=[when("a", answerBoolean=True)]))
    key = parse_key(key_document(scale("single", ["b"])), asked)
    assert score(key, asked, build(asked, {"a": False, "b": 3}))["s"] == Score("s", None, "not asked")


@pytest.mark.parametrize(
    "kind, value, expected", [("integer", 7, 7.0), ("decimal", Decimal("36.8"), 36.8), ("quantity", 70, 70.0)]
)
def test_a_single_number_is_its_own_score(kind: str, value: Any, expected: float) -> None:
    asked = questionnaire(item("a", kind))
    key = parse_key(key_document(scale("single", ["a"])), asked)
    assert score(key, asked, build(asked, {"a": value}))["s"] == Score("s", expected)


def test_a_half_point_is_kept() -> None:
    half = {"valueCoding": {"code": "h", "display": "Half", "extension": [extension("ordinalValue", valueDecimal=0.5)]}}
    asked = questionnaire(item("a", "choice", answerOption=[half, option("1")]))
    key = parse_key(key_document(scale("single", ["a"])), asked)
    assert score(key, asked, build(asked, {"a": "h"}))["s"] == Score("s", 0.5)


def test_the_questionnaire_says_what_an_option_counts_and_not_the_response() -> None:
    asked = questionnaire(choice("a", "1", "4"))
    key = parse_key(key_document(scale("single", ["a"])), asked)
    claimed = Coding("urn:sample", "4", None, Decimal(1))
    response = QuestionnaireResponse(asked.canonical, "completed", (ResponseItem("a", (Answer(claimed),)),))
    assert score(key, asked, response)["s"] == Score("s", 4.0)


@pytest.mark.parametrize(
    "value", [True, "3", Coding("urn:other", "1"), Decimal("NaN"), Decimal("1E+9999999"), [1, 2], 11]
)
def test_what_is_no_number_on_the_scale_has_no_score(value: Any) -> None:
    assert scored("single", {"a": value}, low=0, high=10) == Score("s", None, "not on the scale")


# Sums


def test_a_sum_with_one_missing_has_no_score_unless_the_key_allows_it() -> None:
    answers = {"a": 3, "b": 0, "c": 1, "d": None}
    assert scored("sum", answers) == Score("s", None, "too few answered")
    assert scored("sum", answers, minimumAnswered=3) == Score("s", float(Fraction(16, 3)))


def test_a_sum_is_the_sum() -> None:
    assert scored("sum", {"a": 3, "b": 0, "c": 1, "d": 2, "e": 0}) == Score("s", 6.0)


def test_too_few_is_too_few() -> None:
    assert scored("sum", {"a": 3, "b": None, "c": None}, minimumAnswered=2) == Score("s", None, "too few answered")


def test_nothing_answered_is_not_answered() -> None:
    assert scored("mean", {"a": None, "b": None}, minimumAnswered=1) == Score("s", None, "not answered")


def test_not_applicable_everywhere_is_not_applicable() -> None:
    asked = questionnaire(choice("a", "1", "not-applicable"), choice("b", "1", "not-applicable"))
    key = parse_key(key_document(scale("mean", ["a", "b"], minimumAnswered=1)), asked)
    assert score(key, asked, build(asked, dict.fromkeys("ab", "not-applicable")))["s"].missing == "not applicable"
    assert score(key, asked, build(asked, {"a": "not-applicable", "b": "1"}))["s"] == Score("s", 1.0)


# Percents: QLQ-C30's own arithmetic (clinical.md 1.1), with raw sums of its thresholds


@pytest.mark.parametrize(
    "values, expected",
    [
        ([1, 1, 1, 1, 1], 100.0),
        ([4, 4, 4, 4, 4], 0.0),
        ([2, 2, 2, 1, 1], 80.0),
        ([2, 2, 1, 1, None], float(Fraction(250, 3))),
        ([2, 2, 1, None, None], float(Fraction(700, 9))),
        ([2, 2, None, None, None], None),
    ],
)
def test_a_functional_scale_is_turned_and_stretched_and_wants_half_of_its_items(
    values: list[int | None], expected: float | None
) -> None:
    answers = dict(zip("abcde", values, strict=True))
    made = scored("percent", answers, low=1, high=4, minimumAnswered=3, reverse=list("abcde"))
    assert made.value == expected


def test_a_symptom_scale_is_stretched() -> None:
    assert scored("percent", {"a": 2, "b": 2, "c": 3}, low=1, high=4).value == float(Fraction(400, 9))


def test_five_items_of_0_to_5_become_0_to_100() -> None:
    answers = dict(zip("abcde", [4, 1, 0, 2, 3], strict=True))
    assert scored("percent", answers, low=0, high=5, direction="high is good") == Score("s", 40.0)


def test_only_the_items_named_are_turned() -> None:
    assert scored("sum", {"a": 4, "b": 1}, low=0, high=4, reverse=["a"]) == Score("s", 1.0)


@sized
@given(st.lists(st.integers(0, 10), min_size=5, max_size=5))
def test_nothing_is_rounded_and_turning_everything_mirrors_the_score(values: list[int]) -> None:
    answers = dict(zip("abcde", values, strict=True))
    straight = scored("percent", answers, low=0, high=10)
    turned = scored("percent", answers, low=0, high=10, reverse=list("abcde"))
    assert straight.value == float(Fraction(sum(values) * 2))
    assert turned.value == 100 - Fraction(sum(values) * 2)


@pytest.mark.hazard("H04")
@sized
@given(st.lists(st.none() | st.integers(0, 4), min_size=5, max_size=5), st.integers(1, 5))
def test_a_missing_answer_is_never_nought(values: list[int | None], least: int) -> None:
    answered = [value for value in values if value is not None]
    made = scored("mean", dict(zip("abcde", values, strict=True)), minimumAnswered=least)
    expected = float(Fraction(sum(answered), len(answered))) if len(answered) >= least else None
    assert made.value == expected
    assert (made.missing is None) == (expected is not None)


# The key itself


def test_a_key_to_another_questionnaire_scores_nothing() -> None:
    key = parse_key(key_document(scale("single", ["a"])) | {"questionnaire": "urn:other"})
    with pytest.raises(ValueError, match="urn:other"):
        score(key, _NUMBERS, build(_NUMBERS, {"a": 1}))


def test_an_unknown_scale_has_no_attributes() -> None:
    key = parse_key(key_document(scale("single", ["a"])), _NUMBERS)
    with pytest.raises(KeyError):
        attributes(key, _NUMBERS, build(_NUMBERS, {"a": 1}), "ghost")


def test_every_scale_of_the_key_gets_a_score() -> None:
    key = parse_key(key_document(scale("single", ["a"]), scale("sum", ["a", "b"], code="t")), _NUMBERS)
    made = score(key, _NUMBERS, build(_NUMBERS, {"a": 1}))
    assert made == {"s": Score("s", 1.0), "t": Score("t", None, "too few answered")}
