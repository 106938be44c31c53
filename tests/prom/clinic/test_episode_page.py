"""The episode's page: refused first; what changes is shown before it is done, and all of it is on record."""

import re
import uuid
from datetime import date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from prom.assignments.models import Assignment, Plan
from prom.db import reading, transaction
from prom.messaging.models import Kind, Message
from prom.pathways.models import Episode, EpisodeAnchor
from prom.pathways.service import publish_pathway
from prom.patients.models import Patient
from prom.settings.queries import effective
from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import NUMBERS, Nurse, audited, said, words_of
from tests.prom.steps import rows

VERBS = ("pause", "resume", "anchor", "version", "end", "death", "alive", "ask", "setting")


def address(hospital: Hospital, verb: str = "") -> str:
    """Where the page and its verbs lie."""
    return f"/patients/{hospital.patient.id}/episode" + (f"/{verb}" if verb else "")


def mark(nurse: Nurse, hospital: Hospital) -> str:
    """Return the mark of the page as it is now."""
    page = nurse.get(address(hospital)).get_data(as_text=True)
    found = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def do(nurse: Nurse, hospital: Hospital, verb: str, **given: Any) -> TestResponse:
    """Send one of the page's forms."""
    return nurse.post(address(hospital, verb), {"mark": mark(nurse, hospital), **given})


def the_episode(hospital: Hospital) -> Episode:
    """Return the episode as it stands."""
    (found,) = rows(select(Episode).where(Episode.id == hospital.episode.id))
    return found


def next_opening() -> datetime | None:
    """Return when the weekly check opens next."""
    (plan,) = rows(select(Plan).where(Plan.key == "weekly-symptom-check"))
    return plan.next_opens_at


# Refusals


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_without_a_session_is_401(client: FlaskClient, hospital: Hospital, verb: str) -> None:
    assert client.post(address(hospital, verb)).status_code == 401


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_but_clinical_staff_changes_an_episode(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, verb: str
) -> None:
    for role in ("quality", "administrator"):
        sign_in(client, role)
        assert client.post(address(hospital, verb)).status_code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_an_episode_of_another_unit_is_not_there(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, verb: str
) -> None:
    sign_in(client, "other-nurse")
    given = {"mark": "0", "until": "2026-11-09", "reason": "wish", "anchor": "treatment-start", "day": "2026-11-03"}
    answer = client.post(
        address(hospital, verb), data={**given, "key": "frailty", "name": "remindersOn", "value": "no"}
    )
    assert answer.status_code == 404
    assert the_episode(hospital).paused_until is None


def test_a_form_of_an_older_page_changes_nothing_and_shows_what_is_there_now(nurse: Nurse, hospital: Hospital) -> None:
    seen = mark(nurse, hospital)
    assert do(nurse, hospital, "pause", until="2026-11-09", reason="holiday").status_code == 303
    answer = nurse.post(address(hospital, "pause"), {"mark": seen, "until": "2026-11-30", "reason": "wish"})
    assert answer.status_code == 409
    assert said("course.stale") in words_of(answer)
    assert the_episode(hospital).paused_until == datetime.fromisoformat("2026-11-08T23:00:00+00:00")


@pytest.mark.parametrize("until", ["", "soon", "2026-11-02", "2026-11-01", "2027-02-01"])
def test_a_pause_has_an_end_within_90_days(nurse: Nurse, hospital: Hospital, until: str) -> None:
    answer = do(nurse, hospital, "pause", until=until, reason="wish")
    assert answer.status_code == 422
    assert said("error.course.pause-until") in words_of(answer)
    assert the_episode(hospital).paused_until is None


def test_a_pause_has_a_reason_from_the_list(nurse: Nurse, hospital: Hospital) -> None:
    answer = do(nurse, hospital, "pause", until="2026-11-09", reason="weather")
    assert answer.status_code == 422
    assert said("error.course.pause-reason") in words_of(answer)


@pytest.mark.parametrize("day", ["", "2028-11-02", "yesterday"])
def test_a_day_that_cannot_be_is_refused(nurse: Nurse, hospital: Hospital, day: str) -> None:
    answer = do(nurse, hospital, "anchor", anchor="treatment-start", day=day)
    assert answer.status_code == 422
    assert said("error.course.anchor-day") in words_of(answer)


