"""An answer comes in by FHIR: refused with the place of each fault, or stored with all that follows from it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom import clock
from prom.assignments.models import Assignment
from prom.audit.models import AuditRecord
from prom.db import transaction
from prom.responses.models import Response
from prom.worklist.models import Alert
from questionnaires.documents import dumps
from tests.conftest import MONDAY, Hospital, Machine
from tests.prom.fhir.door import Door, codes, document_of, instructions, issues, of
from tests.prom.steps import FEVER, WELL, count, later, rows, short

#: The unit's own number and the words that a fever of hers asks for stand in the rules; 113 is for what cannot wait.
UNIT_PHONE = "+4722000001"


def answer_to(document: dict[str, Any], link_id: str) -> dict[str, Any]:
    """The response item of a question, two levels deep in the symptom check."""
    (found,) = (item for group in document["item"] for item in group["item"] if item["linkId"] == link_id)
    item: dict[str, Any] = found
    return item


def test_every_answer_at_fault_is_named_with_its_place(door: Door, task: uuid.UUID) -> None:
    document = document_of({**WELL, "temperature-measured": "yes", "temperature": 99}, task=task)
    answer_to(document, "chest-pain")["answer"] = [{"valueCoding": {"system": "urn:x", "code": "perhaps"}}]
    document["item"][1]["item"].pop(0)
    answer = door.create(document)
    assert answer.status_code == 422
    found = {each["expression"][0]: (each["code"], codes_of(each)) for each in issues(answer)}
    flags, symptoms = "item.where(linkId='red-flags')", "item.where(linkId='symptoms')"
    assert found == {
        f"QuestionnaireResponse.{flags}.item.where(linkId='temperature')": ("value", "too-high"),
        f"QuestionnaireResponse.{flags}.item.where(linkId='chest-pain')": ("code-invalid", "option-not-offered"),
        f"QuestionnaireResponse.{symptoms}.item.where(linkId='nausea-frequency')": ("required", "required-missing"),
    }
    assert (count(Response), count(Alert)) == (0, 0)


def codes_of(issue: dict[str, Any]) -> str:
    """Prom's own code of an issue."""
    return str(issue["details"]["coding"][0]["code"])


def test_what_is_wrong_is_said_in_the_language_that_is_asked_for(door: Door, task: uuid.UUID) -> None:
    document = document_of(WELL, task=task, status="stopped")
    said = {
        language: issues(door.create(document, Accept_Language=language))[0]["details"]["text"]
        for language in ("nb", "nn", "en", "fr")
    }
    assert said["nb"] == "Statusen passer ikke her. Den skal være completed."
    assert said["fr"] == said["en"]
    assert len(set(said.values())) == 3


def test_only_a_completed_response_can_come_in(door: Door, task: uuid.UUID) -> None:
    for status in ("in-progress", "stopped", "amended", "entered-in-error", "foo", None, 5):
        answer = door.create(document_of(WELL, task=task, status=status))
        assert (answer.status_code, codes(answer)) == (422, ["status"]), status
        assert issues(answer)[0]["expression"] == ["QuestionnaireResponse.status"]


#: An element of the head, what cannot stand in it, and what is said of it.
UNUSABLE: tuple[tuple[str, object, str], ...] = (
    ("authored", "2026-11-02T09:30:00", "authored-without-zone"),
    ("authored", "2026-11-02", "authored"),
    ("authored", "2026-13-02T09:30:00Z", "authored"),
    ("authored", 5, "authored"),
    ("authored", "2026-11-02T08:36:00Z", "authored-in-future"),
    ("authored", "2026-11-01T07:59:59Z", "authored-too-early"),
    ("authored", "0001-01-01T00:00:00+14:00", "authored-too-early"),
    ("authored", "9999-12-31T23:59:59-14:00", "authored-in-future"),
    ("language", "norsk bokmål", "language"),
    ("language", "", "wrong-field"),
    ("identifier", {"value": "1"}, "identifier"),
    ("identifier", {"system": "urn:x", "value": "x" * 256}, "identifier"),
    ("identifier", "1", "identifier"),
    ("source", {"reference": "Device/1"}, "source"),
    ("source", {"display": "somebody"}, "source"),
    ("source", [], "source"),
    ("source", {"reference": "http://elsewhere.example/Patient/1"}, "subject"),
    ("subject", {"reference": "Patient/1"}, "subject"),
    ("subject", {"reference": "#inside"}, "subject"),
    ("subject", {"identifier": {"system": "urn:x", "value": "10915596784"}}, "subject"),
    ("subject", "Patient", "subject"),
    ("basedOn", {"reference": "Task/1"}, "reference"),
    ("extension", "Task/1", "reference"),
)


