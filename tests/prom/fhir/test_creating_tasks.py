"""POST Task: another system asks a patient a questionnaire of her pathway. What cannot be is refused by element."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.assignments import episodes
from prom.assignments.models import Assignment
from prom.db import transaction
from prom.messaging.models import Message
from prom.pathways.queries import episode
from tests.conftest import Hospital, Machine
from tests.prom.fhir.door import Door
from tests.prom.steps import rows

EXPERIENCE = "urn:prom:questionnaire:patient-experience|1.0.0"
CHECK = "urn:prom:questionnaire:symptom-check|1.0.0"


@pytest.fixture
def asker(client: FlaskClient, machine: Machine) -> Door:
    """A client that may create tasks and read them."""
    return Door(client, machine("system/Task.crs"))


def task_for(patient_id: uuid.UUID, **more: Any) -> dict[str, Any]:
    """A Task that would be taken."""
    asked = {"type": {"text": "questionnaire"}, "valueCanonical": EXPERIENCE}
    made = {"resourceType": "Task", "status": "requested", "intent": "order", "input": [asked]}
    return made | {"for": {"reference": f"Patient/{patient_id}"}} | more


def post(door: Door, document: Any, **headers: str) -> Any:
    """Send a Task."""
    return door.send("POST", "Task", document, **headers)


def test_nobody_and_no_other_scope_asks_anything(client: FlaskClient, door: Door, hospital: Hospital) -> None:
    assert post(Door(client), task_for(hospital.patient.id)).status_code == 401
    assert post(door, task_for(hospital.patient.id)).status_code == 403
    assert rows(select(Assignment)) == []


@pytest.mark.parametrize(
    "changed, expression",
    [
        ({"for": None}, "Task.for"),
        ({"for": {"reference": f"Patient/{uuid.UUID(int=7)}"}}, "Task.for"),
        ({"status": "draft"}, "Task.status"),
        ({"input": []}, "Task.input"),
        ({"input": [{"valueCanonical": "urn:prom:questionnaire:other|1"}]}, "Task.input"),
        ({"restriction": {"period": {"start": "2026-10-01T09:00:00Z"}}}, "Task.restriction.period.start"),
        ({"restriction": {"period": {"start": "2026-12-01T09:00:00"}}}, "Task.restriction.period.start"),
        ({"identifier": [{"system": "urn:x"}]}, "Task.identifier"),
    ],
)
def test_what_cannot_be_is_422_at_its_element(
    asker: Door, hospital: Hospital, changed: dict[str, Any], expression: str
) -> None:
    answer = post(asker, {**task_for(hospital.patient.id), **changed})
    assert answer.status_code == 422, answer.text
    assert [each["expression"] for each in answer.json["issue"]] == [[expression]]
    assert rows(select(Assignment)) == []


def test_another_units_patient_is_not_known(client: FlaskClient, machine: Machine, hospital: Hospital) -> None:
    other = Door(client, machine("system/Task.c", units=[hospital.other_unit]))
    answer = post(other, task_for(hospital.patient.id))
    assert answer.status_code == 422
    assert answer.json["issue"][0]["expression"] == ["Task.for"]


def test_a_task_makes_an_assignment_that_can_be_read_where_it_says(asker: Door, hospital: Hospital) -> None:
    answer = post(asker, task_for(hospital.patient.id))
    assert answer.status_code == 201, answer.text
    found = asker.get(answer.headers["Location"]).json
    assert found["input"][0]["valueCanonical"] == EXPERIENCE
    assert found["status"] == "requested"
    (made,) = rows(select(Assignment))
    assert made.origin == "machine"
    assert len(rows(select(Message))) == 1


def test_it_opens_when_the_restriction_begins(asker: Door, hospital: Hospital) -> None:
    start = {"restriction": {"period": {"start": "2026-11-20T09:00:00+01:00"}}}
    assert post(asker, task_for(hospital.patient.id, **start)).status_code == 201
    (made,), (message,) = rows(select(Assignment)), rows(select(Message))
    assert made.opens_at == message.send_after
    assert made.opens_at.isoformat() == "2026-11-20T08:00:00+00:00"


def test_a_retry_by_its_identifier_asks_nothing_twice(asker: Door, hospital: Hospital) -> None:
    document = task_for(hospital.patient.id, identifier=[{"system": "urn:test", "value": "1"}])
    first, again = post(asker, document), post(asker, document)
    bare = post(asker, task_for(hospital.patient.id), If_None_Exist="identifier=urn:test|1")
    assert (first.status_code, again.status_code, bare.status_code) == (201, 200, 200)
    assert first.headers["Location"] == again.headers["Location"] == bare.headers["Location"]
    assert len(rows(select(Assignment))) == 1
    other = {**document, "input": [{"valueCanonical": "urn:prom:questionnaire:clinical-frailty|1.0.0"}]}
    assert post(asker, other).status_code == 409


@pytest.mark.hazard("H22")
def test_what_can_be_answered_already_is_not_asked_again(asker: Door, hospital: Hospital) -> None:
    assert post(asker, task_for(hospital.patient.id)).status_code == 201
    assert post(asker, task_for(hospital.patient.id)).status_code == 409


def wanted(hospital: Hospital, canonical: str, start: str) -> dict[str, Any]:
    """A Task for one questionnaire from an instant on."""
    more = {"input": [{"valueCanonical": canonical}], "restriction": {"period": {"start": start}}}
    return task_for(hospital.patient.id, **more)


@pytest.mark.hazard("H22")
def test_two_tasks_whose_windows_meet_are_not_both_taken_in_either_order(asker: Door, hospital: Hospital) -> None:
    assert post(asker, wanted(hospital, EXPERIENCE, "2026-11-20T09:00:00+01:00")).status_code == 201
    for day in ("18", "20", "21"):
        refused = post(asker, wanted(hospital, EXPERIENCE, f"2026-11-{day}T09:00:00+01:00"))
        assert (refused.status_code, refused.json["issue"][0]["diagnostics"]) == (409, "assignment")
    assert post(asker, wanted(hospital, EXPERIENCE, "2027-02-01T09:00:00+01:00")).status_code == 201


def test_what_the_pathway_asks_by_itself_then_is_not_asked_by_a_task(asker: Door, hospital: Hospital) -> None:
    refused = post(asker, wanted(hospital, CHECK, "2026-11-17T09:00:00+01:00"))
    assert (refused.status_code, refused.json["issue"][0]["diagnostics"]) == (409, "plan")


@pytest.mark.parametrize("start", ["2026-11-02T10:00:00+01:00", "2026-11-20T09:00:00+01:00"])
def test_nothing_opens_and_nothing_is_sent_by_a_task_in_a_pause(asker: Door, hospital: Hospital, start: str) -> None:
    with transaction() as session:
        of = episode(session, hospital.episode.id)
        episodes.pause(session, of, datetime(2026, 11, 25, tzinfo=UTC), "admitted", hospital.nurse_actor)
    refused = post(asker, wanted(hospital, EXPERIENCE, start))
    assert (refused.status_code, refused.json["issue"][0]["diagnostics"]) == (409, "pause")
    assert rows(select(Message)) == []
    assert post(asker, wanted(hospital, EXPERIENCE, "2026-11-26T09:00:00+01:00")).status_code == 201
