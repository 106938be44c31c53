"""Helsenorge's scoring codes: QS, SS and TS, summed as helsenorge/refero sums them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from questionnaires.keys.scoring_codes import SYSTEM, coded_key
from questionnaires.response import build
from questionnaires.scoring import score
from tests.questionnaires.samples import Node, choice, group, item, questionnaire, sized, when


def coded(node: Node, code: str) -> Node:
    """The item with one of Helsenorge's codes."""
    return node | {"code": [{"system": SYSTEM, "code": code}]}


def total(link_id: str, code: str) -> Node:
    """An item that holds a sum."""
    return coded(item(link_id, "decimal", readOnly=True), code)


FORM = questionnaire(
    group(
        "one",
        coded(choice("a", "0", "1", "2"), "QS"),
        coded(choice("b", "1", "2", "4", repeats=True), "QS"),
        total("sum-one", "SS"),
        total("sum-again", "SS"),
        group(
            "deeper",
            coded(
                choice("c", "0", "3", enableWhen=[when("a", answerCoding={"system": "urn:sample", "code": "2"})]), "QS"
            ),
        ),
        choice("unscored", "0", "9"),
    ),
    group("two", coded(choice("d", "0", "5"), "QS")),
    group("three", total("all", "TS"), total("nothing", "SS")),
)


def sums(**answers: Any) -> dict[str, tuple[float | None, str | None]]:
    """The sums of the form, each with its reason where it is missing."""
    key = coded_key(FORM)
    assert key is not None
    made = score(key, FORM, build(FORM, answers))
    return {code: (each.value, each.missing) for code, each in made.items()}


def test_a_form_without_codes_or_with_codes_of_another_system_has_no_key() -> None:
    other = item("s", "decimal") | {"code": [{"system": "urn:other", "code": "TS"}]}
    assert coded_key(questionnaire(coded(choice("a", "0", "1"), "QS"), other)) is None
    assert coded_key(questionnaire(total("s", "SS"))) is None


def test_a_sum_of_nothing_answered_is_missing_and_says_why() -> None:
    assert sums()["sum-one"] == (None, "too few answered")  # c was not even asked
    assert sums(d="5")["sum-one"][0] is None


def test_a_score_is_missing_as_long_as_a_question_that_is_asked_is_unanswered() -> None:
    assert sums(b=["4"])["sum-one"] == (None, "too few answered")
    assert sums(a="1", b=["4"], d="0")["all"] == (5.0, None)  # c is not asked
    assert sums(a="2", b=["4"], d="0")["all"] == (None, "too few answered")  # c is


def test_several_answers_to_one_question_all_count() -> None:
    assert sums(a="1", b=["1", "4"])["sum-one"] == (6.0, None)


def test_a_section_takes_in_what_lies_deeper_and_the_total_takes_in_all() -> None:
    made = sums(a="2", b=["1"], c="3", d="5", unscored="9")
    assert made == {"sum-one": (6.0, None), "sum-again": (6.0, None), "all": (11.0, None)}


def test_an_answer_to_what_is_not_asked_does_not_count() -> None:
    assert sums(a="1", b=["1"], c="3")["sum-one"] == (2.0, None)


def test_a_group_with_the_code_of_a_question_is_none() -> None:
    key = coded_key(questionnaire(coded(group("g", coded(item("a", "decimal"), "QS")), "QS"), total("t", "TS")))
    assert key is not None
    assert key.scales[0].items == ("a",)


@sized
@given(st.sampled_from("012"), st.sets(st.sampled_from("124"), min_size=1), st.sampled_from("05"))
def test_the_total_is_the_sum_of_every_option_chosen(a: str, b: set[str], d: str) -> None:
    assert sums(a=a, b=sorted(b), c="3", d=d)["all"] == (
        float(int(a) + sum(map(int, b)) + int(d) + 3 * (a == "2")),
        None,
    )
