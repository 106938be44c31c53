"""What a vendor keeps: it is asked after letters of which nothing was heard, and made to forget what is settled."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

import pytest

from prom.assignments.ending import stop_person
from prom.audit.queries import log_of
from prom.audit.service import SYSTEM
from prom.db import engine, reading, transaction
from prom.messaging import keeping, outbox
from prom.messaging.keeping import keep_up
from prom.messaging.models import Message, MessageCopy
from prom.messaging.progress import note
from prom.messaging.transport import Letter, Progress, Refused, Told
from tests.conftest import Hospital
from tests.fake_transport import Does, FakeTransport
from tests.prom.messaging.letters import later, message, put

pytestmark = pytest.mark.usefixtures("database")


class Keeping(FakeTransport):
    """A vendor that keeps what it was given. `knows` is what it tells about each letter."""

    def __init__(self, knows: Mapping[str, Told | Refused] | None = None, does: Iterable[Does] = ()) -> None:
        super().__init__(does)
        self.knows = dict(knows or {})
        self.asked_after: list[str] = []
        self.erased: list[str] = []
        self.refuses = False

    def ask_after(self, vendor_id: str) -> Told:
        """Tell."""
        self.connections_open_meanwhile += engine().pool.checkedout()  # type: ignore[attr-defined]
        self.asked_after.append(vendor_id)
        found = self.knows[vendor_id]
        if isinstance(found, Refused):
            raise found
        return found

    def copies(self, letter: Letter, since: datetime) -> list[str]:
        """Tell of all."""
        return [vendor_id for vendor_id, _, listed in self.has if listed.body == letter.body]

    def erase(self, vendor_id: str) -> None:
        """Forget."""
        self.connections_open_meanwhile += engine().pool.checkedout()  # type: ignore[attr-defined]
        if self.refuses:
            raise Refused("busy", final=False)
        self.erased.append(vendor_id)


def told(message_id: uuid.UUID, progress: Progress, vendor_id: str = "fake-1") -> None:
    """Let the vendor tell about a message."""
    with transaction() as session:
        note(session, message_id, Told(vendor_id, progress, "twilio-30007"))


def test_a_vendor_that_keeps_nothing_is_not_asked(hospital: Hospital) -> None:
    put(hospital)
    outbox.deliver_due(FakeTransport())
    later(days=4)
    assert keep_up(FakeTransport()) == 0


def test_a_vendor_that_does_not_forget_is_asked_again(hospital: Hospital) -> None:
    made, vendor = put(hospital), Keeping()
    outbox.deliver_due(vendor)
    told(made, Progress.DELIVERED)
    vendor.refuses = True
    assert keep_up(vendor) == 0
    assert message(made).erased_at is None
    vendor.refuses = False
    assert keep_up(vendor) == 1
    assert vendor.erased == ["fake-1"]


@pytest.mark.parametrize("progress", [Progress.DELIVERED, Progress.FAILED])
def test_the_words_of_a_settled_message_are_erased_once(hospital: Hospital, progress: Progress) -> None:
    made, vendor = put(hospital), Keeping()
    outbox.deliver_due(vendor)
    assert keep_up(vendor) == 0
    told(made, progress)
    assert (keep_up(vendor), keep_up(vendor), vendor.erased) == (1, 0, ["fake-1"])
    assert message(made).erased_at is not None
    assert vendor.connections_open_meanwhile == 0
    with reading() as session:
        assert "message.blank" in {record.action for record in log_of(session, hospital.patient.id)}


def test_the_words_of_a_message_that_nothing_was_heard_of_are_erased_at_its_end(hospital: Hospital) -> None:
    put(hospital)
    vendor = Keeping()
    outbox.deliver_due(vendor)
    later(days=3)
    assert (keep_up(vendor), vendor.erased, vendor.asked_after) == (1, ["fake-1"], [])


def test_the_words_of_a_second_copy_are_erased_too(hospital: Hospital) -> None:
    made, vendor = put(hospital), Keeping()
    outbox.deliver_due(vendor)
    told(made, Progress.DELIVERED, "fake-9")
    assert (keep_up(vendor), vendor.erased) == (2, ["fake-1", "fake-9"])
    with reading() as session:
        assert session.get_one(MessageCopy, "fake-9").erased_at is not None


def test_a_copy_of_which_nobody_ever_told_is_found_by_its_words_and_erased(hospital: Hospital) -> None:
    class SlowList(Keeping):
        def find(self, letter: Letter, since: datetime) -> str | None:
            return None

    made, vendor = put(hospital), SlowList(does=[Does.ACCEPT_WITHOUT_REPLY])
    outbox.deliver_due(vendor)
    later(minutes=1)
    outbox.deliver_due(vendor)
    told(made, Progress.DELIVERED, "fake-2")
    assert (keep_up(vendor), outbox.blank_settled()) == (0, 0)
    later(hours=1)
    assert (keep_up(vendor), vendor.erased) == (2, ["fake-2", "fake-1"])
    assert outbox.blank_settled() == 1


def test_a_letter_of_which_nothing_was_heard_is_asked_after_less_and_less_often(hospital: Hospital) -> None:
    put(hospital)
    vendor = Keeping({"fake-1": Told("fake-1", Progress.ON_ITS_WAY)})
    outbox.deliver_due(vendor)
    asked = []
    for _ in range(24):
        later(minutes=5)
        keep_up(vendor)
        asked.append(len(vendor.asked_after))
    assert (asked[0], asked[1], asked[-1]) == (0, 1, 4)
    assert vendor.connections_open_meanwhile == 0


def test_a_failure_whose_callback_was_lost_comes_out(hospital: Hospital) -> None:
    made = put(hospital)
    vendor = Keeping({"fake-1": Told("fake-1", Progress.FAILED, "twilio-30003")})
    outbox.deliver_due(vendor)
    later(minutes=11)
    assert keep_up(vendor) == 2  # told, and erased at once
    assert (message(made).state, message(made).failure) == ("failed", "twilio-30003")


def test_a_vendor_that_cannot_tell_holds_nobody_up(hospital: Hospital) -> None:
    first, second = put(hospital, "assignment-1"), put(hospital, "assignment-2")
    vendor = Keeping({"fake-1": Refused("busy", final=False), "fake-2": Told("fake-2", Progress.DELIVERED)})
    outbox.deliver_due(vendor)
    later(minutes=11)
    keep_up(vendor)
    with reading() as session:
        states = {session.get_one(Message, each).state for each in (first, second)}
    assert states == {"accepted", "delivered"}


class Forgetful(Keeping):
    """A vendor that does not forget some letters, whatever is done."""

    stubborn: frozenset[str] = frozenset()

    def erase(self, vendor_id: str) -> None:
        """Forget, or not."""
        if vendor_id in self.stubborn:
            raise Refused("never", final=True)
        super().erase(vendor_id)


def test_what_the_vendor_never_forgets_keeps_no_other_words_there(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    made = [put(hospital, f"assignment-{number}") for number in range(4)]
    vendor = Forgetful()
    outbox.deliver_due(vendor)
    for number, each in enumerate(made, 1):
        told(each, Progress.DELIVERED, f"fake-{number}")
    vendor.stubborn = frozenset({"fake-1", "fake-2"})
    for _ in range(3):
        later(minutes=5)
        keep_up(vendor)
    assert sorted(vendor.erased) == ["fake-3", "fake-4"]


def test_a_copy_that_the_vendor_never_forgets_keeps_no_other_there(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    made, vendor = put(hospital), Forgetful({"fake-1": Told("fake-1", Progress.ON_ITS_WAY)})
    outbox.deliver_due(vendor)
    for number in range(9, 4, -1):
        told(made, Progress.ON_ITS_WAY, f"fake-{number}")
    vendor.stubborn = frozenset({"fake-7", "fake-8", "fake-9"})
    for _ in range(60):
        later(minutes=5)
        keep_up(vendor)
    assert {"fake-5", "fake-6"} <= set(vendor.erased)


def lost(hospital: Hospital, vendor: Keeping) -> uuid.UUID:
    """A message that the vendor has without our knowing: its answer was lost."""
    made = put(hospital, assignment_id=uuid.UUID(int=7))
    outbox.deliver_due(vendor)
    assert message(made).state == "ambiguous"
    return made


def test_what_may_be_out_at_its_end_is_found_by_its_words_and_erased(hospital: Hospital) -> None:
    vendor = Keeping(does=[Does.ACCEPT_WITHOUT_REPLY])
    made = lost(hospital, vendor)
    later(days=3)
    assert outbox.blank_settled() == 0
    assert (message(made).state, message(made).failure) == ("failed", "expired")
    later(hours=1)
    assert (keep_up(vendor), vendor.erased) == (2, ["fake-1"])
    assert outbox.blank_settled() == 1


def test_what_may_be_out_when_it_is_cancelled_is_found_by_its_words_and_erased(hospital: Hospital) -> None:
    vendor = Keeping(does=[Does.ACCEPT_WITHOUT_REPLY])
    made = lost(hospital, vendor)
    with transaction() as session:
        assert outbox.cancel(session, uuid.UUID(int=7), "answered") == 1
    assert (keep_up(vendor), outbox.blank_settled()) == (0, 0)
    later(hours=1)
    assert (keep_up(vendor), vendor.erased) == (2, ["fake-1"])
    assert (outbox.blank_settled(), message(made).letter_sealed) == (1, None)


def test_what_may_be_out_at_her_death_is_found_by_its_words_and_erased(hospital: Hospital) -> None:
    vendor = Keeping(does=[Does.ACCEPT_WITHOUT_REPLY])
    made = lost(hospital, vendor)
    with transaction() as session:
        stop_person(session, hospital.patient.id, "died", SYSTEM)
    assert (keep_up(vendor), outbox.blank_settled()) == (0, 0)
    later(hours=1)
    assert (keep_up(vendor), vendor.erased) == (2, ["fake-1"])
    assert (outbox.blank_settled(), message(made).letter_sealed) == (1, None)


def test_words_at_a_vendor_that_cannot_be_asked_are_not_kept_for_ever(hospital: Hospital) -> None:
    made = lost(hospital, Keeping(does=[Does.ACCEPT_WITHOUT_REPLY]))
    later(days=3 + 7)
    assert outbox.blank_settled() == 1
    assert message(made).letter_sealed is None


def test_a_copy_of_another_message_is_not_taken_for_this_one(hospital: Hospital) -> None:
    first, vendor = put(hospital), Keeping()
    outbox.deliver_due(vendor)
    told(first, Progress.ON_ITS_WAY, "fake-9")
    second = put(hospital, "assignment-2")
    told(second, Progress.DELIVERED, "fake-9")
    assert message(second).state == "pending"
