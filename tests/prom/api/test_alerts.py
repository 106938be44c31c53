"""Alerts: why they were raised, and the nurse's verbs on the version that she saw."""

import uuid
from typing import Any

import pytest

from prom.db import transaction
from prom.worklist import service as worklist
from tests.conftest import Hospital
from tests.prom.api.door import Door, faults, person, refusal
from tests.prom.clinic.ward import NAUSEA, NUMBERS, another_patient, audited, open_alerts, report
from tests.prom.steps import FEVER, later

VERBS: dict[str, Any] = {
    "acknowledge": None,
    "note": {"note": "x"},
    "resolve": {"outcome": "advice", "place": "phone"},
    "enter-in-error": {"reason": "x"},
    "return": None,
}


def the_alert(hospital: Hospital, answers: Any = FEVER) -> str:
    """Let the patient report, and return the id of the alert that it raises."""
    report(hospital, hospital.episode, answers)
    (alert,) = open_alerts(hospital.patient.id)
    return str(alert.id)


def do(nurse: Door, alert: str, verb: str, document: Any = None, tag: str | None = None) -> Any:
    """Do something to an alert as it stands, or as it stood under an older tag."""
    seen = tag or nurse.get(f"/alerts/{alert}").headers["ETag"]
    return nurse.post(f"/alerts/{alert}/{verb}", document, If_Match=seen)


@pytest.mark.parametrize("verb", VERBS)
def test_a_change_that_names_no_version_is_refused(nurse: Door, hospital: Hospital, verb: str) -> None:
    alert = the_alert(hospital)
    refusal(nurse.post(f"/alerts/{alert}/{verb}", VERBS[verb]), 428, "precondition-required")
    refusal(nurse.post(f"/alerts/{alert}/{verb}", VERBS[verb], If_Match="*"), 428, "precondition-required")
    assert nurse.read(f"/alerts/{alert}")["state"] == "open"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("tag", ['"0"', 'W/"1"', '"2"', '"01"', '"2", "3"'])
def test_a_change_of_another_version_is_refused(nurse: Door, hospital: Hospital, verb: str, tag: str) -> None:
    alert = the_alert(hospital)
    refusal(nurse.post(f"/alerts/{alert}/{verb}", VERBS[verb], If_Match=tag), 412, "precondition-failed")
    assert nurse.read(f"/alerts/{alert}")["version"] == 1


def test_of_two_who_take_the_same_alert_the_slower_is_told(nurse: Door, nobody: Door, hospital: Hospital) -> None:
    alert, physician = the_alert(hospital), person(nobody.client, "physician")
    seen = physician.get(f"/alerts/{alert}").headers["ETag"]
    assert do(nurse, alert, "acknowledge").status_code == 200
    refusal(do(physician, alert, "acknowledge", tag=seen), 412, "precondition-failed")
    assert physician.read(f"/alerts/{alert}")["acknowledgedBy"]["name"] == "nurse (test)"


@pytest.mark.parametrize("verb", ["resolve", "enter-in-error", "return"])
def test_what_nobody_has_taken_is_neither_closed_nor_given_back(nurse: Door, hospital: Hospital, verb: str) -> None:
    refusal(do(nurse, the_alert(hospital), verb, VERBS[verb]), 409, "conflict")


def test_an_outcome_is_demanded_and_is_one_of_those_known(nurse: Door, hospital: Hospital) -> None:
    alert = the_alert(hospital)
    do(nurse, alert, "acknowledge")
    assert faults(do(nurse, alert, "resolve", {})) == {"outcome": "missing"}
    assert faults(do(nurse, alert, "resolve", {"outcome": "fine"})) == {"outcome": "not-offered"}


@pytest.mark.hazard("H54")
def test_what_was_done_somewhere_says_where(nurse: Door, hospital: Hospital) -> None:
    alert = the_alert(hospital)
    do(nurse, alert, "acknowledge")
    assert set(faults(do(nurse, alert, "resolve", {"outcome": "advice"}))) == {"place"}
    assert faults(do(nurse, alert, "resolve", {"outcome": "advice", "place": "home"})) == {"place": "not-offered"}
    assert nurse.read(f"/alerts/{alert}")["state"] == "acknowledged"
    closed = do(nurse, alert, "resolve", {"outcome": "advice", "place": "municipality"}).get_json()
    assert (closed["events"][-1]["outcome"], closed["events"][-1]["place"]) == ("advice", "municipality")


def test_an_emergency_is_not_closed_because_nobody_was_reached(nurse: Door, hospital: Hospital) -> None:
    alert = the_alert(hospital)
    do(nurse, alert, "acknowledge")
    assert set(faults(do(nurse, alert, "resolve", {"outcome": "no-contact"}))) == {"outcome"}
    assert nurse.read(f"/alerts/{alert}")["state"] == "acknowledged"


def test_a_note_of_nothing_is_refused(nurse: Door, hospital: Hospital) -> None:
    assert set(faults(do(nurse, the_alert(hospital), "note", {"note": "  "}))) == {"note"}


