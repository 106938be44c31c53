"""Messages that lead to the same place and are due together go out as one; nothing is left out for one that failed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from prom import clock
from prom.assignments.composing import compose
from prom.assignments.service import send_new_links
from prom.config import Settings
from prom.db import transaction
from prom.messaging.outbox import deliver_due
from tests.conftest import MONDAY, REGISTRATION, Hospital
from tests.fake_transport import Does, FakeTransport
from tests.prom.assignments.courses import Stay, begin, item, publish
from tests.prom.steps import later

TODAY = date(2026, 11, 2)
EVENING = datetime(2026, 11, 2, 19, 0, tzinfo=UTC)
"""20:00 in Oslo: an hour before quiet hours."""
LONG = {"dueHours": 24, "overdueHours": 36, "expiresHours": 48, "begunExpiresHours": 50}


def text_of(key: str) -> dict[str, Any]:
    """A short text, given on the second day at ten."""
    words = {"nb": "Hei", "nn": "Hei", "en": "Hi"}
    at = {"from": {"anchor": "treatment-start", "days": 1}, "at": "10:00"}
    return {"key": key, **at, "title": words, "text": words}


@pytest.fixture
def stay(hospital: Hospital, database: Settings) -> Stay:
    """A question at nine with reminders after 13 and 14 hours, both in the night, and two texts the next day."""
    weekly = {"every": 1, "unit": "week", "weekday": "monday", "at": "09:00", "from": "anchor"}
    asked = item(timing=weekly, window=LONG, reminders={"afterHours": [13, 14]})
    made = begin(hospital, database, publish(asked, information=[text_of("one"), text_of("two")]), TODAY)
    made.tick()
    return made


def told(stay: Stay, kind: str) -> list[tuple[str, str | None]]:
    """Where the messages of a kind stand, and why."""
    return [(each.state, each.failure) for each in stay.messages(kind)]


def in_the_morning(stay: Stay, vendor: FakeTransport) -> list[str]:
    """Let both reminders wait for the end of quiet hours, and send what is due then."""
    stay.deliver(vendor)
    clock.move_to(datetime(2026, 11, 2, 23, 0, tzinfo=UTC))
    assert stay.deliver(vendor) == []
    clock.move_to(datetime(2026, 11, 3, 7, 0, tzinfo=UTC))
    return stay.deliver(vendor)


@pytest.mark.hazard("H23")
def test_nothing_is_left_out_for_one_that_was_not_taken(stay: Stay) -> None:
    words = in_the_morning(stay, FakeTransport([Does.ACCEPT, Does.REFUSE_FOR_EVER]))
    assert len(words) == 1
    assert sorted(told(stay, "reminder"), key=str) == [("accepted", None), ("failed", "no-such-number")]


def test_what_was_sent_before_this_was_due_is_no_reason(stay: Stay) -> None:
    vendor = FakeTransport()
    stay.deliver(vendor)
    with transaction() as session:
        send_new_links(session, stay.hospital.tenant.id, REGISTRATION.mobile, stay.settings)
    assert len(stay.deliver(vendor)) == 1, "she asked for it"
    assert told(stay, "new-link") == [("accepted", None)]
    clock.move_to(datetime(2026, 11, 3, 7, 0, tzinfo=UTC))
    assert len(stay.deliver(vendor)) == 1


@pytest.mark.hazard("H23")
def test_two_reminders_that_waited_for_the_morning_are_one(stay: Stay) -> None:
    assert len(in_the_morning(stay, FakeTransport())) == 1
    assert sorted(told(stay, "reminder"), key=str) == [("accepted", None), ("cancelled", "together")]


@pytest.mark.hazard("H23")
def test_a_question_and_its_reminder_that_waited_for_a_pause_are_one(stay: Stay) -> None:
    clock.move_to(MONDAY + timedelta(minutes=1))
    stay.verb("pause", datetime(2026, 11, 3, 8, 0, tzinfo=UTC), "admitted")
    vendor = FakeTransport()
    assert stay.deliver(vendor) == []
    clock.move_to(datetime(2026, 11, 3, 8, 0, tzinfo=UTC))
    assert len(stay.deliver(vendor)) == 1
    assert len(stay.messages("assignment")) == 1


def test_two_texts_of_one_minute_are_one_message_to_her_page(stay: Stay) -> None:
    vendor = FakeTransport()
    stay.deliver(vendor)
    stay.answer()
    clock.move_to(datetime(2026, 11, 3, 9, 0, tzinfo=UTC))
    stay.tick()
    (words,) = stay.deliver(vendor)
    assert "/me" in words
    assert sorted(told(stay, "information"), key=str) == [("accepted", None), ("cancelled", "together")]


def test_one_in_another_worker_s_hands_is_waited_for_and_not_for_long(stay: Stay) -> None:
    vendor = FakeTransport([Does.ACCEPT, Does.HANG])
    in_the_morning(stay, vendor)
    assert sorted(each[1] or "" for each in told(stay, "reminder")) == ["no-answer", "together"]
    for _ in range(20):
        later(seconds=10)
        deliver_due(vendor, 50, compose(stay.settings))
    assert sorted(told(stay, "reminder"), key=str) == [("accepted", None), ("cancelled", "together")]
    assert len(vendor.bodies) == 2
