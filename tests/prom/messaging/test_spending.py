"""The hour's limit of SMS: what is over waits, what cannot wait goes, and the watch tells."""

import pytest

from prom.audit.service import SYSTEM
from prom.db import reading, transaction
from prom.messaging import outbox
from prom.messaging.spending import COUNT_AFTER, sent_and_allowed
from prom.oversight.watch import watch
from prom.settings import service
from tests.conftest import Hospital
from tests.fake_transport import FakeTransport
from tests.prom.messaging.letters import later, message, put, put_on_call

pytestmark = pytest.mark.usefixtures("database")


def allow(hospital: Hospital, number: int) -> None:
    """Set the limit of the hour."""
    with transaction() as session:
        service.choose(session, "installation", hospital.tenant.id, "smsPerHour", number, SYSTEM)


def test_what_is_over_the_limit_waits_until_the_hour_has_passed(hospital: Hospital) -> None:
    allow(hospital, COUNT_AFTER)
    for number in range(COUNT_AFTER + 3):
        put(hospital, f"assignment-{number}")
    vendor = FakeTransport()
    assert outbox.deliver_due(vendor) == COUNT_AFTER
    assert outbox.deliver_due(vendor) == 0
    later(minutes=59)
    assert outbox.deliver_due(vendor) == 0
    later(minutes=1)
    assert outbox.deliver_due(vendor) == 3


def test_long_messages_count_as_what_they_cost(hospital: Hospital) -> None:
    put(hospital, body="a" * 161)
    outbox.deliver_due(FakeTransport())
    with reading() as session:
        assert sent_and_allowed(session, hospital.tenant.id) == (2, 1000)


@pytest.mark.parametrize("kind", ["on-call", "code", "reply"])
def test_an_alert_a_code_and_a_reply_are_sent_over_the_limit(hospital: Hospital, kind: str) -> None:
    allow(hospital, 0)
    made, waits = put(hospital, kind=kind), put(hospital, "assignment-2")
    assert outbox.deliver_due(FakeTransport()) == 1
    assert (message(made).state, message(waits).state) == ("accepted", "pending")


def test_a_link_held_back_by_the_limit_does_not_stand_in_the_way_of_a_code(hospital: Hospital) -> None:
    allow(hospital, 0)
    waits = put(hospital, "new-link-1", kind="new-link")
    later(seconds=1)
    made = put(hospital, "code-1", kind="code")
    assert outbox.deliver_due(FakeTransport()) == 1
    assert (message(made).state, message(waits).state) == ("accepted", "pending")


def test_what_the_limit_holds_back_keeps_the_outbox_late(hospital: Hospital) -> None:
    allow(hospital, 0)
    put(hospital)
    later(minutes=6)
    outbox.deliver_due(FakeTransport())
    with reading() as session:
        assert not next(check for check in watch(session) if check.name == "outbox").well


def test_the_watch_tells_that_the_limit_is_reached(hospital: Hospital) -> None:
    allow(hospital, 1)
    put_on_call(hospital)
    outbox.deliver_due(FakeTransport())
    with reading() as session:
        check = next(check for check in watch(session) if check.name == "spending")
    assert (check.well, check.seen) == (False, "1 SMS in the last hour, 1 allowed")
    later(hours=1)
    with reading() as session:
        assert next(check for check in watch(session) if check.name == "spending").well


def test_e_mail_costs_no_sms(hospital: Hospital) -> None:
    put(hospital, kind="staff", to="post@sykehus.example", body="Noe venter.", patient_id=None)
    outbox.deliver_due(FakeTransport())
    with reading() as session:
        assert sent_and_allowed(session, hospital.tenant.id) == (0, 1000)
