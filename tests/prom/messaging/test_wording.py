"""Making a message's words as it is sent: asking the register, withholding, waiting, and never twice."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from prom import clock
from prom.audit.queries import log_of
from prom.db import engine, reading, transaction
from prom.messaging import outbox
from prom.messaging.composing import Composed, Later, Withheld
from prom.messaging.models import Message
from prom.messaging.taking import LEASE
from prom.messaging.transport import Letter
from prom.patients.person_source import NotKnown, Person, Unreachable
from tests.conftest import MONDAY, Hospital
from tests.fake_transport import Does, FakeTransport, Killed
from tests.prom.messaging.letters import MOBILE, later, message, put

#: What ends every message that is composed here.
CLOSING = "Ikke svar, ring 22 00 00 01."

pytestmark = pytest.mark.usefixtures("database")


class Composer:
    """Decides one thing after the other, the last for ever; counts its words, and writes something each time."""

    def __init__(self, *decides: Any) -> None:
        self.decides: Sequence[Any] = decides
        self.persons: list[Person | None] = []

    def __call__(self, session: Session, row: Message, person: Person | None) -> Any:
        """Decide."""
        self.persons.append(person)
        decided = self.decides[min(len(self.persons), len(self.decides)) - 1] if self.decides else None
        if isinstance(decided, Exception):
            raise decided
        row.failure = f"scribble {len(self.persons)}"  # stands for the link that a composer mints
        return decided or Composed(MOBILE, f"words {len(self.persons)}")


class Register:
    """Says what it is told to, and looks whether a transaction is open."""

    def __init__(self, *says: Any) -> None:
        self.says = says
        self.asked: list[str] = []
        self.connections_open_meanwhile = 0

    def look_up(self, national_number: str) -> Person:
        """Answer."""
        self.connections_open_meanwhile += engine().pool.checkedout()  # type: ignore[attr-defined]
        self.asked.append(national_number)
        said = self.says[min(len(self.asked), len(self.says)) - 1]
        if isinstance(said, Exception):
            raise said
        assert isinstance(said, Person)
        return said


def put_wordless(hospital: Hospital, key: str = "assignment-1", **changes: Any) -> uuid.UUID:
    """Put a message in whose words are made as it is sent."""
    return put(hospital, key, to=None, body=None, **changes)


def test_without_a_composer_a_message_without_words_waits_and_says_so(hospital: Hospital) -> None:
    made, other = put_wordless(hospital), put(hospital, "assignment-2")
    assert outbox.deliver_due(FakeTransport()) == 2
    assert (message(made).state, message(made).failure, message(made).attempts) == ("pending", "no-composer", 0)
    assert message(other).state == "accepted"


def test_what_is_withheld_is_cancelled_with_its_reason_and_not_tried_again(hospital: Hospital) -> None:
    made, vendor = put_wordless(hospital), FakeTransport()
    outbox.deliver_due(vendor, compose=Composer(Withheld("answered")))
    assert (message(made).state, message(made).failure, message(made).settled_at) == (
        "cancelled",
        "answered",
        clock.now(),
    )
    later(hours=1)
    assert (outbox.deliver_due(vendor, compose=Composer()), vendor.has) == (0, [])
    with reading() as session:
        assert "message.cancel" in {record.action for record in log_of(session, hospital.patient.id)}


def test_what_is_to_be_sent_later_waits_until_then(hospital: Hospital) -> None:
    made, vendor = put_wordless(hospital), FakeTransport()
    composer = Composer(Later(clock.now() + timedelta(hours=9), "quiet-hours"), None)
    outbox.deliver_due(vendor, compose=composer)
    assert (message(made).state, message(made).failure) == ("pending", "quiet-hours")
    later(hours=8, minutes=59)
    assert outbox.deliver_due(vendor, compose=composer) == 0
    later(minutes=1)
    assert outbox.deliver_due(vendor, compose=composer) == 1
    assert (message(made).state, message(made).attempts, vendor.bodies) == ("accepted", 1, [f"words 2 {CLOSING}"])


def test_a_later_that_has_passed_keeps_no_worker_busy(hospital: Hospital) -> None:
    put_wordless(hospital)
    assert outbox.deliver_due(FakeTransport(), compose=Composer(Later(clock.now(), "quiet-hours"))) == 1


def test_a_composer_that_fails_holds_nobody_up_and_leaves_the_message_to_be_tried(hospital: Hospital) -> None:
    made, other = put_wordless(hospital), put(hospital, "assignment-2")
    vendor = FakeTransport()
    outbox.deliver_due(vendor, compose=Composer(RuntimeError(f"cannot write to {MOBILE}"), None))
    assert (message(made).state, message(made).failure) == ("pending", "RuntimeError")
    assert message(other).state == "accepted"
    later(minutes=1)
    outbox.deliver_due(vendor, compose=Composer())
    assert message(made).state == "accepted"


def test_words_are_made_as_the_message_is_sent_and_sealed_before(hospital: Hospital) -> None:
    made, vendor = put_wordless(hospital), FakeTransport([Does.KILLED_BEFORE])
    with pytest.raises(Killed):
        outbox.deliver_due(vendor, compose=Composer())
    row = message(made)
    assert (row.state, row.composed_at) == ("leased", clock.now())
    assert row.letter_sealed is not None


def test_a_message_that_may_be_at_the_vendor_is_compared_by_its_very_words(hospital: Hospital) -> None:
    made, vendor, composer = put_wordless(hospital), FakeTransport([Does.ACCEPT_WITHOUT_REPLY]), Composer()
    outbox.deliver_due(vendor, compose=composer)
    later(minutes=1)
    outbox.deliver_due(vendor, compose=composer)
    assert (message(made).state, vendor.bodies, len(composer.persons)) == ("accepted", [f"words 1 {CLOSING}"], 1)


class SlowList(FakeTransport):
    """A vendor whose list shows nothing for the first minute."""

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Look through the list as far as it is shown."""
        found = super().find(letter, since)
        taken_at = {vendor_id: at for vendor_id, at, _ in self.has}
        return found if found is not None and taken_at[found] + timedelta(minutes=1) <= clock.now() else None


