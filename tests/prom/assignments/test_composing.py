"""What is looked at as a message is sent: who she is today, whether it still applies, and at what hour."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments.composing import compose
from prom.assignments.models import Assignment, Information
from prom.assignments.service import send_new_links
from prom.config import Settings
from prom.db import transaction
from prom.messaging.composing import Composed, Later, Withheld
from prom.messaging.models import Kind, Message
from prom.patients import contact
from prom.patients.models import ContactPoint, ContactProblem
from prom.patients.person_source import Person
from prom.settings import service as choices
from prom.staff.models import Unit
from tests.conftest import MONDAY, REGISTRATION, Hospital
from tests.fake_transport import FakeTransport
from tests.prom.assignments.courses import Stay, begin, item, publish
from tests.prom.steps import count, later, rows

TODAY = date(2026, 11, 2)
NIGHT = datetime(2026, 11, 2, 22, 0, tzinfo=UTC)
"""23:00 in Oslo."""
SHORTLY = {"dueHours": 24, "overdueHours": 36, "expiresHours": 48, "begunExpiresHours": 50}


@pytest.fixture
def stay(hospital: Hospital, database: Settings) -> Stay:
    """A daily check with a reminder after four hours; the first is open and its message waits."""
    daily = {"every": 1, "unit": "day", "at": "09:00", "from": "anchor"}
    chosen = publish(
        item(timing=daily, window=SHORTLY, reminders={"afterHours": [4, 13]}),
        information=[
            {
                "key": "welcome",
                "from": {"anchor": "treatment-start", "days": 1},
                "at": "10:00",
                "title": {"nb": "Hei", "nn": "Hei", "en": "Hi"},
                "text": {"nb": "Velkommen.", "nn": "Velkomen.", "en": "Welcome."},
            }
        ],
    )
    made = begin(hospital, database, chosen, TODAY)
    made.tick()
    return made


def composed(stay: Stay, kind: str = "assignment", person: Person | None = None) -> Composed | Withheld | Later:
    """Compose the first message of a kind."""
    (message, *_) = stay.messages(kind)
    with transaction() as session:
        return compose(stay.settings)(session, session.get_one(Message, message.id), person)


def change(stay: Stay, **values: object) -> None:
    """Change the open assignment."""
    with transaction() as session:
        found = session.scalars(select(Assignment).where(Assignment.episode_id == stay.id)).one()
        for name, value in values.items():
            setattr(found, name, value)


@pytest.mark.parametrize(
    "values, code",
    [
        ({"status": "completed", "completed_at": MONDAY}, "answered"),
        ({"status": "expired"}, "expired"),
        ({"status": "cancelled"}, "cancelled"),
        ({"locked_at": MONDAY}, "locked"),
        ({"expires_at": MONDAY}, "expired"),
    ],
)
def test_what_no_longer_applies_is_withheld(stay: Stay, values: dict[str, object], code: str) -> None:
    change(stay, **values)
    assert composed(stay) == Withheld(code)


@pytest.mark.parametrize(
    "person, code",
    [
        (Person(died=True), "stopped"),
        (Person(reserved=True), "reserved"),
        (Person(not_digital=True), "not-digital"),
    ],
)
def test_what_the_register_says_today_is_acted_on(stay: Stay, person: Person, code: str) -> None:
    assert composed(stay, person=person) == Withheld(code)
    assert count(ContactProblem, ContactProblem.code == code) == (0 if code == "stopped" else 1)


def test_without_a_number_the_unit_has_a_problem_to_see_to(stay: Stay) -> None:
    with transaction() as session:
        session.scalars(select(ContactPoint)).one().active = False
    assert composed(stay) == Withheld("no-number")
    assert count(ContactProblem, ContactProblem.code == "no-number") == 1


def test_whoever_wants_no_messages_gets_none(stay: Stay, hospital: Hospital) -> None:
    with transaction() as session:
        contact.opt_out(session, hospital.patient.id, session.scalars(select(ContactPoint)).one(), hospital.nurse_actor)
    assert composed(stay) == Withheld("opted-out")


def test_reminders_that_are_turned_off_are_withheld_and_the_question_is_not(stay: Stay, hospital: Hospital) -> None:
    with transaction() as session:
        choices.choose(session, "unit", hospital.unit.id, "remindersOn", False, hospital.nurse_actor)
    assert composed(stay, "reminder") == Withheld("reminders-off")
    assert isinstance(composed(stay), Composed)


def test_in_quiet_hours_it_waits_until_the_morning(stay: Stay) -> None:
    clock.move_to(NIGHT)
    assert composed(stay) == Later(datetime(2026, 11, 3, 7, 0, tzinfo=UTC), "quiet-hours")


def test_a_link_that_she_asks_for_comes_at_any_hour(stay: Stay, hospital: Hospital) -> None:
    clock.move_to(NIGHT)
    with transaction() as session:
        send_new_links(session, hospital.tenant.id, REGISTRATION.mobile, stay.settings)
    assert isinstance(composed(stay, "new-link", Person(reserved=True)), Composed)


def test_in_a_pause_it_waits_for_the_end_and_a_reminder_is_withheld(stay: Stay) -> None:
    until = MONDAY + timedelta(days=1)
    stay.verb("pause", until, "wish")
    assert composed(stay) == Later(until, "paused")
    assert composed(stay, "reminder") == Withheld("paused")
    stay.verb("pause", MONDAY + timedelta(days=9), "wish")
    assert composed(stay) == Withheld("paused")


def test_a_unit_that_is_gone_sends_nothing(stay: Stay, monkeypatch: pytest.MonkeyPatch) -> None:
    (message,) = stay.messages("assignment")
    with transaction() as session:
        row, found = session.get_one(Message, message.id), session.get
        monkeypatch.setattr(
            session, "get", lambda model, *rest, **more: None if model is Unit else found(model, *rest, **more)
        )
        assert compose(stay.settings)(session, row, None) == Withheld("unit-gone")


def test_the_words_are_hers_and_hold_a_link_of_their_own(stay: Stay) -> None:
    made = composed(stay)
    assert isinstance(made, Composed)
    assert made.to == REGISTRATION.mobile
    assert f" {stay.settings.public_address}/a#" in made.body
    again = composed(stay)
    assert isinstance(again, Composed)
    assert again.body != made.body


def test_a_kind_that_is_another_s_is_not_composed(stay: Stay) -> None:
    with transaction() as session, pytest.raises(LookupError):
        compose(stay.settings)(session, Message(kind=Kind.CODE.value, patient_id=stay.hospital.patient.id), None)


def test_a_text_is_given_at_its_time_with_a_message_that_leads_to_her_own_page(stay: Stay) -> None:
    vendor = FakeTransport()
    stay.deliver(vendor)
    stay.answer()
    clock.move_to(datetime(2026, 11, 3, 9, 0, tzinfo=UTC))
    for _ in range(2):
        stay.tick()
    (given,) = rows(select(Information))
    assert (given.key, given.given_at, given.read_at) == ("welcome", clock.now(), None)
    (words,) = [each for each in stay.deliver(vendor) if "/me" in each]
    assert "elkommen" not in words


def test_who_is_not_asked_herself_gets_no_message(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item(answeredBy=["staff"])), TODAY)
    stay.tick()
    assert (len(stay.asked()), stay.messages("assignment")) == (1, [])


@pytest.mark.parametrize("age, asked", [(70, 1), (71, 1), (72, 0)])
def test_what_is_for_the_old_is_asked_of_the_old(hospital: Hospital, database: Settings, age: int, asked: int) -> None:
    clock.move_to(MONDAY + timedelta(days=9))  # the day after she became 71
    stay = begin(hospital, database, publish(item(onlyIf={"minimumAge": age})), clock.now().date())
    later(days=7)
    stay.tick()
    assert len(stay.asked()) == asked
