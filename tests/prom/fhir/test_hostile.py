"""Whatever arrives at the door: an answer in FHIR's own words, never a fault of ours, never half of it stored."""

import copy
import json
import uuid
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from prom.assignments.models import Assignment
from prom.audit.models import AuditRecord
from prom.db import reading
from prom.fhir.parameters import SEARCHES
from prom.responses.models import Response
from prom.worklist.models import Alert
from tests.prom.fhir.door import Door, document_of
from tests.prom.properties import sized, sized_with_database
from tests.prom.steps import FEVER, count

TEXT = st.text(max_size=12) | st.sampled_from(["Patient/1", "Task/1", "2026-11-02T08:30:00Z", "\x00", "٤", "'", "%"])
HALF = st.just("\ud800")
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT | HALF
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)
ELEMENTS = (
    *("resourceType", "id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension"),
    *("identifier", "basedOn", "partOf", "questionnaire", "status", "subject", "encounter", "authored", "author"),
    *("source", "item"),
)
SOUND = document_of(FEVER)
PLACES = st.sampled_from(ELEMENTS)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every value in a document."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, child in inner for found in places(child, (*path, key)))]


EVERYWHERE = st.sampled_from(places(SOUND)[1:])


def spoiled(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A sound document with another value in one place."""
    document: Any = copy.deepcopy(SOUND)
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    result: dict[str, Any] = document
    return result


def stored() -> tuple[int, int, int]:
    """How many responses, alerts and completed assignments there are."""
    return count(Response), count(Alert), count(Assignment, Assignment.status == "completed")


def check(door: Door, document: object) -> None:
    """Send a document: it is stored whole, or refused and leaves nothing."""
    before = stored()
    answer = door.create(json.dumps(document, default=float))
    if answer.status_code == 201:
        assert stored()[0] == before[0] + 1
        assert stored()[2] == before[2] + 1
        door.update({**answer.json, "status": "entered-in-error"})
        return
    assert answer.status_code in (200, 400, 409, 422), answer.status_code
    assert answer.json["resourceType"] == "OperationOutcome"
    assert answer.json["issue"]
    assert stored() == before


def test_any_json_is_answered(door: Door, task: uuid.UUID) -> None:
    @sized_with_database
    @given(TREES)
    def holds(document: Any) -> None:
        check(door, document)

    holds()


def test_any_element_of_the_head_may_hold_anything(door: Door, task: uuid.UUID) -> None:
    @sized_with_database
    @given(PLACES, TREES)
    def holds(element: str, value: Any) -> None:
        check(door, document_of(FEVER, task=task) | {element: value})

    holds()


def test_any_place_in_the_answers_may_hold_anything(door: Door, task: uuid.UUID) -> None:
    @sized_with_database
    @given(EVERYWHERE, TREES)
    def holds(path: tuple[Any, ...], value: Any) -> None:
        check(door, spoiled(path, value) | {"extension": document_of(FEVER, task=task)["extension"]})

    holds()


def test_any_bytes_are_answered(door: Door) -> None:
    @sized_with_database
    @given(st.binary(max_size=60))
    def holds(body: bytes) -> None:
        assert door.create(body).status_code in (400, 422)

    holds()


HEADERS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


def test_any_header_is_answered(door: Door, task: uuid.UUID) -> None:
    @sized_with_database
    @given(st.sampled_from(["If-None-Exist", "If-Match", "Prefer", "Accept", "Content-Type", "Authorization"]), HEADERS)
    def holds(name: str, value: str) -> None:
        for answer in (
            door.create("{}", **{name: value}),
            door.send("PUT", f"QuestionnaireResponse/{uuid.UUID(int=0)}", "{}", **{name: value}),
        ):
            assert answer.status_code in (400, 401, 404, 406, 412, 415, 422)

    holds()


NAMES = st.sampled_from(
    (*SEARCHES["QuestionnaireResponse"].parameters, "_count", "_sort", "_cursor", "_format"),
)


def test_any_search_is_answered(door: Door, task: uuid.UUID) -> None:
    @sized_with_database
    @given(st.lists(st.tuples(NAMES | TEXT, TEXT | HEADERS), max_size=4))
    def holds(pairs: list[tuple[str, str]]) -> None:
        answer = door.client.get("/fhir/R4/QuestionnaireResponse", query_string=pairs, headers=door.headers)
        assert answer.status_code in (200, 400, 406)

    holds()


def test_what_was_refused_left_no_record_of_a_submission(door: Door, task: uuid.UUID) -> None:
    door.create(spoiled(("item",), [{"linkId": "nothing"}]) | {"extension": document_of(FEVER, task=task)["extension"]})
    with reading() as session:
        actions = set(session.scalars(select(AuditRecord.action)))
    assert "response.submit" not in actions


@sized
@given(TREES)
def test_a_spoiled_tree_is_a_tree(value: Any) -> None:
    """The search for hostile documents would find nothing if it spoiled nothing."""
    assert spoiled(("status",), value)["status"] == value