@pytest.mark.parametrize("reason", ["", "died", "bored"])
def test_an_end_has_a_reason_from_the_list_and_a_death_is_none_of_them(
    nurse: Nurse, hospital: Hospital, reason: str
) -> None:
    answer = do(nurse, hospital, "end", reason=reason, confirmed="1")
    assert answer.status_code == 422
    assert said("error.course.end-reason") in words_of(answer)
    assert the_episode(hospital).status == "active"


def test_what_is_not_asked_on_her_pathway_cannot_be_asked_now(nurse: Nurse, hospital: Hospital) -> None:
    assert do(nurse, hospital, "ask", key="nothing").status_code == 404


def test_a_pause_that_does_not_run_cannot_be_ended(nurse: Nurse, hospital: Hospital) -> None:
    assert do(nurse, hospital, "resume").status_code == 409


# What it does


def test_the_page_says_where_she_stands_and_what_comes_next(nurse: Nurse, hospital: Hospital) -> None:
    page = nurse.page(address(hospital))
    assert "Under behandling" in page
    assert "26. oktober 2026" in page
    assert "Ukentlig symptomsjekk" in page
    assert said("setting.level.default") in page
    assert audited("patient.read") == [frozenset({hospital.patient.id})]


def test_nothing_can_be_asked_now_in_a_pause_and_the_page_does_not_offer_it(nurse: Nurse, hospital: Hospital) -> None:
    assert said("course.ask-means") in nurse.page(address(hospital))
    assert do(nurse, hospital, "pause", until="2026-11-16", reason="admitted").status_code == 303
    assert said("course.ask-means") not in nurse.page(address(hospital))
    assert do(nurse, hospital, "ask", key="experience").status_code == 409


def test_a_pause_is_kept_with_its_reason_and_ended_when_somebody_says_so(nurse: Nurse, hospital: Hospital) -> None:
    assert do(nurse, hospital, "pause", until="2026-11-16", reason="admitted").status_code == 303
    page = nurse.page(address(hospital))
    assert said("pause-reason.admitted") in page
    assert the_episode(hospital).paused_until == datetime.fromisoformat("2026-11-15T23:00:00+00:00")
    assert do(nurse, hospital, "resume").status_code == 303
    assert said("course.do-resume") not in nurse.page(address(hospital))
    assert audited("episode.pause") == audited("episode.resume") == [frozenset({hospital.patient.id})]


def test_a_day_is_moved_only_after_what_changes_was_shown(nurse: Nurse, hospital: Hospital) -> None:
    before = next_opening()
    shown = do(nurse, hospital, "anchor", anchor="treatment-start", day="2026-11-18")
    assert shown.status_code == 200
    assert said("course.gone") in words_of(shown)
    assert next_opening() == before
    assert the_episode(hospital).anchor == date(2026, 10, 26)
    done = do(nurse, hospital, "anchor", anchor="treatment-start", day="2026-11-18", confirmed="1")
    assert done.status_code == 303
    assert the_episode(hospital).anchor == date(2026, 11, 18)
    assert next_opening() != before


def test_an_end_is_confirmed_and_tells_the_patient_that_nobody_reads_any_more(nurse: Nurse, hospital: Hospital) -> None:
    shown = do(nurse, hospital, "end", reason="finished")
    assert said("course.end-tells") in words_of(shown)
    assert the_episode(hospital).status == "active"
    assert do(nurse, hospital, "end", reason="finished", confirmed="1").status_code == 303
    assert the_episode(hospital).status == "ended"
    assert [each.kind for each in rows(select(Message).where(Message.kind == Kind.ENDED))] == ["ended"]
    assert said("end-reason.finished") in nurse.page(address(hospital))


def test_a_death_is_asked_twice_and_stops_everything(nurse: Nurse, hospital: Hospital) -> None:
    once = do(nurse, hospital, "death")
    assert said("course.death-stops") in words_of(once)
    twice = do(nurse, hospital, "death", confirmed="1")
    assert said("course.death-again") in words_of(twice)
    (patient,) = rows(select(Patient))
    assert patient.stopped_at is None
    assert do(nurse, hospital, "death", confirmed="2").status_code == 303
    (patient,) = rows(select(Patient))
    assert patient.stopped_at is not None
    assert the_episode(hospital).status == "ended"
    assert rows(select(Message).where(Message.kind == Kind.ENDED)) == []
    assert said("course.do-death") not in nurse.page(address(hospital))


