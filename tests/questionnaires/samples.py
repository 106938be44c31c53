"""Small questionnaires to try things on, and short words for making them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from questionnaires.definition import Questionnaire
from questionnaires.parsing import parse

sized = settings(max_examples=int(os.environ.get("PROM_TEST_SIZE", "50")), deadline=None)

URL = "urn:prom:questionnaire:sample"
HL7 = "http://hl7.org/fhir/StructureDefinition/"
SYSTEM = "urn:sample"

Node = dict[str, Any]


def item(link_id: str, kind: str = "string", **fields: Any) -> Node:
    """An item; a field called `any_of` becomes enableBehavior."""
    return {"linkId": link_id, "type": kind, "text": f"About {link_id}", **fields}


def group(link_id: str, *items: Node, **fields: Any) -> Node:
    """A group of items."""
    return item(link_id, "group", item=list(items), **fields)


def extension(name: str, **value: Any) -> Node:
    """One of HL7's extensions by its short name."""
    return {"url": HL7 + name, **value}


def option(code: str, **fields: Any) -> Node:
    """An option; a code that is a number has it as its ordinal."""
    coding: Node = {"system": SYSTEM, "code": code, "display": f"Says {code}"}
    if code.isdigit():
        coding["extension"] = [extension("ordinalValue", valueDecimal=int(code))]
    return {"valueCoding": coding, **fields}


def choice(link_id: str, *codes: str, **fields: Any) -> Node:
    """A choice between codes."""
    return item(link_id, "choice", answerOption=[option(code) for code in codes], **fields)


def when(question: str, operator: str = "=", **answer: Any) -> Node:
    """A condition."""
    return {"question": question, "operator": operator, **answer}


def coding(code: str) -> Node:
    """A coding in the sample's system."""
    return {"system": SYSTEM, "code": code}


def document(*items: Node, **fields: Any) -> Node:
    """A questionnaire document."""
    return {
        "resourceType": "Questionnaire",
        "id": "sample",
        "url": URL,
        "version": "1.0.0",
        "title": "Sample",
        "status": "active",
        "language": "nb",
        "item": list(items),
        **fields,
    }


def questionnaire(*items: Node, **fields: Any) -> Questionnaire:
    """A questionnaire that Prom can run."""
    made = parse(document(*items, **fields))
    assert made.publishable, [problem.text for problem in made.problems]
    return made


def response_document(*items: Node, **fields: Any) -> Node:
    """A response document to the sample."""
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{URL}|1.0.0",
        "status": "completed",
        "item": list(items),
        **fields,
    }


def answered(link_id: str, **value: Any) -> Node:
    """An item with one answer."""
    return {"linkId": link_id, "answer": [value]}


#: Any JSON value, with the words of FHIR among its texts so that it comes further than the first check.
WORDS = st.sampled_from(
    [
        "Questionnaire",
        "QuestionnaireResponse",
        "active",
        "completed",
        "choice",
        "group",
        "integer",
        "#x",
        "a",
        "",
        "=",
        URL,
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS
KEYS = st.sampled_from(
    [
        "item",
        "linkId",
        "type",
        "answer",
        "extension",
        "url",
        "valueCoding",
        "valueDecimal",
        "code",
        "answerOption",
        "text",
    ]
) | st.text(max_size=5)
ANY_JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=15
)


@st.composite
def damaged(draw: st.DrawFn, sound: Node) -> Any:
    """A sound document in which one value, anywhere, has become something else."""
    places = list(_places(sound))
    place = draw(st.sampled_from(places))
    return _with(sound, place, draw(ANY_JSON))


def _places(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from _places(child, (*place, key))


def _with(node: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    copy = node.copy()
    copy[place[0]] = _with(node[place[0]], place[1:], value)
    return copy
