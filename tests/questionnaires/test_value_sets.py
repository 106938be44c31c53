"""Options that a form names instead of listing them."""

from typing import Any

import pytest

from questionnaires.definition import Coding, Item, ItemType
from questionnaires.parsing import parse
from questionnaires.problems import QuestionnaireError
from tests.questionnaires.samples import Node, document, item, questionnaire

URL = "https://example.org/vs"
GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"


def concept(code: str) -> Node:
    return {"code": code, "display": f"Says {code}"}


def value_set(identifier: str, **fields: Any) -> Node:
    return {"resourceType": "ValueSet", "id": identifier, **fields}


def including(*includes: Node) -> Node:
    return {"compose": {"include": list(includes)}}


def offered(address: str, *contained: Node) -> list[str]:
    """The codes that a choice offers."""
    made = questionnaire(item("a", "choice", answerValueSet=address), contained=list(contained)).items[0]
    return [option.value.code for option in made.options if isinstance(option.value, Coding)]


def stands_in_the_way(address: str, *contained: Node) -> Item:
    made = parse(document(item("a", "choice", answerValueSet=address), contained=list(contained)))
    assert [(problem.link_id, problem.severity) for problem in made.problems] == [("a", "error")]
    assert made.items[0].options_at == address
    return made.items[0]


def test_a_value_set_that_is_not_there_is_refused() -> None:
    with pytest.raises(QuestionnaireError, match="no value set #x"):
        parse(document(item("a", "choice", answerValueSet="#x")))


@pytest.mark.parametrize(
    "recipe",
    [
        {},
        including({"system": "urn:s"}),
        including({"system": "urn:s", "filter": [{"property": "p", "op": "is-a", "value": "v"}]}),
        including({"concept": [concept("1")], "valueSet": ["urn:other"]}),
        including({"valueSet": ["#x"]}),
        {"compose": {"include": [{"concept": [concept("1")]}], "exclude": [{"system": "urn:s"}]}},
        {"expansion": {"total": 5, "contains": [concept("1")]}},
    ],
)
def test_a_value_set_that_does_not_list_all_it_holds_keeps_it_from_being_published(recipe: Node) -> None:
    stands_in_the_way("#x", value_set("x", **recipe))


@pytest.mark.parametrize("address", ["urn:vs", "http://hl7.org/fhir/ValueSet/procedure-code", f"{URL}|2"])
def test_a_value_set_outside_the_document_keeps_it_from_being_published(address: str) -> None:
    stands_in_the_way(address, value_set("x", url=URL, version="1", **including({"concept": [concept("1")]})))


def test_what_is_listed_of_a_value_set_is_offered_all_the_same() -> None:
    partly = including({"concept": [concept("1")]}, {"system": "urn:s"})
    assert len(stands_in_the_way("#x", value_set("x", **partly)).options) == 1


def test_lists_are_put_together_and_what_is_excluded_left_out() -> None:
    first = value_set("x", **including({"valueSet": ["#y"]}, {"system": "urn:s", "concept": [concept("3")]}))
    first["compose"]["exclude"] = [{"system": "urn:s", "concept": [concept("1")]}]
    second = value_set("y", **including({"system": "urn:s", "concept": [concept("1"), concept("2")]}))
    assert offered("#x", first, second) == ["2", "3"]


def test_an_expansion_is_offered_in_its_order_without_what_cannot_be_chosen() -> None:
    tree = [{"abstract": True, **concept("0"), "contains": [concept("1"), {**concept("2"), "inactive": True}]}]
    assert offered("#x", value_set("x", expansion={"contains": [*tree, concept("3")]})) == ["1", "3"]


def test_a_whole_code_system_that_the_document_contains_is_offered() -> None:
    nested = {**concept("1"), "concept": [concept("1.1")]}
    system = {"resourceType": "CodeSystem", "url": "urn:s", "content": "complete", "concept": [nested, concept("2")]}
    assert offered("#x", value_set("x", **including({"system": "urn:s"})), system) == ["1", "1.1", "2"]


def test_a_contained_value_set_is_found_by_its_own_address() -> None:
    contained = value_set("x", url=URL, version="1", **including({"concept": [concept("1")]}))
    assert offered(URL, contained) == offered(f"{URL}|1", contained) == ["1"]


def test_a_few_of_hl7s_own_value_sets_need_not_be_contained() -> None:
    assert offered(GENDER) == offered(f"{GENDER}|4.0.1") == ["male", "female", "other", "unknown"]
    assert offered("http://hl7.org/fhir/ValueSet/yesnodontknow") == ["Y", "N", "asked-unknown"]


def test_options_may_be_listed_for_other_types_than_choices() -> None:
    made = questionnaire(item("a", "integer", answerOption=[{"valueInteger": 1}, {"valueInteger": 5}])).items[0]
    assert (made.type, [option.value for option in made.options]) == (ItemType.INTEGER, [1, 5])
