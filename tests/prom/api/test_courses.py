"""Courses through the API: refused first, changed only by whoever saw the present version, and all on record."""

from typing import Any

import pytest

from prom.db import new_id, transaction
from prom.patients.contact import raise_problem
from tests.conftest import Hospital, Machine
from tests.prom.api.door import Door, faults, person, refusal
from tests.prom.clinic.ward import audited
from tests.prom.steps import PATIENT

VERBS = ("pause", "resume", "anchors", "version", "end", "ask")
SOUND: dict[str, Any] = {
    "pause": {"until": "2026-11-16", "reason": "holiday"},
    "anchors": {"anchor": "treatment-start", "day": "2026-11-18"},
    "end": {"reason": "finished"},
    "ask": {"key": "experience"},
}


def tag(door: Door, path: str) -> str:
    """Return the present version of what lies there."""
    return str(door.get(path).headers["ETag"])


def do(door: Door, hospital: Hospital, verb: str, document: Any = None, **headers: str) -> Any:
    """Do something to the episode as it is now."""
    path = f"/episodes/{hospital.episode.id}"
    seen = headers or {"If_Match": tag(door, f"{path}/course")}
    return door.post(f"{path}/{verb}", SOUND.get(verb) if document is None else document, **seen)


@pytest.mark.parametrize("verb", VERBS)
def test_a_machine_without_the_scope_and_people_without_the_role_change_nothing(
    program: Door, hospital: Hospital, verb: str
) -> None:
    refusal(do(program, hospital, verb), 403, "not-permitted")
    for username in ("quality", "administrator"):
        refusal(do(person(program.client, username), hospital, verb, If_Match='"x"'), 403, "not-permitted")


@pytest.mark.parametrize("verb", VERBS)
def test_an_episode_of_another_unit_is_not_there(stranger: Door, hospital: Hospital, verb: str) -> None:
    refusal(do(stranger, hospital, verb, If_Match='"x"'), 404, "not-found")
    refusal(stranger.get(f"/episodes/{hospital.episode.id}/course"), 404, "not-found")
    refusal(stranger.post(f"/patients/{hospital.patient.id}/stop", {"reason": "died"}), 404, "not-found")


@pytest.mark.parametrize("verb", VERBS)
def test_a_change_names_the_version_that_was_seen(nurse: Door, hospital: Hospital, verb: str) -> None:
    path = f"/episodes/{hospital.episode.id}/{verb}"
    refusal(nurse.post(path, SOUND.get(verb)), 428, "precondition-required")
    refusal(nurse.post(path, SOUND.get(verb), If_Match='"older"'), 412, "precondition-failed")


@pytest.mark.parametrize(
    "verb, document, wrong",
    [
        ("pause", {}, {"until": "missing", "reason": "missing"}),
        ("pause", {"until": "2027-03-01", "reason": "wish"}, {"until": "wrong"}),
        ("pause", {"until": "2026-11-16", "reason": "weather"}, {"reason": "not-offered"}),
        ("anchors", {"anchor": "nowhere", "day": "2026-11-18"}, {"anchor": "wrong"}),
        ("anchors", {"anchor": "treatment-start", "day": "2029-11-18"}, {"day": "wrong"}),
        ("end", {"reason": "died"}, {"reason": "not-offered"}),
        ("ask", {"key": "frailty", "why": "x"}, {"why": "unknown"}),
    ],
)
def test_everything_wrong_is_named(
    nurse: Door, hospital: Hospital, verb: str, document: Any, wrong: dict[str, str]
) -> None:
    assert faults(do(nurse, hospital, verb, document)) == wrong


def test_what_cannot_be_done_as_it_stands_is_a_conflict(nurse: Door, hospital: Hospital) -> None:
    refusal(do(nurse, hospital, "resume"), 409, "conflict")
    refusal(do(nurse, hospital, "version"), 409, "conflict")
    refusal(do(nurse, hospital, "ask", {"key": "nothing"}), 404, "not-found")
    assert do(nurse, hospital, "end").status_code == 200
    for verb in ("pause", "anchors", "end", "ask"):
        refusal(do(nurse, hospital, verb), 409, "conflict")


def test_a_death_is_registered_by_a_person_and_stops_everything(
    nurse: Door, hospital: Hospital, machine: Machine
) -> None:
    path = f"/patients/{hospital.patient.id}/stop"
    door = Door(nurse.client, machine("prom/episodes.write"))
    refusal(door.post(path, {"reason": "died"}), 403, "persons-only")
    assert faults(nurse.post(path, {"reason": "moved"})) == {"reason": "not-offered"}
    assert nurse.post(path, {"reason": "died"}).get_json()["status"] == "ended"
    assert nurse.post(path, {"reason": "died"}).get_json()["stoppedAt"]
    assert len(audited("patient.stop")) == 1


def test_a_death_by_mistake_is_taken_back_by_a_person_with_a_reason(
    nurse: Door, hospital: Hospital, machine: Machine
) -> None:
    path = f"/patients/{hospital.patient.id}"
    given = {"why": "Registered on another patient."}
    refusal(nurse.post(f"{path}/restore", given), 409, "conflict")
    assert nurse.post(f"{path}/stop", {"reason": "died"}).status_code == 200
    refusal(Door(nurse.client, machine("prom/episodes.write")).post(f"{path}/restore", given), 403, "persons-only")
    assert faults(nurse.post(f"{path}/restore", {"why": ""})) == {"why": "length"}
    back = nurse.post(f"{path}/restore", given).get_json()
    assert (back["status"], back["stoppedAt"]) == ("active", None)
    assert len(audited("patient.restore")) == 1


