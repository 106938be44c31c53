"""Reading the outbox."""

import uuid
from datetime import timedelta

import pytest

from prom import clock
from prom.db import reading
from prom.messaging import outbox, queries
from prom.messaging.composing import Composed, Later
from prom.messaging.models import Kind
from tests.conftest import MONDAY, Hospital
from tests.fake_transport import Does, FakeTransport
from tests.prom.messaging.letters import MOBILE, WORDS, later, put, put_on_call

pytestmark = pytest.mark.usefixtures("database")


def test_an_empty_outbox_has_nothing_due() -> None:
    with reading() as session:
        assert queries.oldest_due(session, clock.now()) is None
        assert (queries.open_by_state(session), queries.failed_by_kind(session, MONDAY)) == ({}, {})


def test_what_is_to_be_sent_later_is_not_due(hospital: Hospital) -> None:
    put(hospital, send_after=MONDAY + timedelta(hours=1))
    with reading() as session:
        assert queries.oldest_due(session, MONDAY) is None
        assert queries.oldest_due(session, MONDAY + timedelta(hours=2)) == MONDAY + timedelta(hours=1)


def test_what_is_tried_again_and_again_grows_old(hospital: Hospital) -> None:
    put(hospital)
    later(minutes=1)
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_NOW]))
    with reading() as session:
        assert queries.oldest_due(session, clock.now()) == MONDAY


@pytest.mark.parametrize("code", ["quiet-hours", "paused"])
@pytest.mark.parametrize("before", [[], [Does.HANG]])
def test_what_rightly_waits_is_late_only_from_when_it_may_be_sent(
    hospital: Hospital, code: str, before: list[Does]
) -> None:
    put(hospital, to=None, body=None)
    until, vendor = MONDAY + timedelta(hours=10), FakeTransport(before)
    for _ in before:
        outbox.deliver_due(vendor, compose=lambda *_: Composed(MOBILE, WORDS))
        later(minutes=1)
    outbox.deliver_due(vendor, compose=lambda *_: Later(until, code))
    with reading() as session:
        assert queries.oldest_due(session, until - timedelta(seconds=1)) is None
        assert queries.waiting(session, until - timedelta(seconds=1)) == []
        assert queries.oldest_due(session, until + timedelta(minutes=6)) == until
        assert [each.due_at for each in queries.waiting(session, until + timedelta(minutes=6))] == [until]


def test_a_try_that_fails_after_quiet_hours_is_late_from_their_end_on(hospital: Hospital) -> None:
    put(hospital, to=None, body=None)
    until, vendor = MONDAY + timedelta(hours=10), FakeTransport([Does.REFUSE_FOR_NOW, Does.HANG])
    outbox.deliver_due(vendor, compose=lambda *_: Later(until, "quiet-hours"))
    later(hours=10)
    for _ in range(2):
        outbox.deliver_due(vendor, compose=lambda *_: Composed(MOBILE, WORDS))
        later(minutes=1)
        with reading() as session:
            assert queries.oldest_due(session, clock.now()) == until
            assert [each.due_at for each in queries.waiting(session, clock.now())] == [until]


def test_what_waits_for_its_words_is_late_from_when_it_was_due(hospital: Hospital) -> None:
    put(hospital, to=None, body=None)
    outbox.deliver_due(FakeTransport())
    with reading() as session:
        assert queries.oldest_due(session, clock.now()) == MONDAY


def test_what_was_accepted_is_not_due_any_more(hospital: Hospital) -> None:
    put(hospital)
    outbox.deliver_due(FakeTransport())
    with reading() as session:
        assert queries.oldest_due(session, clock.now()) is None


def test_messages_are_counted_by_where_they_stand(hospital: Hospital) -> None:
    put_on_call(hospital)
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_EVER]))
    put(hospital, "assignment-1")
    outbox.deliver_due(FakeTransport([Does.HANG]))
    put(hospital, "assignment-2")
    put(hospital, "assignment-3")
    with reading() as session:
        assert queries.open_by_state(session) == {"pending": 2, "ambiguous": 1}
        assert queries.failed_by_kind(session, MONDAY) == {"on-call": 1}
        assert queries.failed_by_kind(session, MONDAY + timedelta(seconds=1)) == {}


def test_a_patients_links_are_counted_by_kind_and_since_an_instant(hospital: Hospital) -> None:
    put(hospital, "assignment-1")
    later(hours=1)
    put(hospital, "new-link-1", kind="new-link")
    put_on_call(hospital, patient_id=hospital.patient.id)
    with reading() as session:
        assert queries.links_since(session, uuid.uuid4(), MONDAY) == 0
        assert queries.links_since(session, hospital.patient.id, MONDAY) == 2
        assert queries.links_since(session, hospital.patient.id, MONDAY + timedelta(minutes=1)) == 1
        assert queries.links_since(session, hospital.patient.id, MONDAY, kinds=[Kind.ASSIGNMENT]) == 1


def test_a_blanked_letter_is_not_listed(hospital: Hospital) -> None:
    put(hospital)
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_EVER]))
    outbox.blank_settled()
    with reading() as session:
        assert queries.list_open(session) == []


def test_letters_are_opened_newest_first_up_to_the_limit(hospital: Hospital) -> None:
    put(hospital, "assignment-1")
    later(minutes=1)
    alert = put_on_call(hospital)
    with reading() as session:
        newest, older = queries.list_open(session)
        assert (newest.id, newest.patient_id, newest.kind) == (alert, None, "on-call")
        assert (older.to, older.body, older.state) == (MOBILE, WORDS, "pending")
        assert queries.list_open(session, limit=1) == [newest]


def test_a_patients_contact_log_tells_where_each_message_stands_and_why(hospital: Hospital) -> None:
    put(hospital, "refused")
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_EVER]))
    later(minutes=1)
    put(hospital, "busy")
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_NOW]))
    put(hospital, "lost")
    outbox.deliver_due(FakeTransport([Does.HANG]))
    put(hospital, "wordless", to=None, body=None)
    outbox.deliver_due(FakeTransport())
    put(hospital, "waits", send_after=MONDAY + timedelta(hours=5))
    put_on_call(hospital)
    with reading() as session:
        assert queries.contact_log(session, uuid.uuid4()) == []
        log = queries.contact_log(session, hospital.patient.id)
    assert [(each.state, each.reason) for each in log] == [
        ("pending", None),
        ("pending", "no-composer"),
        ("ambiguous", "no-answer"),
        ("failed-for-now", "busy"),
        ("failed-for-good", "no-such-number"),
    ]
    assert (log[0].due_at, log[0].next_at) == (MONDAY + timedelta(hours=5),) * 2
    assert (log[-1].settled_at, log[-1].next_at, log[-1].attempts) == (MONDAY, None, 1)


def test_what_waits_is_told_without_patient_or_words_the_oldest_first(hospital: Hospital) -> None:
    late = put(hospital)
    later(minutes=1)
    alert = put_on_call(hospital)
    put(hospital, "waits", send_after=MONDAY + timedelta(hours=5))
    with reading() as session:
        found = queries.waiting(session, clock.now())
    assert [(each.id, each.kind, each.state) for each in found] == [
        (late, "assignment", "pending"),
        (alert, "on-call", "pending"),
    ]
