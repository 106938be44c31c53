"""Putting a patient on another pathway: what she is on ends as the next begins, once, and she is told nothing wrong."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom import clock, config
from prom.assignments import composing
from prom.assignments.ending import stop_person
from prom.assignments.models import Plan
from prom.db import transaction
from prom.messaging.composing import Withheld
from prom.messaging.models import Kind, Message
from prom.pathways.models import Episode
from prom.pathways.service import publish_pathway
from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import Nurse, audited, said, words_of
from tests.prom.steps import FEVER, WELL, ask_again, later, rows, send

FOLLOW_UP = "urn:prom:pathway:follow-up-late-effects"


@pytest.fixture
def form(hospital: Hospital) -> dict[str, str]:
    """What is sent for a pathway that is published beside hers, with nothing wrong in it."""
    with transaction() as session:
        publish_pathway(session, f"{FOLLOW_UP}|1.0.0", "physician")
    later(minutes=1)  # since the first was started
    return {
        "pathway": f"{FOLLOW_UP}|1.0.0",
        "unit": str(hospital.unit.id),
        "anchor": "2026-11-09",
        "diagnosis": "C50.9",
        "intent": "adjuvant",
        "regimen": "EC90",
        "line": "1",
        "ends": "finished",
    }


def address(hospital: Hospital) -> str:
    """Where a pathway is started."""
    return f"/patients/{hospital.patient.id}/pathways/new"


def mark(nurse: Nurse, hospital: Hospital) -> str:
    """The mark of the page as it stands."""
    found = re.search(r'name="mark" value="([^"]*)"', nurse.get(address(hospital)).text)
    assert found is not None
    return found[1]


def episodes() -> dict[str, str]:
    """Pathway -> status of every episode."""
    return {each.pathway_url: each.status for each in rows(select(Episode))}


def test_nobody_starts_one_without_being_let_in(client: FlaskClient, hospital: Hospital, sign_in: SignIn) -> None:
    for path in (address(hospital), f"{address(hospital)}/confirm"):
        assert client.post(path).status_code == 401
        sign_in(client, "administrator")
        assert client.post(path).status_code == 403
        sign_in(client, "other-nurse")
        assert client.post(path).status_code == 404
        client.post("/sign-out")


@pytest.mark.parametrize("field, value", [("pathway", "nothing"), ("anchor", "soon"), ("ends", ""), ("ends", "died")])
def test_what_is_wrong_is_named_and_nothing_ends(
    nurse: Nurse, hospital: Hospital, form: dict[str, str], field: str, value: str
) -> None:
    for path in (address(hospital), f"{address(hospital)}/confirm"):
        answer = nurse.post(path, {**form, "mark": mark(nurse, hospital), field: value})
        assert answer.status_code == 422
        assert f'id="{field}-wrong"' in answer.text
    assert list(episodes().values()) == ["active"]


def test_a_unit_of_others_cannot_be_chosen(nurse: Nurse, hospital: Hospital, form: dict[str, str]) -> None:
    answer = nurse.post(address(hospital), {**form, "unit": str(hospital.other_unit.id)})
    assert answer.status_code == 422


def test_a_page_that_is_older_than_her_course_starts_nothing(
    nurse: Nurse, hospital: Hospital, form: dict[str, str]
) -> None:
    answer = nurse.post(f"{address(hospital)}/confirm", {**form, "mark": "older"})
    assert answer.status_code == 409
    assert list(episodes().values()) == ["active"]


def test_somebody_who_has_died_is_put_on_nothing(nurse: Nurse, hospital: Hospital, form: dict[str, str]) -> None:
    with transaction() as session:
        stop_person(session, hospital.patient.id, "died", hospital.nurse_actor)
    assert said("start.title") not in nurse.page(f"/patients/{hospital.patient.id}")
    answer = nurse.post(f"{address(hospital)}/confirm", {**form, "mark": mark(nurse, hospital)})
    assert answer.status_code == 409
    assert list(episodes().values()) == ["ended"]


def test_what_she_is_on_ends_as_the_next_begins(nurse: Nurse, hospital: Hospital, form: dict[str, str]) -> None:
    assert said("start.title") in nurse.page(f"/patients/{hospital.patient.id}")
    seen = nurse.get(address(hospital))
    assert 'value="C50.9"' in seen.text  # what she is treated for need not be typed again
    sent = {**form, "mark": mark(nurse, hospital)}
    checked = nurse.post(address(hospital), sent)
    assert said("start.ends", title=hospital.pathway.title.read("nb")[0]) in words_of(checked)
    assert list(episodes().values()) == ["active"]
    answer = nurse.post(f"{address(hospital)}/confirm", sent)
    assert (answer.status_code, answer.location) == (303, f"/patients/{hospital.patient.id}?started=1")
    assert episodes() == {hospital.episode.pathway_url: "ended", FOLLOW_UP: "active"}
    new = rows(select(Episode).where(Episode.status == "active"))[0]
    assert rows(select(Plan).where(Plan.episode_id == new.id, Plan.next_opens_at.is_not(None)))
    assert rows(select(Plan).where(Plan.episode_id == hospital.episode.id, Plan.next_opens_at.is_not(None))) == []
    assert said("start.done") in words_of(nurse.get(answer.location))
    assert audited("episode.end") == [frozenset({hospital.patient.id})]


def test_an_open_emergency_is_named_before_the_button(nurse: Nurse, hospital: Hospital, form: dict[str, str]) -> None:
    send(ask_again(hospital), WELL)
    sent = {**form, "mark": mark(nurse, hospital)}
    assert said("course.urgent") not in words_of(nurse.post(address(hospital), sent))
    send(ask_again(hospital), FEVER)
    page = nurse.post(address(hospital), sent).text
    assert page.index('id="urgent"') < page.index("Feber") < page.index("/confirm")


def test_pressing_twice_starts_one(nurse: Nurse, hospital: Hospital, form: dict[str, str]) -> None:
    sent = {**form, "mark": mark(nurse, hospital)}
    first, second = (nurse.post(f"{address(hospital)}/confirm", sent) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert list(episodes().values()).count("active") == 1
    assert len(rows(select(Episode))) == 2


def test_she_is_not_told_that_nobody_reads_while_somebody_does(
    nurse: Nurse, hospital: Hospital, form: dict[str, str]
) -> None:
    nurse.post(f"{address(hospital)}/confirm", {**form, "mark": mark(nurse, hospital)})
    later(minutes=1)
    with transaction() as session:
        message = session.scalars(select(Message).where(Message.kind == Kind.ENDED)).one()
        assert composing.compose(config.from_environment({}))(session, message, None) == Withheld("goes-on")
    assert said("withheld.goes-on")


def test_a_patient_whose_pathway_has_ended_begins_the_next_without_saying_why(
    nurse: Nurse, hospital: Hospital, form: dict[str, str]
) -> None:
    nurse.post(f"{address(hospital)}/confirm", {**form, "mark": mark(nurse, hospital)})
    episode = f"/patients/{hospital.patient.id}/episode"
    seen = re.search(r'name="mark" value="([^"]*)"', nurse.get(episode).text)
    assert seen is not None
    nurse.post(f"{episode}/end", {"reason": "finished", "mark": seen[1], "confirmed": "1"})
    again = {**form, "mark": mark(nurse, hospital), "ends": "", "anchor": "2026-11-16"}
    assert nurse.post(f"{address(hospital)}/confirm", again).status_code == 303
    assert [each.status for each in rows(select(Episode).order_by(Episode.id))] == ["ended", "ended", "active"]


def test_whoever_registers_a_patient_of_hers_again_is_led_to_her(nurse: Nurse, hospital: Hospital) -> None:
    typed = {
        "given": "Testine", "family": "Syntetisk", "national_number": "10915596784", "birth_date": "1955-11-10",
        "mobile": "90000001", "language": "nb", "pathway": f"{hospital.pathway.url}|{hospital.pathway.version}",
        "unit": str(hospital.unit.id), "anchor": "2026-11-09", "diagnosis": "C50", "intent": "adjuvant",
        "regimen": "EC90", "line": "1",
    }  # fmt: skip
    answer = nurse.post("/patients/new", typed)
    assert answer.status_code == 422
    assert f'href="/patients/{hospital.patient.id}"' in answer.text


def test_another_units_nurse_is_not_led_to_her(client: FlaskClient, hospital: Hospital, sign_in: SignIn) -> None:
    sign_in(client, "other-nurse")
    typed = {
        "given": "Testine", "family": "Syntetisk", "national_number": "10915596784", "birth_date": "1955-11-10",
        "mobile": "90000001", "language": "nb", "pathway": f"{hospital.pathway.url}|{hospital.pathway.version}",
        "unit": str(hospital.other_unit.id), "anchor": "2026-11-09", "diagnosis": "C50", "intent": "adjuvant",
        "regimen": "EC90", "line": "1",
    }  # fmt: skip
    answer = client.post("/patients/new", data=typed)
    assert answer.status_code == 422
    assert str(hospital.patient.id) not in answer.text


def test_only_the_newest_version_of_a_pathway_is_listed_and_says_which_it_is(nurse: Nurse, hospital: Hospital) -> None:
    with transaction() as session:
        publish_pathway(session, f"{hospital.pathway.url}|1.1.0", "physician")
    page = nurse.get("/patients/new").text
    assert f"{hospital.pathway.url}|1.1.0" in page
    assert f"{hospital.pathway.url}|1.0.0" not in page
    assert "(1.1.0)" in page


def test_a_start_long_ago_is_no_second_press(nurse: Nurse, hospital: Hospital, form: dict[str, str]) -> None:
    sent = {**form, "mark": mark(nurse, hospital)}
    nurse.post(f"{address(hospital)}/confirm", sent)
    clock.move_to(clock.now() + timedelta(minutes=11))
    assert nurse.post(f"{address(hospital)}/confirm", sent).status_code == 409
    assert len(rows(select(Episode))) == 2
