"""Where answers stand in a begun form, and that changing one place leaves the others as they were."""

from typing import Any

import pytest

from prom.errors import InvalidResponse
from prom.responses import placing
from prom.responses.saving import Answered, finished, saved
from prom.responses.steps import Step, Steps
from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Questionnaire, Value
from questionnaires.exchange import to_fhir
from questionnaires.parsing import parse
from questionnaires.problems import Problem
from questionnaires.response import build
from questionnaires.validation import validate

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
_HIDDEN = [{"url": _HL7 + "questionnaire-hidden", "valueBoolean": True}]
_WHEN = {"question": "ill", "operator": "=", "answerBoolean": True}


def made(*items: dict[str, Any]) -> Questionnaire:
    document = {"resourceType": "Questionnaire", "url": "urn:q", "version": "1", "status": "active", "title": "Q"}
    return parse({**document, "item": list(items)})


def asking(link_id: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"linkId": link_id, "type": kind, "text": link_id, **more}


FORM = made(
    asking("ill", "boolean", required=True),
    asking(
        "children",
        "group",
        repeats=True,
        item=[
            asking("name", required=True),
            asking("sick", "boolean", required=True),
            asking("how", required=True, enableWhen=[{"question": "sick", "operator": "=", "answerBoolean": True}]),
        ],
    ),
    asking("drugs", repeats=True, item=[asking("dose", item=[asking("unit")])]),
    asking("late", enableWhen=[_WHEN], item=[asking("later", required=True)]),
    asking("hidden", initial=[{"valueString": "start"}], extension=_HIDDEN),
    asking("fixed", readOnly=True, initial=[{"valueString": "start"}], enableWhen=[_WHEN]),
)
EMPTY = build(FORM, {}, status="in-progress")


def put(
    response: QuestionnaireResponse, link_id: str, *values: Value, at: tuple[int, ...] = ()
) -> QuestionnaireResponse:
    item = FORM.item(link_id)
    assert item is not None
    return placing.put(FORM, response, item, at, values)


def save(
    response: QuestionnaireResponse, link_id: str, *values: Value, at: tuple[int, ...] = ()
) -> QuestionnaireResponse:
    item = FORM.item(link_id)
    assert item is not None
    return saved(FORM, response, [Answered(item, at, values)])


def two_children() -> QuestionnaireResponse:
    response = put(EMPTY, "ill", True)
    group = FORM.item("children")
    assert group is not None
    for turn, name in enumerate(("Anna", "Bo"), start=1):
        response = placing.add(FORM, response, group, ())
        response = put(response, "name", name, at=(turn,))
        response = put(response, "sick", turn == 2, at=(turn,))
    return response


def keys(response: QuestionnaireResponse) -> list[str]:
    return [step.key for step in Steps(FORM, response).asked]


def code(response: QuestionnaireResponse, link_id: str, *values: Value, at: tuple[int, ...] = ()) -> str:
    with pytest.raises(InvalidResponse) as refused:
        save(response, link_id, *values, at=at)
    (problem,) = refused.value.problems
    assert isinstance(problem, Problem)
    return problem.code


def test_an_answer_beneath_one_that_was_never_given_is_refused() -> None:
    for at in ((1,), (0,), (2,), (99999,)):
        with pytest.raises(LookupError):
            put(EMPTY, "dose", "1", at=at)
    assert code(EMPTY, "dose", "1", at=(1,)) == "disabled-item-answered"


def test_an_answer_in_a_repetition_that_was_never_added_is_refused() -> None:
    assert code(two_children(), "name", "Cecilie", at=(3,)) == "disabled-item-answered"


def test_what_nobody_may_change_is_refused() -> None:
    assert code(put(EMPTY, "ill", True), "fixed", "mine") == "disabled-item-answered"


def test_what_another_repetition_lacks_refuses_nothing_in_this_one() -> None:
    begun = two_children()
    assert code(begun, "how", at=(2,)) == "required-missing"
    assert save(begun, "how", "hoste", at=(2,)).answers_to("how") == ("hoste",)


def test_a_question_is_asked_in_the_repetition_whose_answer_opens_it_and_in_no_other() -> None:
    assert [key for key in keys(two_children()) if key.startswith("4")] == ["4-2"]
    assert Steps(FORM, two_children()).missing == Steps(FORM, two_children()).step("4-2")
    assert code(two_children(), "how", "hoste", at=(1,)) == "disabled-item-answered"


def test_a_group_that_may_be_left_out_asks_first_whether_there_is_any() -> None:
    step = Steps(FORM, EMPTY).step("a2")
    assert isinstance(step, Step)
    assert step.another is not None
    assert (step.another.count, step.is_answered) == (0, False)
    assert keys(EMPTY) == ["1", "a2", "5"]


def test_a_repetition_that_is_taken_away_takes_its_answers_and_no_others() -> None:
    group = FORM.item("children")
    assert group is not None
    left = placing.remove(FORM, two_children(), group, (), 1)
    assert left.answers_to("name") == ("Bo",)
    assert placing.remove(FORM, left, group, (), 9) == placing.remove(FORM, left, group, (), 0) == left


def test_what_hangs_beneath_an_answer_goes_with_it_and_stays_with_the_others() -> None:
    begun = put(EMPTY, "drugs", "a", "b")
    begun = put(begun, "dose", "10", at=(1,))
    begun = put(begun, "dose", "20", at=(2,))
    begun = put(begun, "unit", "mg", at=(2,))
    assert keys(put(begun, "drugs", "b")) == ["1", "a2", "5", "6-1", "7-1"]
    assert put(begun, "drugs", "b").answers_to("dose") == ("20",)
    assert put(begun, "drugs", "A", "b").answers_to("dose") == ("10", "20")
    assert put(begun, "drugs").items == ()


def test_what_is_sent_is_valid_and_holds_neither_blanks_nor_what_was_branched_away() -> None:
    begun = put(two_children(), "how", "hoste", at=(2,))
    group = FORM.item("children")
    assert group is not None
    begun = placing.add(FORM, put(begun, "late", "x"), group, ())
    begun = put(begun, "later", "y")
    sent = finished(FORM, put(begun, "ill", False))
    assert validate(FORM, sent, complete=True) == ()
    assert set(sent.flat()) == {"ill", "name", "sick", "how", "hidden"}
    assert len([each for each in to_fhir(sent)["item"] if each["linkId"] == "children"]) == 2


def test_what_is_hidden_or_fixed_starts_with_its_value_where_it_is_asked() -> None:
    assert save(EMPTY, "ill", False).flat().get("fixed") is None
    assert save(EMPTY, "ill", True).answers_to("fixed") == save(EMPTY, "ill", True).answers_to("hidden") == ("start",)