def test_an_element_that_cannot_be_used_is_named(door: Door, task: uuid.UUID) -> None:
    for element, value, code in UNUSABLE:
        answer = door.create(document_of(WELL, task=task) | {element: value})
        assert (answer.status_code, codes(answer)) == (422, [code]), (element, value)
        assert issues(answer)[0]["expression"] == [f"QuestionnaireResponse.{element}"], (element, value)
    assert count(Response) == 0


def test_everything_wrong_with_the_head_and_the_items_is_said_at_once(door: Door, task: uuid.UUID) -> None:
    document = document_of(WELL, task=task, status="stopped", authored="yesterday", item=[{"text": "?"}])
    assert codes(door.create(document)) == ["status", "authored", "no-link-id"]


def test_a_modifier_that_prom_does_not_know_is_refused(door: Door, task: uuid.UUID) -> None:
    answer = door.create(document_of(WELL, task=task, modifierExtension=[{"url": "urn:not", "valueBoolean": True}]))
    assert codes(answer) == ["modifier"]


def test_a_response_is_stored_with_its_alert_and_the_instruction_comes_back(
    door: Door, task: uuid.UUID, hospital: Hospital
) -> None:
    answer = door.create(document_of(FEVER, task=task))
    assert answer.status_code == 201
    made = answer.json
    assert answer.headers["Location"] == f"/fhir/R4/QuestionnaireResponse/{made['id']}/_history/1"
    assert (answer.headers["ETag"], answer.headers["Last-Modified"]) == ('W/"1"', "Mon, 02 Nov 2026 08:30:00 GMT")
    assert (made["status"], made["subject"]) == ("completed", of(hospital.patient.id))
    assert made["meta"] == {"versionId": "1", "lastUpdated": "2026-11-02T08:30:00Z"}
    (asked,) = instructions(made)
    assert (asked["severity"], asked["language"], asked["numbers"][0]) == ("emergency", "nb", UNIT_PHONE)
    assert asked["text"].startswith("Ring 22 00 00 01")
    assert {topic for topic, _, _ in short()} == {"fever"}


def test_what_was_answered_comes_back_digit_for_digit(door: Door, task: uuid.UUID) -> None:
    document = document_of({**WELL, "temperature-measured": "yes"}, task=task)
    document["item"][0]["item"].insert(1, {"linkId": "temperature", "answer": [{"valueDecimal": 0}]})
    text = dumps(document).replace('"valueDecimal":0', '"valueDecimal":37.0')
    made = door.create(text)
    assert '"valueDecimal":37.0' in made.text
    assert '"valueDecimal":37.0' in door.get(made.headers["Location"]).text


def test_the_instruction_is_in_the_documents_own_language_else_in_the_one_asked_for(
    door: Door, task: uuid.UUID
) -> None:
    made = door.create(document_of(FEVER, task=task, language="en-GB"), Accept_Language="nn").json
    assert (made["language"], instructions(made)[0]["language"]) == ("en-GB", "en")
    assert instructions(made)[0]["text"].startswith("Call")
    read = door.get(f"QuestionnaireResponse/{made['id']}", Accept_Language="nb").json
    assert instructions(read) == instructions(made)


def test_a_response_in_a_language_of_nobodys_is_answered_in_the_one_asked_for(door: Door, task: uuid.UUID) -> None:
    made = door.create(document_of(FEVER, task=task, language="fr"), Accept_Language="nn").json
    assert (made["language"], instructions(made)[0]["language"]) == ("fr", "nn")