def test_an_alert_is_taken_noted_and_closed(nurse: Door, hospital: Hospital) -> None:
    alert = the_alert(hospital)
    taken = do(nurse, alert, "acknowledge")
    assert taken.get_json()["acknowledgedBy"]["name"] == "nurse (test)"
    assert taken.headers["ETag"] == f'"{taken.get_json()["version"]}"'
    later(minutes=1)
    do(nurse, alert, "note", {"note": "Ringte, ingen svarte."})
    later(minutes=1)
    closed = do(nurse, alert, "resolve", {"outcome": "advice", "place": "phone", "words": "Drikk mer."}).get_json()
    assert (closed["state"], closed["nextActionAt"]) == ("resolved", None)
    assert [event["verb"] for event in closed["events"]] == ["raise", "acknowledge", "note", "resolve"]
    assert [event["note"] for event in closed["events"]] == ["", "", "Ringte, ingen svarte.", "Drikk mer."]
    assert closed["events"][3]["outcome"] == "advice"
    assert closed["events"][0]["clinician"] is None
    assert audited("alert.resolve") == [frozenset({hospital.patient.id})]


def test_an_alert_that_was_a_mistake_is_taken_back_with_its_reason(nurse: Door, hospital: Hospital) -> None:
    alert = the_alert(hospital)
    do(nurse, alert, "acknowledge")
    assert faults(do(nurse, alert, "enter-in-error", {})) == {"reason": "missing"}
    assert set(faults(do(nurse, alert, "enter-in-error", {"reason": " "}))) == {"reason"}
    gone = do(nurse, alert, "enter-in-error", {"reason": "Feil pasient."}).get_json()
    assert (gone["state"], gone["nextActionAt"], gone["events"][-1]["note"]) == (
        "entered-in-error",
        None,
        "Feil pasient.",
    )
    assert gone["evidence"][0]["withdrawnAt"] is None


def test_an_alert_is_given_back_to_the_unit(nurse: Door, hospital: Hospital) -> None:
    alert = the_alert(hospital)
    do(nurse, alert, "acknowledge")
    given = do(nurse, alert, "return").get_json()
    assert (given["state"], given["acknowledgedBy"]) == ("open", None)


@pytest.mark.parametrize(
    "language, title, reason, told",
    [
        ("nb", "Feber", "39,8 °C (grense 38 °C)", "Ring 22"),
        ("nn", "Feber", "39,8 °C (grense 38 °C)", "Ring 22"),
        ("en", "Fever", "39.8 °C (limit 38 °C)", "Call 22"),
    ],
)
def test_the_evidence_says_why_in_the_callers_language(
    program: Door, hospital: Hospital, language: str, title: str, reason: str, told: str
) -> None:
    alert = the_alert(hospital)
    shown = program.get(f"/alerts/{alert}", Accept_Language=language).get_json()
    (evidence,) = shown["evidence"]
    assert (shown["title"], evidence["title"], evidence["reason"]) == (title, title, reason)
    assert evidence["instruction"].startswith(told)
    assert (evidence["severity"], evidence["rule"]) == ("emergency", "fever")


def test_the_alerts_of_a_response_are_found_by_its_id(program: Door, hospital: Hospital) -> None:
    well = report(hospital, hospital.episode, NAUSEA)
    fever = report(hospital, hospital.episode, FEVER)
    assert titles(program, f"response={well}") == ["Nausea"]
    assert titles(program, f"response={fever}") == ["Fever"]
    assert titles(program, f"response={uuid.UUID(int=1)}") == []


def titles(door: Door, query: str) -> list[str]:
    """What the alerts of a list are about."""
    return [each["title"] for each in door.read(f"/alerts?{query}")["items"]]


def test_a_list_is_cut_by_patient_state_and_severity(nurse: Door, hospital: Hospital) -> None:
    other, episode = another_patient(hospital, NUMBERS[0], "Annen")
    alert = the_alert(hospital)
    report(hospital, episode, NAUSEA)
    do(nurse, alert, "acknowledge")
    assert titles(nurse, f"patient={other.id}") == ["Nausea"]
    assert titles(nurse, "state=acknowledged") == ["Fever"]
    assert titles(nurse, "severity=same-day") == ["Nausea"]
    assert titles(nurse, f"severity=same-day&patient={hospital.patient.id}") == []


def test_one_record_names_everybody_on_the_list(nurse: Door, hospital: Hospital) -> None:
    other, episode = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, FEVER)
    report(hospital, episode, NAUSEA)
    nurse.read("/alerts")
    nurse.read("/alerts?limit=1")
    assert audited("alert.read") == [frozenset({hospital.patient.id, other.id}), frozenset({other.id})]


def test_an_alert_that_nobody_took_says_that_it_was_escalated(nurse: Door, hospital: Hospital) -> None:
    alert = the_alert(hospital)
    later(minutes=11)
    with transaction() as session:
        worklist.sweep_overdue(session)
    shown = nurse.read(f"/alerts/{alert}")
    assert (shown["state"], shown["escalations"], shown["events"][-1]["verb"]) == ("escalated", 1, "escalate")