@pytest.mark.parametrize("then", [Later(MONDAY + timedelta(minutes=10), "quiet-hours"), RuntimeError("broken")])
def test_what_may_be_out_is_still_looked_for_after_the_composer_held_it_back(hospital: Hospital, then: Any) -> None:
    made, vendor = put_wordless(hospital), SlowList([Does.ACCEPT_WITHOUT_REPLY])
    composer = Composer(None, then, None)
    for _ in range(2):
        outbox.deliver_due(vendor, compose=composer)
        later(seconds=30)
    code = then.code if isinstance(then, Later) else "RuntimeError"
    assert (message(made).state, message(made).failure, message(made).attempts) == ("ambiguous", code, 1)
    later(minutes=15)
    outbox.deliver_due(vendor, compose=composer)
    assert (message(made).state, len(vendor.has)) == ("accepted", 1)


def test_what_may_be_out_is_still_looked_for_after_the_register_was_silent(hospital: Hospital) -> None:
    made, vendor = put_wordless(hospital), SlowList([Does.ACCEPT_WITHOUT_REPLY])
    register = Register(Person(), Unreachable("time-out"))
    for _ in range(2):
        outbox.deliver_due(vendor, compose=Composer(), persons=register)
        later(seconds=30)
    assert (message(made).state, message(made).failure) == ("ambiguous", "register-unreachable")
    later(minutes=15)
    outbox.deliver_due(vendor, compose=Composer(), persons=register)
    assert (message(made).state, len(vendor.has)) == ("accepted", 1)


def test_what_was_certainly_not_sent_is_made_anew_for_the_number_she_has_now(hospital: Hospital) -> None:
    made, vendor = put_wordless(hospital), FakeTransport([Does.REFUSE_FOR_NOW])
    composer = Composer(None, Composed("+4790000999", "new words"))
    outbox.deliver_due(vendor, compose=composer)
    later(minutes=1)
    outbox.deliver_due(vendor, compose=composer)
    assert [(letter.to, letter.body) for _, _, letter in vendor.has] == [("+4790000999", f"new words {CLOSING}")]
    assert (message(made).state, message(made).attempts, vendor.asked) == ("accepted", 2, 0)


def test_what_may_be_out_goes_to_her_new_number_only_after_the_old_letter_was_looked_for(hospital: Hospital) -> None:
    put_wordless(hospital)
    vendor, composer = FakeTransport([Does.HANG]), Composer(None, Composed("+4790000999", "new words"))
    outbox.deliver_due(vendor, compose=composer)
    later(minutes=1)
    outbox.deliver_due(vendor, compose=composer)
    assert (vendor.asked, [letter.to for _, _, letter in vendor.has]) == (1, ["+4790000999"])