def test_whoever_wants_little_back_still_gets_the_instruction(door: Door, task: uuid.UUID) -> None:
    answer = door.create(document_of(FEVER, task=task), Prefer="return=minimal", Accept_Language="en")
    assert answer.status_code == 201
    first, last = issues(answer)
    assert (first["severity"], first["code"], codes_of(first)) == ("warning", "informational", "instruction")
    assert first["details"]["text"].startswith("Ring 22")
    assert (last["severity"], last["details"]["text"]) == ("information", "The answers are stored.")


def test_whoever_wants_little_back_gets_nothing_where_nothing_has_to_be_said(door: Door, task: uuid.UUID) -> None:
    answer = door.create(document_of(WELL, task=task), Prefer="return=minimal")
    assert (answer.status_code, answer.data) == (201, b"")
    assert door.get(answer.headers["Location"]).status_code == 200


def test_an_outcome_can_be_had_instead_of_the_resource(door: Door, task: uuid.UUID) -> None:
    answer = door.create(document_of(WELL, task=task), Prefer='respond-async; return="OperationOutcome"')
    assert (answer.status_code, codes(answer)) == (201, ["stored"])


def test_who_answered_and_who_recorded_it_are_kept(door: Door, task: uuid.UUID, hospital: Hospital) -> None:
    relative = {"type": "RelatedPerson", "display": "her daughter"}
    made = door.create(document_of(WELL, task=task, source=relative, author=of(hospital.patient.id))).json
    (row,) = rows(select(Response))
    assert (row.source, row.author, row.language) == ("proxy", "client", "nb")
    assert made["source"] == {"type": "RelatedPerson", "identifier": {"system": "urn:prom:source", "value": "proxy"}}
    assert made["author"]["identifier"] == {"system": "urn:prom:client", "value": str(row.author_id)}
    (record,) = rows(select(AuditRecord).where(AuditRecord.action == "response.submit"))
    assert (record.actor_kind, record.actor_id) == ("client", row.author_id)


@pytest.mark.parametrize(
    "source,kind",
    [
        ({"reference": "PractitionerRole/8"}, "staff"),
        ({"type": "Practitioner", "identifier": {"value": "9144889"}}, "staff"),
        ({"reference": "http://elsewhere.example/fhir/RelatedPerson/3"}, "proxy"),
        (None, "patient"),
    ],
)
def test_the_source_is_known_by_its_kind(door: Door, task: uuid.UUID, source: object, kind: str) -> None:
    more = {"source": source} if source else {}
    assert door.create(document_of(WELL, task=task, **more)).status_code == 201
    assert [row.source for row in rows(select(Response))] == [kind]


def test_the_time_of_answering_is_kept_and_a_clock_that_runs_ahead_is_taken_as_now(door: Door, task: uuid.UUID) -> None:
    made = door.create(document_of(WELL, task=task, authored="2026-11-02T09:34:59.5+01:00")).json
    assert made["authored"] == "2026-11-02T08:30:00Z"


def test_an_answer_from_earlier_is_stored_with_its_own_time(door: Door, task: uuid.UUID) -> None:
    later(hours=3)
    made = door.create(document_of(WELL, task=task, authored="2026-11-02T10:15:00.25+01:00")).json
    assert made["authored"] == "2026-11-02T09:15:00.250000Z"
    assert clock.now() == MONDAY + timedelta(hours=3)


@pytest.mark.parametrize("state", ["expired", "cancelled"])
def test_what_can_no_longer_be_answered_is_a_conflict(door: Door, task: uuid.UUID, state: str) -> None:
    with transaction() as session:
        session.get_one(Assignment, task).status = state
    answer = door.create(document_of(WELL, task=task))
    assert (answer.status_code, codes(answer)) == (409, ["conflict"])


def test_after_the_window_nothing_can_be_answered(door: Door, task: uuid.UUID) -> None:
    later(days=6)
    assert door.create(document_of(WELL, task=task)).status_code == 409


def test_a_writer_that_may_not_read_gets_its_own_response_back(
    client: FlaskClient, machine: Machine, task: uuid.UUID
) -> None:
    answer = Door(client, machine("system/QuestionnaireResponse.c")).create(document_of(FEVER, task=task))
    assert (answer.status_code, answer.json["resourceType"]) == (201, "QuestionnaireResponse")
    assert instructions(answer.json)
