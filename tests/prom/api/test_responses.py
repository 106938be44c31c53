"""Responses and assignments for programs, corrections, and reports that a clinician takes down."""

from datetime import timedelta
from typing import Any

import pytest

from prom import clock
from prom.config import Settings
from prom.responses.models import Response
from tests.conftest import Hospital
from tests.prom.api.door import Door, faults, refusal
from tests.prom.clinic.ward import NAUSEA, audited, count, open_alerts, report
from tests.prom.steps import FEVER, WELL, ask, later, send


def taken(nurse: Door, hospital: Hospital, given: dict[str, Any], **more: Any) -> Any:
    """Take down a report as its form asks."""
    form = nurse.read(f"/patients/{hospital.patient.id}/reports/form")
    document = {"questionnaire": form["questionnaire"], "source": "patient", "openedAt": form["openedAt"]}
    return nurse.post(f"/patients/{hospital.patient.id}/reports", {**document, "answers": given, **more})


# Refusals


def test_a_correction_names_the_version_that_it_saw(nurse: Door, hospital: Hospital) -> None:
    response = report(hospital, hospital.episode, FEVER)
    refusal(nurse.post(f"/responses/{response}/enter-in-error"), 428, "precondition-required")
    refusal(nurse.post(f"/responses/{response}/enter-in-error", If_Match='"9"'), 412, "precondition-failed")
    assert open_alerts(hospital.patient.id)


def test_a_response_is_entered_in_error_once(nurse: Door, hospital: Hospital) -> None:
    response = report(hospital, hospital.episode, FEVER)
    first = nurse.post(f"/responses/{response}/enter-in-error", If_Match='"1"')
    refusal(nurse.post(f"/responses/{response}/enter-in-error", If_Match='"1"'), 412, "precondition-failed")
    refusal(nurse.post(f"/responses/{response}/enter-in-error", If_Match=first.headers["ETag"]), 409, "conflict")


@pytest.mark.parametrize(
    "answers, wrong",
    [
        ({**FEVER, "temperature": "39.8"}, {"temperature": "wrong-type"}),
        ({**FEVER, "temperature": True}, {"temperature": "wrong-type"}),
        ({**FEVER, "temperature": 1e300}, {"temperature": "not-a-number"}),
        ({**FEVER, "temperature": 3}, {"temperature": "too-low"}),
        ({**WELL, "chest-pain": 1}, {"chest-pain": "wrong-type"}),
        ({**WELL, "chest-pain": "perhaps"}, {"chest-pain": "option-not-offered"}),
        ({**WELL, "chest-pain": ["no", "now"]}, {"chest-pain": "too-many-answers"}),
        ({**WELL, "toes": "10"}, {"toes": "unknown-item"}),
        ({name: value for name, value in WELL.items() if name != "fluids"}, {"fluids": "required-missing"}),
        ({**WELL, "free-text": "\0"}, {"free-text": "unusable-characters"}),
    ],
)
def test_each_answer_at_fault_is_named_by_its_question(
    nurse: Door, hospital: Hospital, answers: dict[str, Any], wrong: dict[str, str]
) -> None:
    answer = taken(nurse, hospital, answers)
    refusal(answer, 422, "invalid-response")
    assert faults(answer) == wrong
    assert count(Response) == 0


@pytest.mark.parametrize(
    "more, wrong",
    [
        ({"source": "doctor"}, {"source": "not-offered"}),
        ({"answers": [WELL]}, {"answers": "wrong"}),
        ({"answers": {"chest-pain": {"code": "no"}}}, {"answers": "wrong"}),
        ({"answers": {"chest-pain": None}}, {"answers": "wrong"}),
        ({"openedAt": "2026-11-02T08:30:00"}, {"openedAt": "wrong"}),
        ({"openedAt": "2026-11-01T08:30:00Z"}, {"openedAt": "wrong"}),
        ({"openedAt": "2026-11-02T08:31:00Z"}, {"openedAt": "wrong"}),
        ({"openedAt": 5}, {"openedAt": "wrong"}),
        ({"asked": "something"}, {"asked": "invalid"}),
        ({"temperature": 39.8}, {"temperature": "unknown"}),
    ],
)
def test_a_report_of_another_shape_is_refused(
    nurse: Door, hospital: Hospital, more: dict[str, Any], wrong: dict[str, str]
) -> None:
    assert faults(taken(nurse, hospital, WELL, **more)) == wrong
    assert count(Response) == 0


def test_answers_to_another_version_than_is_asked_are_refused(nurse: Door, hospital: Hospital) -> None:
    refusal(taken(nurse, hospital, WELL, questionnaire="urn:prom:questionnaire:other|1"), 409, "stale-version")


# What is read


def test_a_response_is_shown_with_each_question_its_answer_and_the_scores(program: Door, hospital: Hospital) -> None:
    response = report(hospital, hospital.episode, {**FEVER, "nausea-frequency": "4", "nausea-severity": "4"})
    shown = program.get(f"/responses/{response}", Accept_Language="nb").get_json()
    answers = {each["linkId"]: each for each in shown["answers"]}
    assert (answers["temperature"]["values"], answers["temperature"]["text"]) == ([39.8], "39,8\u00a0°C")
    assert answers["nausea-frequency"]["values"] == ["4"]
    assert answers["nausea-severity"]["text"] == "Nesten ikke til å holde ut"
    assert {each["scale"]: each["value"] for each in shown["scores"]}["nausea"] == 3
    assert audited("response.read") == [frozenset({hospital.patient.id})]