def test_a_questionnaire_is_asked_now_and_the_patient_gets_a_message(nurse: Nurse, hospital: Hospital) -> None:
    assert do(nurse, hospital, "ask", key="experience").status_code == 303
    found = rows(select(Assignment).where(Assignment.origin == "clinician"))
    assert [each.questionnaire.partition("|")[0] for each in found] == ["urn:prom:questionnaire:patient-experience"]
    assert said("course.open-now") in nurse.page(address(hospital))


def test_a_choice_for_one_patient_says_by_whom_and_instead_of_what(nurse: Nurse, hospital: Hospital) -> None:
    assert do(nurse, hospital, "setting", name="quietHours", value="22:00-09:00").status_code == 303
    page = nurse.page(address(hospital))
    assert "22:00-09:00" in page
    assert said("setting.overrides", value="21:00-08:00", level=said("setting.level.default")) in page
    assert "nurse (test)" in page
    with reading() as session:
        found = effective(
            session, "quietHours", tenant_id=hospital.tenant.id, patient_id=hospital.patient.id, unit_id=uuid.uuid4()
        )
        assert (found.value, found.level) == ("22:00-09:00", "patient")
    wrong = do(nurse, hospital, "setting", name="quietHours", value="later", seen=found.set_at.isoformat())  # type: ignore[union-attr]
    assert wrong.status_code == 422
    assert said("setting.wrong.hours") in words_of(wrong)


def test_no_further_day_is_kept_by_a_look_at_what_it_would_change(nurse: Nurse, hospital: Hospital) -> None:
    assert do(nurse, hospital, "anchor", anchor="nowhere", day="2026-11-18").status_code == 422
    assert rows(select(EpisodeAnchor)) == []


def test_a_newer_version_is_followed_only_after_what_it_changes_was_shown(nurse: Nurse, hospital: Hospital) -> None:
    assert said("course.confirmed.version") not in nurse.page(address(hospital))
    with transaction() as session:
        publish_pathway(session, "urn:prom:pathway:systemic-treatment|1.1.1", "physician")
    shown = do(nurse, hospital, "version")
    assert shown.status_code == 200
    assert said("course.newer", version="1.1.1", present="1.0.0") in words_of(shown)
    assert the_episode(hospital).pathway_version == "1.0.0"
    assert do(nurse, hospital, "version", confirmed="1").status_code == 303
    assert the_episode(hospital).pathway_version == "1.1.1"
    again = do(nurse, hospital, "anchor", anchor="treatment-end", day="2027-02-01", confirmed="1")
    assert again.status_code == 303
    assert [each.day for each in rows(select(EpisodeAnchor))] == [date(2027, 2, 1)]
    assert audited("episode.change-version") == [frozenset({hospital.patient.id})]


def test_a_patient_is_registered_with_the_days_that_are_known_already(nurse: Nurse, hospital: Hospital) -> None:
    with transaction() as session:
        publish_pathway(session, "urn:prom:pathway:systemic-treatment|1.1.1", "physician")
    form = {
        "given": "Prøve",
        "family": "Testesen",
        "national_number": NUMBERS[0],
        "birth_date": "1955-11-10",
        "mobile": "90000777",
        "language": "nb",
        "pathway": "urn:prom:pathway:systemic-treatment|1.1.1",
        "unit": str(hospital.unit.id),
        "anchor": "2026-11-02",
        "diagnosis": "C50.9",
        "intent": "adjuvant",
        "regimen": "EC90",
        "line": "1",
        "anchor.treatment-end": "2029-02-01",
    }
    wrong = nurse.post("/patients/new", form)
    assert wrong.status_code == 422
    assert said("error.registration.anchor") in words_of(wrong)
    form["anchor.treatment-end"] = "2027-02-01"
    assert "Siste behandlingsdag 1. februar 2027" in words_of(nurse.post("/patients/new", form))
    assert nurse.post("/patients/new/confirm", form).status_code == 303
    assert [each.day for each in rows(select(EpisodeAnchor))] == [date(2027, 2, 1)]
