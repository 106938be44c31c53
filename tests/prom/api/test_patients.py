"""Patients: registered with everything that is wrong named, listed in parts, read with a record."""

from typing import Any

import pytest

from prom import clock
from prom.api.schemas.patients import EXAMPLE, NEXT
from prom.db import transaction
from prom.pathways.service import publish_pathway
from prom.patients.models import Patient
from tests.conftest import REGISTRATION, Hospital
from tests.prom.api.door import Door, faults, refusal
from tests.prom.clinic.ward import NUMBERS, another_patient, audited, count
from tests.prom.steps import later


def new_patient(hospital: Hospital, **changed: Any) -> dict[str, Any]:
    """A registration that would be taken."""
    return {**EXAMPLE, "unit": str(hospital.unit.id), "nationalNumber": NUMBERS[0], **changed}


def test_nothing_at_all_names_every_field(nurse: Door) -> None:
    wrong = faults(nurse.post("/patients", {}))
    assert set(wrong) == set(EXAMPLE) - {"pathwayCode"}
    assert set(wrong.values()) == {"missing"}


@pytest.mark.parametrize(
    "field, value, code",
    [
        ("line", 5.9, "wrong"),
        ("line", "1", "wrong"),
        ("line", True, "wrong"),
        ("line", 1e400, "wrong"),
        ("line", 21, "out-of-range"),
        ("birthDate", "10.11.1955", "wrong"),
        ("birthDate", 19551110, "wrong"),
        ("birthDate", "1955-13-10", "wrong"),
        ("birthDate", "1855-11-10", "wrong"),
        ("given", " ", "blank"),
        ("given", ["Kari"], "wrong"),
        ("given", "K\0ri", "wrong"),
        ("nationalNumber", "10915596785", "wrong"),
        ("mobile", "22000001", "wrong"),
        ("language", "fr", "not-offered"),
        ("intent", "hopeful", "not-offered"),
        ("diagnosis", "cancer", "wrong"),
        ("pathway", "urn:prom:pathway:nothing|1", "wrong"),
        ("unit", "A", "wrong"),
        ("anchor", "2020-01-01", "wrong"),
        ("doctor", "House", "unknown"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(
    nurse: Door, hospital: Hospital, field: str, value: object, code: str
) -> None:
    assert faults(nurse.post("/patients", new_patient(hospital, **{field: value}))) == {field: code}
    assert count(Patient) == 1


def test_everything_that_is_wrong_is_named_at_once(nurse: Door, hospital: Hospital) -> None:
    wrong = faults(nurse.post("/patients", new_patient(hospital, given=" ", mobile="1", regimen="  ")))
    assert wrong == {"given": "blank", "mobile": "wrong", "regimen": "blank"}


def test_a_unit_of_others_cannot_be_registered_at(nurse: Door, hospital: Hospital) -> None:
    other = str(hospital.other_unit.id)
    assert faults(nurse.post("/patients", new_patient(hospital, unit=other))) == {"unit": "wrong"}


def test_a_number_that_is_registered_is_refused_and_that_somebody_asked_is_on_record(
    stranger: Door, hospital: Hospital
) -> None:
    sent = new_patient(hospital, unit=str(hospital.other_unit.id), nationalNumber=REGISTRATION.national_number)
    answer = stranger.post("/patients", sent)
    refusal(answer, 422, "already-registered")
    assert faults(answer) == {"nationalNumber": "already-registered"}
    assert str(hospital.patient.id) not in answer.get_data(as_text=True)
    assert audited("patient.find") == [frozenset({hospital.patient.id})]


@pytest.mark.parametrize("line", [1, 1.0])
def test_a_patient_is_registered_with_her_episode_and_found_where_the_answer_says(
    nurse: Door, hospital: Hospital, line: float
) -> None:
    answer = nurse.post("/patients", new_patient(hospital, line=line, mobile="900 00 001"))
    assert answer.status_code == 201
    made = answer.get_json()
    assert made["mobile"] == "+4790000001"
    assert [each["line"] for each in made["episodes"]] == [1]
    assert nurse.read(answer.headers["Location"].removeprefix("/api/v1")) == made
    assert nurse.read(f"/episodes/{made['episodes'][0]['id']}") == made["episodes"][0]


def test_a_machine_registers_too(program: Door, hospital: Hospital) -> None:
    units = {unit["name"]: unit["id"] for unit in program.read("/units")["items"]}
    (pathway,) = program.read("/pathways")["items"]
    sent = new_patient(hospital, unit=units["Poliklinikk B"], pathway=pathway["pathway"])
    made = program.post("/patients", sent).get_json()
    assert made["episodes"][0]["unit"] == str(hospital.other_unit.id)
    log = program.read(f"/patients/{made['id']}/audit")["items"]
    assert {each["actorKind"] for each in log if each["action"] == "patient.register"} == {"client"}


def test_a_birth_date_that_does_not_fit_its_number_is_taken_with_a_warning(nurse: Door, hospital: Hospital) -> None:
    made = nurse.post("/patients", new_patient(hospital, birthDate="1955-11-11")).get_json()
    assert made["birthDateFitsNumber"] is False


def test_a_patient_is_shown_with_what_she_is_treated_for(nurse: Door, hospital: Hospital) -> None:
    shown = nurse.read(f"/patients/{hospital.patient.id}")
    assert (shown["given"], shown["birthDate"], shown["language"]) == ("Testine", "1955-11-10", "nb")
    (episode,) = shown["episodes"]
    assert (episode["diagnosis"], episode["treatmentDay"], episode["endedAt"]) == ("C50.9", 8, None)
    assert nurse.read(f"/patients/{hospital.patient.id}/episodes")["items"] == [episode]
    assert audited("patient.read") == [frozenset({hospital.patient.id})] * 2


def test_a_list_comes_in_parts_that_together_are_the_whole(nurse: Door, hospital: Hospital) -> None:
    made = [hospital.patient.id]
    for number in NUMBERS[:4]:
        later(seconds=1)
        made.append(another_patient(hospital, number, "Annen")[0].id)
    found: list[str] = []
    cursor = ""
    while True:
        part = nurse.read(f"/patients?limit=2{cursor}")
        assert len(part["items"]) <= 2
        found += [each["id"] for each in part["items"]]
        if part["nextCursor"] is None:
            break
        cursor = f"&cursor={part['nextCursor']}"
    assert found == [str(each) for each in reversed(made)]
    assert [len(each) for each in audited("patient.read")] == [2, 2, 1]


def test_who_comes_in_meanwhile_shifts_no_part(nurse: Door, hospital: Hospital) -> None:
    later(seconds=1)
    first = another_patient(hospital, NUMBERS[0], "Annen")[0].id
    part = nurse.read("/patients?limit=1")
    assert [each["id"] for each in part["items"]] == [str(first)]
    later(seconds=1)
    another_patient(hospital, NUMBERS[1], "Ny")
    following = nurse.read(f"/patients?limit=1&cursor={part['nextCursor']}")
    assert [each["id"] for each in following["items"]] == [str(hospital.patient.id)]
    assert following["nextCursor"] is None


def test_who_has_looked_is_listed_with_this_very_look(nurse: Door, program: Door, hospital: Hospital) -> None:
    later(seconds=1)
    nurse.read(f"/patients/{hospital.patient.id}")
    later(seconds=1)
    program.read(f"/patients/{hospital.patient.id}")
    later(seconds=1)
    first, second, third, *_ = nurse.read(f"/patients/{hospital.patient.id}/audit")["items"]
    assert (first["action"], first["actorName"]) == ("audit.read", "nurse (test)")
    assert (second["action"], second["actorKind"], second["actorName"]) == ("patient.read", "client", None)
    assert (third["action"], third["actorRole"], third["actionText"]) == (
        "patient.read",
        "nurse",
        "Read the patient's page",
    )
    assert clock.now().isoformat() == first["at"]


def test_a_patient_is_put_on_another_pathway_once_and_only_with_a_reason(
    nurse: Door, stranger: Door, hospital: Hospital
) -> None:
    with transaction() as session:
        publish_pathway(session, str(NEXT["pathway"]), "physician")
    later(minutes=1)
    place, sent = f"/patients/{hospital.patient.id}/episodes", {**NEXT, "unit": str(hospital.unit.id)}
    assert stranger.post(place, {**sent, "unit": str(hospital.other_unit.id)}).status_code == 404
    assert faults(nurse.post(place, {**sent, "unit": str(hospital.other_unit.id)})) == {"unit": "wrong"}
    assert faults(nurse.post(place, {**sent, "ends": "bored"})) == {"ends": "not-offered"}
    assert nurse.post(place, {name: value for name, value in sent.items() if name != "ends"}).status_code == 422
    first, again = nurse.post(place, sent), nurse.post(place, sent)
    begun = first.get_json()
    assert (first.status_code, begun["pathway"], begun["status"]) == (201, NEXT["pathway"], "active")
    assert again.get_json()["id"] == begun["id"]
    found = nurse.read(f"/patients/{hospital.patient.id}/episodes")["items"]
    assert [each["status"] for each in found] == ["active", "ended"]
