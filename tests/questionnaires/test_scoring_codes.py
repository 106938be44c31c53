"""Helsenorge's scoring codes: QS, SS and TS, summed as helsenorge/refero sums them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from questionnaires.keys.scoring_codes import SYSTEM, coded_key
from questionnaires.keys.summing import with_sums
from questionnaires.response import build
from questionnaires.scoring import score
from questionnaires.validation import validate
from questionnaires.values import Quantity
from tests.questionnaires.samples import Node, choice, extension, group, item, questionnaire, sized, when


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


def test_what_was_not_answered_adds_nothing_to_what_was() -> None:
    assert sums(b=["4"])["sum-one"] == (4.0, None)


def test_several_answers_to_one_question_all_count() -> None:
    assert sums(a="1", b=["1", "4"])["sum-one"] == (6.0, None)


def test_a_section_takes_in_what_lies_deeper_and_the_total_takes_in_all() -> None:
    made = sums(a="2", b=["1"], c="3", d="5", unscored="9")
    assert made == {"sum-one": (6.0, None), "sum-again": (6.0, None), "all": (11.0, None)}


def test_an_answer_to_what_is_not_asked_does_not_count() -> None:
    assert sums(a="1", c="3")["sum-one"] == (1.0, None)


def test_a_sum_that_somebody_sent_is_replaced_by_ours_or_taken_away() -> None:
    sent = build(FORM, {"a": "1", "d": "5", "all": 99, "sum-one": 99})
    made = with_sums(FORM, sent)
    assert (made.answers_to("all"), made.answers_to("sum-one")) == ((Decimal("6.0"),), (Decimal("1.0"),))
    nothing = with_sums(FORM, build(FORM, {"unscored": "9", "all": 99}))
    assert nothing.answers_to("all") == ()
    assert nothing.answers_to("unscored")


def test_a_sum_takes_the_kind_and_unit_of_its_item() -> None:
    points = [extension("questionnaire-unit", valueCoding={"system": "http://ehelse.no/Score", "code": "score"})]
    form = questionnaire(
        coded(choice("a", "0", "1"), "QS"),
        coded(item("whole", "integer"), "SS"),
        coded(item("amount", "quantity", extension=points), "TS"),
    )
    made = with_sums(form, build(form, {"a": "1"}))
    assert made.answers_to("whole") == (1,)
    (amount,) = made.answers_to("amount")
    assert isinstance(amount, Quantity)
    assert (amount.value, amount.code) == (Decimal(1), "score")
    assert validate(form, made) == ()


def test_a_questionnaire_without_codes_is_left_as_it_is() -> None:
    plain = questionnaire(choice("a", "0", "1"))
    response = build(plain, {"a": "1"})
    assert with_sums(plain, response) is response


@sized
@given(st.sampled_from("012"), st.sets(st.sampled_from("124")), st.sampled_from("05"))
def test_the_total_is_the_sum_of_every_option_chosen(a: str, b: set[str], d: str) -> None:
    assert sums(a=a, b=sorted(b), d=d)["all"] == (float(int(a) + sum(map(int, b)) + int(d)), None)
