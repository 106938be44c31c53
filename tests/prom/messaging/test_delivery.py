"""Sending what is due, with a vendor that misbehaves and workers that die."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete

from prom import clock
from prom.audit.queries import log_of
from prom.db import reading, transaction
from prom.messaging import outbox
from prom.messaging.delivery import LEASE, wait
from prom.messaging.models import Message
from prom.messaging.transport import Letter, Sent
from prom.patients import sealing
from prom.patients.models import PatientKey
from tests.conftest import Hospital
from tests.fake_transport import Does, FakeTransport, Killed
from tests.prom.messaging.letters import MOBILE, WORDS, later, message, put, put_on_call

pytestmark = pytest.mark.usefixtures("database")


def test_a_message_that_is_refused_for_ever_fails_and_is_not_tried_again(hospital: Hospital) -> None:
    made = put(hospital)
    vendor = FakeTransport([Does.REFUSE_FOR_EVER])
    outbox.deliver_due(vendor)
    later(hours=5)
    assert outbox.deliver_due(vendor) == 0
    assert (message(made).state, message(made).failure) == ("failed", "no-such-number")


def test_a_message_that_is_refused_for_now_waits_and_is_sent_then(hospital: Hospital) -> None:
    made = put(hospital)
    vendor = FakeTransport([Does.REFUSE_FOR_NOW])
    assert outbox.deliver_due(vendor) == 1
    assert (message(made).state, message(made).failure) == ("pending", "busy")
    assert outbox.deliver_due(vendor) == 0
    later(seconds=30)
    assert outbox.deliver_due(vendor) == 1
    assert (message(made).state, message(made).failure, vendor.asked) == ("accepted", None, 0)


def test_the_wait_doubles_up_to_its_longest() -> None:
    waits = [wait("assignment", attempts) for attempts in (1, 2, 3, 50)]
    for found, plain in zip(waits, (20, 40, 80, 900), strict=True):
        assert 0.75 * plain <= found.total_seconds() <= 1.25 * plain
    assert wait("on-call", 50) <= timedelta(seconds=75)


def test_a_message_past_its_end_is_not_sent(hospital: Hospital) -> None:
    put(hospital)
    later(days=3)
    assert outbox.deliver_due(FakeTransport()) == 0


def test_a_message_is_not_sent_before_its_time(hospital: Hospital) -> None:
    put(hospital, send_after=clock.now() + timedelta(hours=1))
    vendor = FakeTransport()
    assert outbox.deliver_due(vendor) == 0
    later(hours=1)
    assert outbox.deliver_due(vendor) == 1


def test_a_failure_says_neither_number_nor_words(hospital: Hospital, capfd: pytest.CaptureFixture[str]) -> None:
    made = put(hospital)
    outbox.deliver_due(FakeTransport([Does.BURST]))
    assert (message(made).state, message(made).failure) == ("ambiguous", "RuntimeError")
    printed = "".join(capfd.readouterr())
    assert MOBILE not in printed
    assert "token-one" not in printed


def test_a_letter_that_does_not_open_stays_and_holds_nobody_up(hospital: Hospital) -> None:
    made, alert = put(hospital), put_on_call(hospital)
    with transaction() as session:
        session.execute(delete(PatientKey))
    assert outbox.deliver_due(FakeTransport()) == 2
    assert (message(made).state, message(made).failure) == ("pending", "cannot-open")
    assert message(alert).state == "accepted"


@pytest.mark.parametrize(
    "inside", [{}, [], None, "words", {"to": MOBILE}], ids=["empty", "list", "nothing", "text", "number-alone"]
)
def test_a_letter_that_holds_something_else_stays_and_holds_nobody_up(hospital: Hospital, inside: object) -> None:
    made, behind_it = put(hospital), put(hospital, "assignment-2")
    with transaction() as session:
        row = session.get_one(Message, made)
        sealing.seal(session, row, "letter", inside)
        row.try_at -= timedelta(seconds=1)
    assert outbox.deliver_due(FakeTransport()) == 2
    assert (message(made).state, message(made).failure) == ("pending", "cannot-open")
    assert message(behind_it).state == "accepted"


def test_an_accepted_message_keeps_the_vendors_id_and_the_instant(hospital: Hospital) -> None:
    made = put(hospital)
    vendor = FakeTransport()
    assert outbox.deliver_due(vendor) == 1
    row = message(made)
    assert (row.state, row.vendor_id, row.accepted_at, row.attempts) == ("accepted", "fake-1", clock.now(), 1)
    assert vendor.has[0][2] == Letter(MOBILE, WORDS, made)
    assert outbox.deliver_due(vendor) == 0


def test_the_patients_log_shows_that_a_message_was_opened_to_be_sent(hospital: Hospital) -> None:
    put(hospital)
    outbox.deliver_due(FakeTransport())
    with reading() as session:
        assert "message.send" in {record.action for record in log_of(session, hospital.patient.id)}


def test_no_transaction_is_open_while_the_vendor_is_called(hospital: Hospital) -> None:
    put(hospital)
    vendor = FakeTransport([Does.HANG])
    outbox.deliver_due(vendor)
    later(minutes=1)
    outbox.deliver_due(vendor)
    assert (vendor.asked, len(vendor.has)) == (1, 1)
    assert vendor.connections_open_meanwhile == 0


def test_alerts_to_staff_go_before_an_older_queue(hospital: Hospital) -> None:
    put(hospital, "assignment-1")
    later(minutes=1)
    put_on_call(hospital)
    vendor = FakeTransport()
    outbox.deliver_due(vendor, limit=1)
    assert vendor.bodies == ["Rødt varsel. Logg inn."]


@pytest.mark.parametrize("kind", ["reply", "code", "new-link"])
def test_what_somebody_waits_for_goes_before_an_older_queue_and_after_alerts(hospital: Hospital, kind: str) -> None:
    put(hospital, "assignment-1")
    later(seconds=5)
    put(hospital, "waited-for", kind=kind, body="Ring 113.")
    later(seconds=5)
    put_on_call(hospital)
    vendor = FakeTransport()
    outbox.deliver_due(vendor)
    assert vendor.bodies == ["Rødt varsel. Logg inn.", "Ring 113.", WORDS]


def test_no_more_than_the_limit_is_tried(hospital: Hospital) -> None:
    for number in range(3):
        put(hospital, f"assignment-{number}")
    vendor = FakeTransport()
    assert outbox.deliver_due(vendor, limit=2) == 2
    assert outbox.deliver_due(vendor, limit=2) == 1


def test_a_run_ends_in_time_when_the_vendor_is_slow(hospital: Hospital) -> None:
    for number in range(9):
        put(hospital, f"assignment-{number}")

    class Slow(FakeTransport):
        def send(self, letter: Letter) -> Sent:
            later(seconds=8)
            return super().send(letter)

    assert outbox.deliver_due(Slow()) == 3


@pytest.mark.hazard("H23")
def test_a_lost_answer_is_looked_up_and_the_message_is_not_sent_twice(hospital: Hospital) -> None:
    made = put(hospital)
    vendor = FakeTransport([Does.ACCEPT_WITHOUT_REPLY])
    outbox.deliver_due(vendor)
    assert message(made).state == "ambiguous"
    later(minutes=1)
    outbox.deliver_due(vendor)
    assert (message(made).state, message(made).vendor_id) == ("accepted", "fake-1")
    assert (vendor.asked, len(vendor.has)) == (1, 1)


@pytest.mark.hazard("H23")
def test_a_letter_that_never_came_is_looked_up_and_sent_again(hospital: Hospital) -> None:
    made = put(hospital)
    vendor = FakeTransport([Does.HANG])
    outbox.deliver_due(vendor)
    later(minutes=1)
    outbox.deliver_due(vendor)
    assert (message(made).state, vendor.asked, len(vendor.has)) == ("accepted", 1, 1)


def test_a_patients_message_waits_while_the_vendors_list_cannot_be_asked(hospital: Hospital) -> None:
    made = put(hospital)
    vendor = FakeTransport([Does.ACCEPT_WITHOUT_REPLY], list_is_down=True)
    for _ in range(4):
        outbox.deliver_due(vendor)
        later(minutes=20)
    assert (message(made).state, message(made).failure, len(vendor.has)) == ("ambiguous", "list-is-down", 1)


def test_what_may_be_out_is_still_looked_for_after_the_vendor_was_busy(hospital: Hospital) -> None:
    made, vendor = put(hospital), FakeTransport([Does.HANG, Does.REFUSE_FOR_NOW])
    for _ in range(2):
        outbox.deliver_due(vendor)
        later(minutes=1)
    assert (message(made).state, message(made).failure) == ("ambiguous", "busy")
    vendor.has.append(("late", clock.now(), Letter(MOBILE, WORDS, made)))  # its list shows the first only now
    outbox.deliver_due(vendor)
    assert (message(made).state, message(made).vendor_id, len(vendor.has)) == ("accepted", "late", 1)


@pytest.mark.hazard("H23")
def test_an_alert_to_staff_is_sent_again_when_the_vendors_list_cannot_be_asked(hospital: Hospital) -> None:
    made = put_on_call(hospital)
    vendor = FakeTransport([Does.HANG], list_is_down=True)
    outbox.deliver_due(vendor)
    later(seconds=10)
    outbox.deliver_due(vendor)
    assert (message(made).state, len(vendor.has)) == ("accepted", 1)


def test_an_alert_is_not_taken_for_another_one_with_the_same_words(hospital: Hospital) -> None:
    first, second = put_on_call(hospital, "on-call-1"), put_on_call(hospital, "on-call-2")
    vendor = FakeTransport([Does.ACCEPT, Does.HANG])
    outbox.deliver_due(vendor)
    later(seconds=10)
    outbox.deliver_due(vendor)
    assert {message(first).vendor_id, message(second).vendor_id} == {"fake-1", "fake-2"}


@pytest.mark.hazard("H23")
@pytest.mark.parametrize("death", [Does.KILLED_BEFORE, Does.KILLED_AFTER])
@pytest.mark.parametrize("writes", [put, put_on_call])
def test_a_worker_that_is_killed_at_the_vendor_loses_and_doubles_nothing(
    hospital: Hospital, death: Does, writes: Callable[[Hospital], uuid.UUID]
) -> None:
    made = writes(hospital)
    vendor = FakeTransport([death])
    with pytest.raises(Killed):
        outbox.deliver_due(vendor)
    assert message(made).state == "leased"
    assert outbox.deliver_due(vendor) == 0
    later(seconds=LEASE.total_seconds())
    assert outbox.deliver_due(vendor) == 1
    assert (message(made).state, vendor.asked, len(vendor.has)) == ("accepted", 1, 1)


def test_a_worker_that_is_killed_leaves_one_message_behind_and_not_a_batch(hospital: Hospital) -> None:
    for number in range(3):
        put(hospital, f"assignment-{number}")
    vendor = FakeTransport([Does.KILLED_BEFORE])
    with pytest.raises(Killed):
        outbox.deliver_due(vendor)
    assert outbox.deliver_due(vendor) == 2


def test_a_worker_that_lost_its_lease_overwrites_nothing(hospital: Hospital) -> None:
    made = put(hospital)
    vendor = FakeTransport()

    class Sleeper(FakeTransport):
        def send(self, letter: Letter) -> Sent:
            later(seconds=LEASE.total_seconds())
            outbox.deliver_due(vendor)
            return Sent("too-late")

    outbox.deliver_due(Sleeper(), limit=1)
    assert (message(made).vendor_id, message(made).lease) == ("fake-1", 2)


def test_a_message_cancelled_at_the_vendors_door_is_told_as_accepted_when_it_went_out(hospital: Hospital) -> None:
    assignment = uuid.uuid4()
    made = put(hospital, assignment_id=assignment)
    outbox.deliver_due(Cancelling(assignment))
    assert message(made).state == "accepted"


def test_a_message_cancelled_at_the_vendors_door_is_not_tried_again_when_it_was_refused(hospital: Hospital) -> None:
    assignment = uuid.uuid4()
    made = put(hospital, assignment_id=assignment)
    outbox.deliver_due(Cancelling(assignment, [Does.REFUSE_FOR_NOW]))
    assert message(made).state == "cancelled"
    later(hours=1)
    assert outbox.deliver_due(FakeTransport()) == 0


class Cancelling(FakeTransport):
    """The patient reports on her own while the reminder is on its way."""

    def __init__(self, assignment: uuid.UUID, does: list[Does] | None = None) -> None:
        super().__init__(does or ())
        self.assignment = assignment

    def send(self, letter: Letter) -> Sent:
        """Cancel, then go on."""
        with transaction() as session:
            outbox.cancel(session, self.assignment)
        return super().send(letter)


@pytest.mark.hazard("H23")
def test_several_workers_at_once_send_every_message_once(hospital: Hospital) -> None:
    for number in range(12):
        put(hospital, f"assignment-{number}", body=f"letter {number}")
    vendor = FakeTransport()
    threads = [threading.Thread(target=outbox.deliver_due, args=(vendor,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(vendor.bodies) == {f"letter {number}": 1 for number in range(12)}