def test_a_response_that_the_caller_has_is_304_and_reads_nobody(program: Door, hospital: Hospital) -> None:
    response = report(hospital, hospital.episode, FEVER)
    mark = program.get(f"/responses/{response}").headers["ETag"]
    assert program.get(f"/responses/{response}", If_None_Match=mark).status_code == 304
    assert len(audited("response.read")) == 1


def test_responses_are_listed_with_their_scores_newest_first(program: Door, hospital: Hospital) -> None:
    first = report(hospital, hospital.episode, NAUSEA)
    later(days=1)
    second = report(hospital, hospital.episode, WELL)
    listed = program.read(f"/responses?patient={hospital.patient.id}")["items"]
    assert [each["id"] for each in listed] == [str(second), str(first)]
    levels = [{score["scale"]: score["value"] for score in each["scores"]}["nausea"] for each in listed]
    assert levels == [0, 3]
    assert "answers" not in listed[0]
    assert audited("response.read") == [frozenset({hospital.patient.id})]


def test_assignments_are_listed_by_status_and_shown_with_their_messages(
    program: Door, hospital: Hospital, database: Settings
) -> None:
    assignment = ask(database)
    (listed,) = program.read("/assignments?status=open")["items"]
    assert (listed["id"], listed["origin"], listed["title"]) == (str(assignment), "planned", "Symptom check")
    (message,) = program.read(f"/assignments/{assignment}")["messages"]
    assert (message["kind"], message["state"]) == ("assignment", "pending")
    assert program.read("/assignments?status=completed")["items"] == []
    send(assignment, WELL)
    assert [each["id"] for each in program.read("/assignments?status=completed")["items"]] == [str(assignment)]
    assert audited("assignment.read")[:2] == [frozenset({hospital.patient.id})] * 2


# What is changed


def test_what_a_corrected_response_raised_is_withdrawn(nurse: Door, hospital: Hospital) -> None:
    response = report(hospital, hospital.episode, FEVER)
    withdrawn = nurse.post(f"/responses/{response}/enter-in-error", If_Match='"1"').get_json()
    assert (withdrawn["status"], withdrawn["withdrawn"]) == ("entered-in-error", ["Fever"])
    assert nurse.read("/worklist")["items"] == []
    (alert,) = nurse.read(f"/alerts?response={response}")["items"]
    assert alert["state"] == "entered-in-error"
    assert alert["evidence"][0]["withdrawnAt"] is not None
    assert nurse.read(f"/responses/{response}")["status"] == "entered-in-error"


def test_a_form_says_what_can_be_filled_in(nurse: Door, hospital: Hospital) -> None:
    form = nurse.read(f"/patients/{hospital.patient.id}/reports/form")
    assert form["document"]["resourceType"] == "Questionnaire"
    assert [each["key"] for each in form["choices"]] == ["on-demand", "frailty", "experience"]
    frailty = nurse.read(f"/patients/{hospital.patient.id}/reports/form?asked=frailty")
    assert (frailty["usualSource"], frailty["validatedFromAge"]) == ("staff", 65)


def test_a_report_is_judged_at_once_and_says_what_to_read_aloud_in_her_language(
    nurse: Door, hospital: Hospital
) -> None:
    answer = taken(nurse, hospital, FEVER)
    assert answer.status_code == 201
    received = answer.get_json()
    assert received["raised"] == ["Fever"]
    assert received["instructions"][0].startswith("Ring 22")
    stored = nurse.read(answer.headers["Location"].removeprefix("/api/v1"))
    assert (stored["author"], stored["authorName"], stored["source"]) == ("clinician", "nurse (test)", "patient")
    assert [alert.severity for alert in open_alerts(hospital.patient.id)] == [4]


def test_what_one_reads_of_a_response_can_be_sent_as_a_report(nurse: Door, hospital: Hospital) -> None:
    first = nurse.read(f"/responses/{report(hospital, hospital.episode, {**FEVER, 'free-text': 'Hei'})}")
    later(minutes=5)
    answers = {each["linkId"]: each["values"] for each in first["answers"]}
    second = nurse.read(taken(nurse, hospital, answers).headers["Location"].removeprefix("/api/v1"))
    assert second["answers"] == first["answers"]
    assert second["scores"] == first["scores"]


def test_a_report_answers_what_she_was_asked_herself(nurse: Door, hospital: Hospital, database: Settings) -> None:
    assignment = ask(database)
    assert nurse.read(f"/patients/{hospital.patient.id}/reports/form")["assignment"] == str(assignment)
    taken(nurse, hospital, WELL)
    assert nurse.read(f"/assignments/{assignment}")["status"] == "completed"


def test_the_same_report_sent_twice_is_stored_once(nurse: Door, hospital: Hospital) -> None:
    opened = clock.now().isoformat()
    first = taken(nurse, hospital, FEVER, openedAt=opened)
    later(seconds=5)
    second = taken(nurse, hospital, FEVER, openedAt=opened)
    assert second.get_json() == first.get_json()
    assert count(Response) == 1


def test_another_report_from_the_same_form_is_never_taken_for_a_retry(nurse: Door, hospital: Hospital) -> None:
    opened = (clock.now() - timedelta(hours=1)).isoformat()
    taken(nurse, hospital, WELL, openedAt=opened)
    refusal(taken(nurse, hospital, FEVER, openedAt=opened), 409, "conflict")
    assert count(Response) == 1
    assert taken(nurse, hospital, FEVER, openedAt=opened).status_code == 409
    later(minutes=1)
    assert taken(nurse, hospital, FEVER).status_code == 201
