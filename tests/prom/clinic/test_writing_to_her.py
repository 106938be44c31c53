"""Writing to a patient: who may, whom no SMS reaches, what the SMS says, that she alone reads it, and what is seen."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from prom import clock
from prom.assignments import ending
from prom.assignments.composing import compose
from prom.communications.models import Communication
from prom.config import Settings
from prom.db import transaction
from prom.messaging.models import Message, State
from prom.messaging.outbox import deliver_due
from prom.messaging.segments import measure
from prom.pathways.models import Episode
from prom.patients import contact
from prom.patients.queries import points_of
from tests.conftest import Hospital, SignIn
from tests.fake_transport import FakeTransport
from tests.prom.clinic.ward import NUMBERS, Nurse, another_patient, audited, count, said, words_of
from tests.prom.my_page.phones import Phone
from tests.prom.steps import later, rows

WORDS = "Blodprøvene er fine.\nVi ses torsdag."


@pytest.fixture
def phone(nurse: Nurse) -> Phone:
    """The patient's browser, another than the nurse's."""
    return Phone(nurse.client.application.test_client())


def write(nurse: Nurse, hospital: Hospital, words: str = WORDS, **fields: str) -> TestResponse:
    """Send the form."""
    return nurse.post(f"/patients/{hospital.patient.id}/messages", {"words": words, **fields})


def page(nurse: Nurse, hospital: Hospital) -> str:
    return nurse.page(f"/patients/{hospital.patient.id}/messages")


def sms() -> list[Message]:
    """The messages that tell of a text."""
    return rows(select(Message).where(Message.key.like("communication:%")).order_by(Message.id))


def deliver(database: Settings) -> list[str]:
    """Send what is due, and return what the vendor got that leads to her own page."""
    vendor = FakeTransport()
    deliver_due(vendor, 50, compose(database))
    return [body for body in vendor.bodies if "/me" in body]


@pytest.mark.parametrize("path", ["messages", "messages/take-back", "handover"])
def test_who_does_not_look_after_her_writes_nothing(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, path: str
) -> None:
    there = f"/patients/{hospital.patient.id}/{path}"
    assert client.post(there).status_code == 401
    for username, status in (("other-nurse", 404), ("quality", 403), ("administrator", 403)):
        sign_in(client, username)
        assert client.post(there, data={"words": WORDS, "handover": WORDS}).status_code == status
        assert client.get(f"/patients/{hospital.patient.id}/messages").status_code == status
    assert count(Communication) == 0
    assert sms() == []


@pytest.mark.parametrize("words", ["", " \n ", "x" * 2001])
def test_without_words_or_with_too_many_nothing_is_sent(nurse: Nurse, hospital: Hospital, words: str) -> None:
    answer = write(nurse, hospital, words)
    assert answer.status_code == 422
    assert said("error.written.words") in words_of(answer)
    assert count(Communication) == 0


@pytest.mark.hazard("H50")
def test_whom_no_sms_reaches_is_not_written_to(nurse: Nurse, hospital: Hospital) -> None:
    with transaction() as session:
        point = points_of(session, [hospital.patient.id])[hospital.patient.id]
        contact.opt_out(session, hospital.patient.id, point, hospital.nurse_actor)
    answer = write(nurse, hospital)
    assert answer.status_code == 409
    assert said("error.written.opted-out") in words_of(answer)
    with transaction() as session:
        ending.end(session, session.get_one(Episode, hospital.episode.id), "finished", hospital.nurse_actor)
    assert said("error.written.ended") in words_of(write(nurse, hospital))
    with transaction() as session:
        ending.stop_person(session, hospital.patient.id, "died", hospital.nurse_actor)
    assert said("error.written.stopped") in words_of(write(nurse, hospital))
    assert count(Communication) == 0
    assert sms() == []


def test_another_units_text_is_neither_shown_nor_taken_back(nurse: Nurse, hospital: Hospital) -> None:
    write(nurse, hospital)
    with transaction() as session:
        row = session.scalars(select(Communication)).one()
        row.unit_id = hospital.other_unit.id
    assert "Blodprøvene" not in page(nurse, hospital)
    assert "Blodprøvene" not in nurse.page(f"/patients/{hospital.patient.id}")
    answer = nurse.post(f"/patients/{hospital.patient.id}/messages/take-back", {"message": str(row.id)})
    assert answer.status_code == 404
    assert rows(select(Communication))[0].taken_back_at is None


def test_a_form_that_is_sent_twice_writes_once(nurse: Nurse, hospital: Hospital) -> None:
    form = page_form(nurse, hospital)
    assert [write(nurse, hospital, sending=form).status_code for _ in range(2)] == [303, 303]
    assert count(Communication) == 1
    assert len(sms()) == 1
    other, _ = another_patient(hospital, NUMBERS[0], "Annen")
    answer = nurse.post(f"/patients/{other.id}/messages", {"words": WORDS, "sending": form})
    assert answer.status_code == 404


def test_other_words_in_a_form_that_was_brought_back_are_another_text(nurse: Nurse, hospital: Hospital) -> None:
    form = page_form(nurse, hospital)
    write(nurse, hospital, sending=form)
    answer = nurse.post(f"/patients/{hospital.patient.id}/messages", {"words": "Rettelse.", "sending": form})
    assert answer.status_code == 303
    assert count(Communication) == 2


def page_form(nurse: Nurse, hospital: Hospital) -> str:
    """The id that the form gives its sending."""
    html = nurse.get(f"/patients/{hospital.patient.id}/messages").text
    found = re.search(r'name="sending" value="([^"]+)"', html)
    assert found is not None
    return found[1]


@pytest.mark.hazard("H49")
def test_the_sms_is_one_segment_and_tells_nothing_of_what_was_written(
    nurse: Nurse, hospital: Hospital, database: Settings
) -> None:
    write(nurse, hospital)
    (body,) = deliver(database)
    assert not {"Blodprøvene", "torsdag"} & set(re.findall(r"\w+", body))
    assert measure(body).segments == 1
    assert said("message.kind.communication") in nurse.page(f"/patients/{hospital.patient.id}/contact-log")


@pytest.mark.hazard("H50")
def test_she_reads_it_after_the_code_and_the_nurse_sees_that_she_did(
    nurse: Nurse, hospital: Hospital, database: Settings, phone: Phone
) -> None:
    write(nurse, hospital)
    deliver(database)
    assert said("written.unread") in nurse.page(f"/patients/{hospital.patient.id}")
    phone.come_in()
    assert said("my-page.home.unread", count=1) in phone.show()
    closed = phone.show("/messages")
    assert "Blodprøvene" not in closed
    (row,) = rows(select(Communication))
    assert phone.client.post(f"/me/messages/{row.id}/open").status_code == 303
    assert "Blodprøvene er fine." in phone.show("/messages")
    assert said("my-page.home.unread", count=1) not in phone.show()
    assert said("written.unread") not in page(nurse, hospital)
    for action in ("communication.send", "communication.read"):
        assert audited(action) == [frozenset({hospital.patient.id})]
    assert len(audited("communication.list")) > 0


@pytest.mark.hazard("H49")
def test_nobody_elses_text_opens_on_her_page(nurse: Nurse, hospital: Hospital, phone: Phone) -> None:
    other, _ = another_patient(hospital, NUMBERS[0], "Annen")
    nurse.post(f"/patients/{other.id}/messages", {"words": WORDS})
    (row,) = rows(select(Communication))
    assert phone.client.post(f"/me/messages/{row.id}/open").status_code == 303
    phone.come_in()
    assert phone.client.post(f"/me/messages/{row.id}/open").status_code == 404
    assert said("my-page.messages.none") in phone.show("/messages")
    assert rows(select(Communication))[0].read_at is None


@pytest.mark.hazard("H49")
def test_what_was_taken_back_is_neither_told_of_nor_shown(
    nurse: Nurse, hospital: Hospital, database: Settings, phone: Phone
) -> None:
    write(nurse, hospital)
    (row,) = rows(select(Communication))
    nurse.post(f"/patients/{hospital.patient.id}/messages/take-back", {"message": str(row.id)})
    assert deliver(database) == []
    assert sms()[0].failure == "taken-back"
    phone.come_in()
    assert said("my-page.messages.none") in phone.show("/messages")
    assert phone.client.post(f"/me/messages/{row.id}/open").status_code == 404
    assert "Blodprøvene er fine." in page(nurse, hospital)
    assert audited("communication.take-back") == [frozenset({hospital.patient.id})]


def test_one_that_she_has_read_already_is_not_told_of(
    nurse: Nurse, hospital: Hospital, database: Settings, phone: Phone
) -> None:
    later(hours=13)  # half past ten in the evening: the SMS waits for the morning
    nurse.comes_back()
    write(nurse, hospital)
    assert deliver(database) == []
    assert sms()[0].failure == "quiet-hours"
    phone.come_in()
    phone.client.post(f"/me/messages/{rows(select(Communication))[0].id}/open")
    later(hours=11)
    assert deliver(database) == []
    assert sms()[0].failure == "read"


def test_a_pause_holds_no_text_of_a_clinician_back(nurse: Nurse, hospital: Hospital, database: Settings) -> None:
    with transaction() as session:
        episode = session.get_one(Episode, hospital.episode.id)
        episode.paused_from, episode.paused_until = clock.now(), clock.now() + timedelta(days=7)
    write(nurse, hospital)
    assert len(deliver(database)) == 1


def test_her_death_stops_the_sms(nurse: Nurse, hospital: Hospital, database: Settings) -> None:
    write(nurse, hospital)
    with transaction() as session:
        ending.stop_person(session, hospital.patient.id, "died", hospital.nurse_actor)
    assert deliver(database) == []
    assert sms()[0].state == State.CANCELLED


@pytest.mark.hazard("H50")
def test_the_nurse_is_told_to_call_where_the_sms_did_not_go(nurse: Nurse, hospital: Hospital) -> None:
    write(nurse, hospital)
    with transaction() as session:
        row = session.scalars(select(Message).where(Message.key.like("communication:%"))).one()
        row.state, row.settled_at, row.failure = State.FAILED, clock.now(), "twilio-30005"
    for path in ("", "/messages"):
        assert said("written.call") in nurse.page(f"/patients/{hospital.patient.id}{path}")
