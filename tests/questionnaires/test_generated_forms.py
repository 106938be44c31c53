"""What holds for every form and every answer to it, tried on made-up ones."""

import copy
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from questionnaires.definition import Questionnaire
from questionnaires.documents import dumps, loads
from questionnaires.parsing import parse
from questionnaires.problems import Problem, QuestionnaireError, ResponseError
from questionnaires.response import from_fhir, to_fhir
from questionnaires.sentences import SENTENCES
from questionnaires.validation import validate
from tests.questionnaires.every_kind import EVERY_KIND, EVERY_VALUE
from tests.questionnaires.generated_forms import answered, forms
from tests.questionnaires.planted_faults import FAULTS, Fault, places
from tests.questionnaires.samples import ANY_JSON, Node, damaged, document, group, item, response_document, sized, when
from tests.questionnaires.samples import answered as answered_with

SIZE = int(os.environ.get("PROM_TEST_SIZE", "50"))
#: With the full size of 10 000 these are the 100 000 shapes that nothing may fall over.
many = settings(max_examples=10 * SIZE, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(max_examples=max(SIZE // 20, 10), deadline=None, suppress_health_check=list(HealthCheck))


def found(asked: Questionnaire, document: Any) -> list[tuple[str | None, str]]:
    """What is wrong with a response document."""
    try:
        problems = validate(asked, from_fhir(document, all_of_r4=True))
    except ResponseError as refused:
        problems = refused.problems
    assert all(problem.code in SENTENCES and problem.text for problem in problems)
    return [(problem.link_id, problem.code) for problem in problems if problem.severity == "error"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@few
@given(st.data())
def test_every_fault_that_is_put_in_is_found_where_it_was_put(fault: Fault, data: st.DataObject) -> None:
    form = data.draw(forms())
    response = data.draw(answered(form))
    asked, planted = parse(form), None
    for number in range(len(list(places(form, copy.deepcopy(response))))):
        spoiled = copy.deepcopy(response)
        place = list(places(form, spoiled))[number]
        code = fault(place)
        if code is not None:
            planted = _pointed_at(place.node, code)
            assert planted in found(asked, spoiled)
    assume(planted is not None)


def _pointed_at(node: Node, code: str) -> tuple[str, str]:
    if code == "item-in-wrong-place":
        return next(each["linkId"] for each in node["item"] if each["type"] == "boolean"), code
    return ("nowhere" if code == "unknown-item" else node["linkId"]), code


@few
@given(st.data())
def test_what_was_made_to_be_valid_is_valid(data: st.DataObject) -> None:
    form = data.draw(forms())
    assert found(parse(form), data.draw(answered(form))) == []


@few
@given(st.data())
def test_a_response_that_is_under_way_may_lack_anything(data: st.DataObject) -> None:
    form = data.draw(forms())
    response = data.draw(answered(form)) | {"status": "in-progress"}
    response["item"] = [each for each in response.get("item", []) if data.draw(st.booleans())]
    left_out = {"disabled-item-answered"}  # the answer that asked for it may be what is left out
    assert {code for _, code in found(parse(form), response)} <= left_out


@few
@given(st.data())
def test_a_response_goes_out_as_it_came_in(data: st.DataObject) -> None:
    response = data.draw(answered(data.draw(forms())))
    read = from_fhir(response, all_of_r4=True)
    assert from_fhir(loads(dumps(to_fhir(read))), all_of_r4=True) == read


@sized
@given(forms())
def test_a_made_up_form_can_be_published(form: Node) -> None:
    assert parse(form).publishable, [problem.text for problem in parse(form).problems]


#: A form with every kind of item, and an answer to it: what shapes are made of.
_FORM: Node = document(
    *(item(f"a{number}", kind, **_limits) for number, (kind, _limits) in enumerate(EVERY_KIND)),
    group("g", item("b", "boolean"), item("c", enableWhen=[when("b", answerBoolean=True)]), repeats=True),
)
_RESPONSE: Node = response_document(
    *(answered_with(f"a{number}", **value) for number, value in enumerate(EVERY_VALUE)),
    {"linkId": "g", "item": [answered_with("b", valueBoolean=True), answered_with("c", valueString="x")]},
)
_ASKED = parse(_FORM)


@many
@given(st.data())
def test_no_shape_raises_anything_but_a_documented_error(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(["form", "response", "languages", "anything"]))
    if shape == "form":
        _read(data.draw(damaged(_FORM)))
    elif shape == "languages":
        entries = [{"resource": _FORM}, {"resource": data.draw(damaged({**_FORM, "language": "nn"}))}]
        _read({"resourceType": "Bundle", "entry": entries})
    elif shape == "response":
        found(_ASKED, data.draw(damaged(_RESPONSE)))
    else:
        _read(data.draw(ANY_JSON))
        found(_ASKED, data.draw(ANY_JSON))


def _read(document: Any) -> None:
    problems: tuple[Problem, ...]
    try:
        problems = parse(document).problems
    except QuestionnaireError as refused:
        problems = refused.problems
        assert problems
    assert all(problem.code in SENTENCES and problem.text for problem in problems)
