"""What is to be answered: assignments as Task, and the published questionnaires themselves."""

import uuid

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments.models import Assignment
from prom.catalogue.models import Definition
from prom.catalogue.queries import from_json
from prom.db import transaction
from prom.responses.service import expire
from tests.conftest import Hospital
from tests.prom.fhir.door import SYMPTOM_CHECK, Door, codes, document_of, of
from tests.prom.steps import WELL, ask_again, later, rows

SDC = "http://hl7.org/fhir/uv/sdc/CodeSystem/temp"


def test_a_draft_is_nobodys(door: Door) -> None:
    with transaction() as session:
        row = session.scalars(
            select(Definition).where(Definition.url == SYMPTOM_CHECK, Definition.kind == "questionnaire")
        ).first()
        assert row is not None
        row.status, row.signed_by, row_id = "draft", None, row.id
    assert door.get(f"Questionnaire/{row_id}").status_code == 404
    assert door.found(f"Questionnaire?url={SYMPTOM_CHECK}") == []


def test_what_is_no_questionnaire_cannot_be_read_as_one(door: Door) -> None:
    for row in rows(select(Definition).where(Definition.kind != "questionnaire")):
        assert door.get(f"Questionnaire/{row.id}").status_code == 404


def test_a_questionnaire_is_sent_as_it_came(door: Door) -> None:
    (row,) = rows(select(Definition).where(Definition.url == SYMPTOM_CHECK, Definition.kind == "questionnaire"))
    (found,) = door.found(f"Questionnaire?url={SYMPTOM_CHECK}&version=1.0.0")
    own = {"id": str(row.id), "status": "active", "meta": {"lastUpdated": "2026-11-02T08:30:00Z"}}
    assert found == from_json(row.document) | own
    assert door.get(f"Questionnaire/{row.id}").json == found


def test_a_questionnaire_is_found_by_what_names_it(door: Door) -> None:
    for query, wanted in (
        (f"url={SYMPTOM_CHECK}", 1),
        (f"url={SYMPTOM_CHECK}&version=2", 0),
        ("name=symptom", 1),
        ("name=SymptomCheck", 1),
        ("status=draft", 0),
        ("status=retired", 0),
    ):
        assert len(door.found(f"Questionnaire?{query}")) == wanted, query
    assert {each["status"] for each in door.found("Questionnaire?status=active")} == {"active"}


def test_a_task_says_what_is_asked_of_whom_by_when_and_nothing_more(
    door: Door, task: uuid.UUID, hospital: Hospital
) -> None:
    found = door.get(f"Task/{task}").json
    assert found == {
        "resourceType": "Task",
        "id": str(task),
        "extension": [{"url": "urn:prom:fhir:expires", "valueDateTime": "2026-11-07T08:00:00Z"}],
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": SDC, "code": "complete-questionnaire"}]},
        "for": of(hospital.patient.id),
        "authoredOn": "2026-11-02T08:00:00Z",
        "restriction": {"period": {"start": "2026-11-02T08:00:00Z", "end": "2026-11-03T08:00:00Z"}},
        "input": [
            {
                "type": {"coding": [{"system": SDC, "code": "questionnaire"}]},
                "valueCanonical": f"{SYMPTOM_CHECK}|1.0.0",
            }
        ],
    }


def test_an_answered_task_points_to_its_answer(door: Door, task: uuid.UUID) -> None:
    later(hours=1)
    made = door.create(document_of(WELL, task=task)).json
    found = door.get(f"Task/{task}").json
    assert found["executionPeriod"] == {"end": "2026-11-02T09:30:00Z"}
    assert found["output"] == [
        {
            "type": {"coding": [{"system": SDC, "code": "questionnaire-response"}]},
            "valueReference": {"reference": f"QuestionnaireResponse/{made['id']}"},
        }
    ]


@pytest.mark.parametrize(
    "state,status",
    [
        ("begun", "in-progress"),
        ("locked", "on-hold"),
        ("completed", "completed"),
        ("expired", "failed"),
        ("cancelled", "cancelled"),
    ],
)
def test_a_task_is_found_by_the_status_that_it_shows(door: Door, task: uuid.UUID, state: str, status: str) -> None:
    if state == "completed":
        door.create(document_of(WELL, task=task))
    with transaction() as session:
        row = session.get_one(Assignment, task)
        if state == "begun":
            row.begun_at = clock.now()
        elif state == "locked":
            row.locked_at = clock.now()
        elif state == "cancelled":
            row.status = "cancelled"
        elif state == "expired":
            later(days=6)
            assert expire(session, task)
    found = door.get(f"Task/{task}").json
    assert found["status"] == status
    assert ("statusReason" in found) == (status in ("failed", "on-hold"))
    statuses = ("requested", "in-progress", "on-hold", "completed", "failed", "cancelled", "draft")
    by_status = {each: [row["id"] for row in door.found(f"Task?status={each}")] for each in statuses}
    assert [each for each in statuses if str(task) in by_status[each]] == [status]


def test_tasks_are_found_by_patient_code_and_time(door: Door, task: uuid.UUID, hospital: Hospital) -> None:
    later(days=1)
    second = ask_again(hospital)
    for query, wanted in (
        (f"patient=Patient/{hospital.patient.id}", {task, second}),
        (f"subject={hospital.patient.id}&status=requested,completed", {task, second}),
        (f"patient={uuid.UUID(int=0)}", set()),
        ("code=complete-questionnaire", {task, second}),
        (f"code={SDC}|complete-questionnaire", {task, second}),
        ("code=urn:x|complete-questionnaire", set()),
        ("code=fulfill", set()),
        ("authored-on=2026-11-03", {second}),
        ("authored-on=lt2026-11-03", {task}),
        (f"_id={task}", {task}),
    ):
        found = {uuid.UUID(each["id"]) for each in door.found(f"Task?{query}")}
        assert found & {task, second} == wanted, query


def test_the_newest_task_can_be_had_first(door: Door, task: uuid.UUID, hospital: Hospital) -> None:
    later(days=1)
    second = ask_again(hospital)
    (first,) = door.found("Task?_sort=-authored-on&_count=1")
    assert first["id"] == str(second)


def test_tasks_cannot_be_sorted_by_what_would_cost(door: Door) -> None:
    assert codes(door.get("Task?_sort=status")) == ["bad-request"]