def test_a_course_is_shown_paused_moved_and_resumed(nurse: Door, hospital: Hospital) -> None:
    first = nurse.read(f"/episodes/{hospital.episode.id}/course")
    assert (first["anchors"][0]["code"], first["anchors"][0]["day"]) == ("treatment-start", "2026-10-26")
    assert first["coming"][0]["key"] == "weekly-symptom-check"
    paused = do(nurse, hospital, "pause").get_json()
    assert (paused["pausedUntil"], paused["pauseReason"]) == ("2026-11-15T23:00:00+00:00", "holiday")
    assert do(nurse, hospital, "anchors").get_json()["anchors"][0]["day"] == "2026-11-18"
    assert do(nurse, hospital, "resume").get_json()["pausedUntil"] is None
    for action in ("episode.pause", "episode.set-anchor", "episode.resume"):
        assert audited(action) == [frozenset({hospital.patient.id})]


def test_what_a_machine_asks_is_told_apart(nurse: Door, hospital: Hospital, machine: Machine) -> None:
    door = Door(nurse.client, machine("prom/episodes.write prom/patients.read"))
    assert do(door, hospital, "ask").get_json()["open"][0]["title"]
    (row,) = nurse.read("/assignments")["items"]
    assert row["origin"] == "machine"
    refusal(do(door, hospital, "ask"), 409, "conflict")


# Contact and adherence


def test_contact_logs_problems_and_adherence_are_not_for_others(stranger: Door, hospital: Hospital) -> None:
    for name in ("contact-log", "adherence", "settings"):
        refusal(stranger.get(f"/patients/{hospital.patient.id}/{name}"), 404, "not-found")
    refusal(stranger.post(f"/contact-problems/{new_id()}/resolve"), 404, "not-found")
    assert stranger.read("/contact-problems") == {"items": []}
    assert stranger.read("/adherence") == {"calls": [], "totals": []}


def test_the_contact_log_tells_codes_and_words(nurse: Door, hospital: Hospital) -> None:
    do(nurse, hospital, "ask")
    (entry,) = nurse.read(f"/patients/{hospital.patient.id}/contact-log")["items"]
    assert (entry["kind"], entry["state"], entry["why"]) == ("assignment", "pending", "")
    assert audited("contact-log.read") == [frozenset({hospital.patient.id})]


def test_the_contact_log_names_the_pathway_that_ended(nurse: Door, hospital: Hospital) -> None:
    do(nurse, hospital, "end")
    (entry,) = nurse.read(f"/patients/{hospital.patient.id}/contact-log")["items"]
    assert (entry["kind"], entry["pathway"]) == ("ended", hospital.pathway.title.read("en")[0])


def test_a_problem_is_listed_and_resolved(nurse: Door, hospital: Hospital) -> None:
    with transaction() as session:
        raise_problem(session, hospital.patient.id, "landline", PATIENT)
    (found,) = nurse.read("/contact-problems")["items"]
    assert (found["code"], found["patient"]) == ("landline", str(hospital.patient.id))
    assert nurse.post(f"/contact-problems/{found['id']}/resolve").status_code == 200
    assert nurse.read("/contact-problems") == {"items": []}


# Settings


def test_settings_of_the_house_are_an_administrators(nurse: Door, program: Door, hospital: Hospital) -> None:
    for door in (nurse, program):
        for path in ("/settings", f"/units/{hospital.unit.id}/settings"):
            refusal(door.get(path), 403, "not-permitted")
            assert door.post(path, {"name": "remindersOn", "value": False}).status_code == 403


def test_a_setting_is_chosen_upon_what_was_seen_and_tells_what_it_stands_before(
    nurse: Door, hospital: Hospital
) -> None:
    boss, path = person(nurse.client, "administrator"), f"/units/{hospital.unit.id}/settings"
    refusal(boss.get(f"/units/{new_id()}/settings"), 404, "not-found")
    off = {"name": "remindersOn", "value": False}
    refusal(boss.post(path, off), 428, "precondition-required")
    refusal(boss.post(path, off, If_Match='"older"'), 412, "precondition-failed")
    seen = tag(boss, path)
    assert faults(boss.post(path, {**off, "value": "no"}, If_Match=seen)) == {"value": "wrong"}
    assert faults(boss.post(path, {"name": "smsPerHour", "value": 5}, If_Match=seen)) == {"name": "wrong"}
    assert faults(boss.post(path, {"name": "colour"}, If_Match=seen)) == {"name": "not-offered"}
    assert boss.post(path, off, If_Match=seen).status_code == 200
    refusal(boss.post(path, off, If_Match=seen), 412, "precondition-failed")
    hers = f"/patients/{hospital.patient.id}/settings"
    found = {each["name"]: each["choices"] for each in nurse.read(hers)["items"]}
    assert [(each["level"], each["value"]) for each in found["remindersOn"]] == [("unit", False), ("default", True)]
    on = {"name": "remindersOn", "value": True}
    assert nurse.post(hers, on, If_Match=tag(nurse, hers)).get_json()["items"][1]["choices"][0]["level"] == "patient"
    back = {"name": "remindersOn", "inherit": True}
    assert nurse.post(hers, back, If_Match=tag(nurse, hers)).get_json()["items"][1]["choices"][0]["level"] == "unit"
