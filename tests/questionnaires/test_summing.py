"""Helsenorge's sums as answers: worked out with what is calculated, and never taken as they were sent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from questionnaires.answers import QuestionnaireResponse
from questionnaires.calculating import completed
from questionnaires.definition import Questionnaire
from questionnaires.parsing import parse
from questionnaires.response import build
from questionnaires.validation import validate
from questionnaires.values import Quantity
from tests.questionnaires.expressed_samples import calculated
from tests.questionnaires.samples import choice, document, extension, group, item, questionnaire
from tests.questionnaires.test_scoring_codes import FORM, coded, total


def with_sums(form: Questionnaire, response: QuestionnaireResponse) -> QuestionnaireResponse:
    """The response with its sums."""
    return completed(form, response).response


def test_a_sum_that_somebody_sent_is_replaced_by_ours_or_taken_away() -> None:
    sent = build(FORM, {"a": "1", "d": "5", "all": 99, "sum-one": 99})
    made = with_sums(FORM, sent)
    assert (made.answers_to("all"), made.answers_to("sum-one")) == ((Decimal("6.0"),), (Decimal("1.0"),))
    nothing = with_sums(FORM, build(FORM, {"unscored": "9", "all": 99}))
    assert nothing.answers_to("all") == ()
    assert nothing.answers_to("unscored")


def test_a_form_with_a_sum_in_what_repeats_cannot_be_published() -> None:
    rows = group("g", coded(choice("a", "0", "1"), "QS"), coded(item("sum", "decimal"), "SS"), repeats=True)
    assert [(each.link_id, each.code) for each in parse(document(rows)).problems] == [("sum", "sum-repeats")]
    assert not parse(document(rows)).publishable


def test_the_answer_that_a_sum_is_adds_up_what_was_answered() -> None:
    assert with_sums(FORM, build(FORM, {"b": ["4"]})).answers_to("sum-one") == (Decimal("4"),)


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


DOUBLED = calculated("%resource.item.where(linkId='a').answer.value * 2")


def test_a_sum_counts_what_was_calculated_and_not_what_was_sent_for_it() -> None:
    form = questionnaire(
        coded(item("a", "decimal"), "QS"),
        coded(item("k", "decimal", readOnly=True, extension=DOUBLED), "QS"),
        coded(item("t", "integer", readOnly=True), "TS"),
    )
    made = with_sums(form, build(form, {"a": Decimal(2), "k": Decimal(50), "t": 7}))
    assert (made.answers_to("k"), made.answers_to("t")) == ((Decimal(4),), (6,))


def test_what_is_calculated_from_a_sum_follows_the_sum_that_was_worked_out() -> None:
    twice = calculated("%resource.item.where(linkId='t').answer.value * 2")
    form = questionnaire(item("twice", "decimal", extension=twice), coded(item("a", "decimal"), "QS"), total("t", "TS"))
    made = with_sums(form, build(form, {"a": Decimal(3), "t": Decimal(50)}))
    assert made.answers_to("twice") == (Decimal(6),)


def test_a_sum_that_another_sum_asks_for_is_worked_out_too() -> None:
    asked = [{"question": "first", "operator": ">", "answerDecimal": 1}]
    form = questionnaire(
        coded(item("a", "decimal"), "QS"), total("first", "TS"), total("then", "TS") | {"enableWhen": asked}
    )
    assert with_sums(form, build(form, {"a": Decimal(2)})).answers_to("then") == (Decimal(2),)
    assert with_sums(form, build(form, {"a": Decimal(1), "first": Decimal(9)})).answers_to("then") == ()


def test_a_sum_within_what_repeats_is_not_taken_as_it_was_sent() -> None:
    each = group("each", coded(choice("a", "0", "1"), "QS"), total("s", "SS"), repeats=True)
    form = parse(document(each, group("empty", item("b", "boolean"), total("nothing", "SS"))))
    sent = build(form, {"a": "1", "s": Decimal(50), "b": True, "nothing": Decimal(50)})
    made = with_sums(form, sent)
    assert (sent.answers_to("s"), made.answers_to("s"), made.answers_to("nothing")) == ((Decimal(50),), (), ())
    assert made.answers_to("a")


def test_a_sum_that_counts_itself_is_left_out_and_named() -> None:
    of_sum = calculated("%resource.item.where(linkId='t').answer.value + 1")
    form = questionnaire(
        coded(item("a", "decimal"), "QS"), coded(item("k", "decimal", extension=of_sum), "QS"), total("t", "TS")
    )
    made = completed(form, build(form, {"a": Decimal(2), "t": Decimal(50)}))
    assert made.response.answers_to("t") == ()
    assert {each.link_id for each in made.problems if each.code == "not-computed"} == {"k", "t"}


@pytest.mark.parametrize("kind", ["integer", "decimal", "quantity"])
@pytest.mark.parametrize("number", ["2147483647.5", "1e28", "1e90", "-1e30", "9e400"])
def test_no_whole_number_is_made_of_a_sum_that_none_can_hold(kind: str, number: str) -> None:
    form = questionnaire(coded(item("a", "decimal"), "QS"), coded(item("t", kind), "TS"))
    made = with_sums(form, build(form, {"a": Decimal(number)})).answers_to("t")
    assert made == () or kind != "integer"


def test_the_largest_whole_number_is_still_a_sum() -> None:
    form = questionnaire(coded(item("a", "decimal"), "QS"), coded(item("t", "integer"), "TS"))
    assert with_sums(form, build(form, {"a": Decimal("2147483647.4")})).answers_to("t") == (2147483647,)
