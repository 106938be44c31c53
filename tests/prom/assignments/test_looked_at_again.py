"""What a reminder is looked at for once more as it is sent, one test for each word of the promise.

Completion, withdrawal, death, pause, admission, opt-out, changed wording: each happens between the planning of the
reminder and its hour, by the real verb, and the contact log says why nothing was sent.
"""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments import episodes
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging.models import Kind
from prom.messaging.queries import contact_log
from prom.patients import contact
from prom.patients.models import ContactPoint
from tests.conftest import Hospital
from tests.fake_transport import FakeTransport
from tests.prom.assignments.courses import Stay, begin, item, publish

TODAY = date(2026, 11, 2)
REMINDED_AFTER = 4
ITEM = item(
    timing={"every": 1, "unit": "week", "weekday": "monday", "at": "09:00", "from": "anchor"},
    reminders={"afterHours": [REMINDED_AFTER]},
)


@pytest.fixture
def stay(hospital: Hospital, database: Settings) -> Stay:
    """A question whose message is out; its reminder waits for its hour."""
    made = begin(hospital, database, publish(ITEM), TODAY)
    made.tick()
    assert len(made.deliver(FakeTransport())) == 1
    return made


def at_its_hour(stay: Stay) -> tuple[list[str], tuple[str, str | None]]:
    """Let the reminder's hour come; the words that went out, and its state and reason in the contact log."""
    clock.move_to(clock.now() + timedelta(hours=REMINDED_AFTER))
    words = stay.deliver(FakeTransport())
    with reading() as session:
        (told,) = [each for each in contact_log(session, stay.hospital.patient.id) if each.kind == Kind.REMINDER]
    return words, (told.state, told.reason)


def test_a_reminder_that_nothing_speaks_against_is_sent(stay: Stay) -> None:
    words, told = at_its_hour(stay)
    assert (len(words), told) == (1, ("accepted", None))


def test_completion(stay: Stay) -> None:
    assert stay.answer()
    assert at_its_hour(stay) == ([], ("cancelled", "answered"))


def test_withdrawal(stay: Stay) -> None:
    stay.verb("end", "withdrawn")
    words, told = at_its_hour(stay)
    assert told == ("cancelled", "ended")
    assert not any("/a#" in each for each in words)


def test_death(stay: Stay) -> None:
    with transaction() as session:
        episodes.stop_person(session, stay.hospital.patient.id, "died", stay.hospital.nurse_actor)
    assert at_its_hour(stay) == ([], ("cancelled", "stopped"))


@pytest.mark.parametrize("reason", ["wish", "holiday", "other"])
def test_pause(stay: Stay, reason: str) -> None:
    stay.verb("pause", clock.now() + timedelta(days=3), reason)
    assert at_its_hour(stay) == ([], ("cancelled", "paused"))


def test_admission(stay: Stay) -> None:
    stay.verb("pause", clock.now() + timedelta(days=3), "admitted")
    assert at_its_hour(stay) == ([], ("cancelled", "paused"))


def test_opt_out(stay: Stay) -> None:
    with transaction() as session:
        point = session.scalars(select(ContactPoint)).one()
        contact.opt_out(session, stay.hospital.patient.id, point, stay.hospital.nurse_actor)
    assert at_its_hour(stay) == ([], ("cancelled", "opted-out"))


def test_changed_wording(stay: Stay) -> None:
    new = dict.fromkeys(("nb", "nn", "en"), "Nye ord fra i dag: {link} Takk")
    stay.verb("change_version", publish(ITEM, version="1.1.0", texts={"sms": new, "reminder": new}))
    words, told = at_its_hour(stay)
    assert told == ("accepted", None)
    assert words[0].startswith("Nye ord fra i dag: ")