def test_a_second_try_sends_the_first_words_and_leaves_nothing_else_behind(hospital: Hospital) -> None:
    made, vendor, composer = put_wordless(hospital), FakeTransport([Does.HANG]), Composer()
    outbox.deliver_due(vendor, compose=composer)
    later(minutes=1)
    outbox.deliver_due(vendor, compose=composer)
    assert (vendor.bodies, message(made).failure, len(composer.persons)) == ([f"words 1 {CLOSING}"], None, 2)


def test_a_second_try_is_not_made_when_she_has_answered_meanwhile(hospital: Hospital) -> None:
    made, vendor = put_wordless(hospital), FakeTransport([Does.REFUSE_FOR_NOW])
    composer = Composer(None, Withheld("answered"))
    outbox.deliver_due(vendor, compose=composer)
    later(minutes=1)
    outbox.deliver_due(vendor, compose=composer)
    assert (message(made).state, message(made).failure, vendor.has) == ("cancelled", "answered", [])


def test_a_worker_killed_before_there_are_words_leaves_nothing_to_look_for(hospital: Hospital) -> None:
    made, vendor = put_wordless(hospital), FakeTransport()

    def dies(_session: Session, _row: Message, _person: Person | None) -> Composed:
        raise Killed

    with pytest.raises(Killed):
        outbox.deliver_due(vendor, compose=dies)
    assert (message(made).state, message(made).letter_sealed) == ("leased", None)
    later(seconds=LEASE.total_seconds())
    outbox.deliver_due(vendor, compose=Composer())
    assert (message(made).state, vendor.asked, len(vendor.has)) == ("accepted", 0, 1)


def test_a_message_cancelled_while_the_register_is_asked_is_not_sent(hospital: Hospital) -> None:
    assignment = uuid.uuid4()
    made, vendor = put_wordless(hospital, assignment_id=assignment), FakeTransport()

    class Cancelling(Register):
        def look_up(self, national_number: str) -> Person:
            with transaction() as session:
                outbox.cancel(session, assignment)
            return Person()

    outbox.deliver_due(vendor, compose=Composer(), persons=Cancelling())
    assert (message(made).state, message(made).letter_sealed, vendor.has) == ("cancelled", None, [])


def test_the_register_is_asked_about_her_and_no_transaction_is_open(hospital: Hospital) -> None:
    put_wordless(hospital)
    register, composer = Register(Person(reserved=True)), Composer()
    outbox.deliver_due(FakeTransport(), compose=composer, persons=register)
    assert (register.asked, composer.persons) == (["10915596784"], [Person(reserved=True)])
    assert register.connections_open_meanwhile == 0


def test_the_register_is_not_asked_about_a_message_that_came_with_words(hospital: Hospital) -> None:
    put(hospital)
    register = Register(Person())
    outbox.deliver_due(FakeTransport(), compose=Composer(), persons=register)
    assert register.asked == []


def test_whom_the_register_does_not_know_is_written_to(hospital: Hospital) -> None:
    put_wordless(hospital)
    vendor = FakeTransport()
    outbox.deliver_due(vendor, compose=Composer(), persons=Register(NotKnown()))
    assert len(vendor.has) == 1


@pytest.mark.parametrize("fault", [Unreachable("time-out"), RuntimeError("10915596784")])
def test_a_register_that_does_not_answer_holds_a_message_back_for_an_hour_and_no_longer(
    hospital: Hospital, fault: Exception
) -> None:
    made, vendor, register = put_wordless(hospital), FakeTransport(), Register(fault)
    outbox.deliver_due(vendor, compose=Composer(), persons=register)
    assert (message(made).state, message(made).failure) == ("pending", "register-unreachable")
    for _ in range(59):
        later(minutes=1)
        outbox.deliver_due(vendor, compose=Composer(), persons=register)
    assert vendor.has == []
    later(minutes=1)
    outbox.deliver_due(vendor, compose=Composer(), persons=register)
    assert (message(made).state, len(vendor.has)) == ("accepted", 1)
    assert 5 < len(register.asked) < 15


def test_several_senders_at_once_send_every_message_once(hospital: Hospital) -> None:
    for number in range(12):
        put_wordless(hospital, f"assignment-{number}")
    vendor = FakeTransport()
    assert outbox.deliver_due(vendor, limit=10, compose=Composer(), senders=4) == 10
    assert outbox.deliver_due(vendor, limit=10, compose=Composer(), senders=4) == 2
    assert len({letter.message_id for _, _, letter in vendor.has}) == len(vendor.has) == 12
