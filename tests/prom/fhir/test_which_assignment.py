"""Which assignment a response is the answer to, and what must not be told on the way."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.db import transaction
from prom.pathways.queries import episode
from prom.responses.models import Response
from tests.conftest import REGISTRATION, Hospital
from tests.prom.fhir.door import BASED_ON, SYMPTOM_CHECK, Door, codes, document_of, issues, of
from tests.prom.steps import FEVER, WELL, ask_again, count, later, rows

NATIONAL = "urn:oid:2.16.578.1.12.4.1.4.1"
SOMEBODY = uuid.UUID("01a19b61-2f40-7e5f-897e-000000000000")


def named(number: str, system: str = NATIONAL) -> dict[str, Any]:
    """A reference to a patient by national identity number."""
    return {"identifier": {"system": system, "value": number}}


def answered(door: Door, **more: Any) -> str:
    """Send a response, and return the id of the assignment that it was taken for."""
    answer = door.create(document_of(WELL, **more))
    assert answer.status_code == 201, answer.text
    (row,) = rows(select(Response).where(Response.id == uuid.UUID(answer.json["id"])))
    return str(row.assignment_id)


def test_a_response_that_names_nobody_and_nothing_is_refused(door: Door, task: uuid.UUID) -> None:
    answer = door.create(document_of(WELL))
    assert (answer.status_code, codes(answer)) == (422, ["no-subject"])


@pytest.mark.parametrize("subject", [of(SOMEBODY), named("05073500186"), named("not a number")])
def test_a_patient_who_is_not_known_has_nothing_to_answer(door: Door, task: uuid.UUID, subject: dict[str, Any]) -> None:
    assert codes(door.create(document_of(WELL, subject=subject))) == ["nothing-to-answer"]


def test_a_patient_of_another_unit_looks_like_one_who_is_not_known(
    door: Door, other_door: Door, task: uuid.UUID, hospital: Hospital
) -> None:
    for subject in (of(hospital.patient.id), named(REGISTRATION.national_number)):
        hers = other_door.create(document_of(WELL, subject=subject))
        nobodys = other_door.create(document_of(WELL, subject=of(SOMEBODY)))
        assert (hers.status_code, hers.json) == (422, nobodys.json)
    hers, nobodys = (other_door.create(document_of(WELL, task=each)) for each in (task, SOMEBODY))
    assert (hers.status_code, hers.json) == (422, nobodys.json)
    assert codes(hers) == ["unknown-task"]
    assert count(Response) == 0


def test_a_subject_that_contradicts_the_task_is_refused(door: Door, task: uuid.UUID) -> None:
    answer = door.create(document_of(WELL, task=task, subject=of(SOMEBODY)))
    assert (answer.status_code, codes(answer)) == (422, ["other-subject"])


def test_an_id_and_a_number_that_mean_two_people_are_refused(door: Door, task: uuid.UUID, hospital: Hospital) -> None:
    both = {**of(SOMEBODY), **named(REGISTRATION.national_number)}
    assert codes(door.create(document_of(WELL, task=task, subject=both))) == ["other-subject"]


def test_a_source_who_is_another_patient_is_refused(door: Door, task: uuid.UUID) -> None:
    assert codes(door.create(document_of(WELL, task=task, source=of(SOMEBODY)))) == ["other-source"]


def test_two_tasks_cannot_be_answered_at_once(door: Door, task: uuid.UUID) -> None:
    both = [{"reference": f"Task/{task}"}, {"reference": f"Task/{SOMEBODY}"}]
    assert codes(door.create(document_of(WELL, basedOn=both))) == ["several-tasks"]


@pytest.mark.parametrize(
    "canonical", [f"{SYMPTOM_CHECK}|0.9.0", "urn:prom:questionnaire:patient-experience|1.0.0", "urn:x"]
)
def test_another_questionnaire_or_version_than_was_asked_is_refused(
    door: Door, task: uuid.UUID, canonical: str
) -> None:
    answer = door.create(document_of(WELL, task=task, questionnaire=canonical))
    assert (answer.status_code, codes(answer)) == (422, ["other-questionnaire"])
    assert f"{SYMPTOM_CHECK}|1.0.0" in issues(answer)[0]["details"]["text"]


def test_another_version_is_refused_for_a_patient_too(door: Door, task: uuid.UUID, hospital: Hospital) -> None:
    document = document_of(WELL, subject=of(hospital.patient.id), questionnaire=f"{SYMPTOM_CHECK}|0.9.0")
    assert codes(door.create(document)) == ["other-questionnaire"]


def test_a_second_response_to_a_completed_task_is_a_conflict(door: Door, task: uuid.UUID) -> None:
    assert door.create(document_of(WELL, task=task)).status_code == 201
    answer = door.create(document_of(FEVER, task=task))
    assert (answer.status_code, codes(answer)) == (409, ["already-completed"])
    assert count(Response) == 1


def test_a_second_response_of_a_patient_in_the_same_window_is_a_conflict(
    door: Door, task: uuid.UUID, hospital: Hospital
) -> None:
    document = document_of(WELL, subject=of(hospital.patient.id))
    assert door.create(document).status_code == 201
    later(hours=1)
    assert (door.create(document).status_code, count(Response)) == (409, 1)


def test_after_the_window_of_a_completed_one_there_is_nothing_to_answer(
    door: Door, task: uuid.UUID, hospital: Hospital
) -> None:
    document = document_of(WELL, subject=of(hospital.patient.id))
    assert door.create(document).status_code == 201
    later(days=6)
    assert codes(door.create(document)) == ["nothing-to-answer"]


@pytest.mark.parametrize("reference", ["Task/{}", "http://localhost:8000/fhir/R4/Task/{}", "Task/{}/_history/1"])
def test_the_task_may_stand_in_based_on(door: Door, task: uuid.UUID, reference: str) -> None:
    based_on = [{"reference": "ServiceRequest/8"}, {"reference": reference.format(task)}]
    assert answered(door, basedOn=based_on) == str(task)


def test_the_task_may_stand_in_r4s_own_extension_and_comes_back_there(door: Door, task: uuid.UUID) -> None:
    made = door.create(document_of(WELL, task=task, basedOn=[{"reference": f"Task/{task}"}])).json
    assert made["extension"] == [{"url": BASED_ON, "valueReference": {"reference": f"Task/{task}"}}]
    assert "basedOn" not in made


@pytest.mark.parametrize("system", [NATIONAL, "urn:oid:2.16.578.1.12.4.1.4.2"])
def test_a_patient_may_be_named_by_national_identity_number(door: Door, task: uuid.UUID, system: str) -> None:
    assert answered(door, subject=named(REGISTRATION.national_number, system)) == str(task)


def test_a_canonical_without_a_version_means_the_one_that_was_asked(
    door: Door, task: uuid.UUID, hospital: Hospital
) -> None:
    document = document_of(WELL, subject=of(hospital.patient.id), questionnaire=SYMPTOM_CHECK)
    made = door.create(document)
    assert (made.status_code, made.json["questionnaire"]) == (201, f"{SYMPTOM_CHECK}|1.0.0")


def test_of_several_the_one_that_was_due_first_is_answered(door: Door, task: uuid.UUID, hospital: Hospital) -> None:
    second = ask_again(hospital)
    rows_by_due = rows(select(Assignment).where(Assignment.id.in_([task, second])).order_by(Assignment.due_at))
    wanted = [str(row.id) for row in rows_by_due]
    assert [answered(door, subject=of(hospital.patient.id)) for _ in wanted] == wanted


def test_what_a_clinician_has_begun_to_record_is_hers(door: Door, task: uuid.UUID, hospital: Hospital) -> None:
    answered(door, subject=of(hospital.patient.id))
    later(days=6)
    with transaction() as session:
        of_hers = episode(session, hospital.episode.id)
        asked = next(each for each in hospital.pathway.items if each.questionnaire.startswith(SYMPTOM_CHECK))
        assignments.assign(session, of_hers, asked, "staff", hospital.nurse_actor)
    assert codes(door.create(document_of(WELL, subject=of(hospital.patient.id)))) == ["nothing-to-answer"]
