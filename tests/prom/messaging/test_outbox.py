"""Putting messages in, stopping them, and blanking what is settled."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from prom import clock
from prom.audit.models import AuditRecord
from prom.audit.queries import log_of
from prom.crypto import CannotOpen
from prom.db import reading, transaction
from prom.messaging import outbox
from prom.messaging.models import Message
from prom.patients import sealing
from prom.staff.models import Tenant
from tests.conftest import Hospital
from tests.fake_transport import Does, FakeTransport, Killed
from tests.prom.messaging.letters import MOBILE, WORDS, later, message, put, put_on_call

pytestmark = pytest.mark.usefixtures("database")


def test_a_message_of_an_unknown_kind_is_refused(hospital: Hospital) -> None:
    with pytest.raises(ValueError, match="birthday"):
        put(hospital, kind="birthday")


def test_a_second_message_with_the_same_key_is_not_put_in(hospital: Hospital) -> None:
    first = put(hospital, "assignment-1")
    with transaction() as session:
        again = put_in(session, hospital, "assignment-1")
        assert again is None
        assert session.scalars(select(Message.id)).all() == [first]


def test_a_second_message_with_the_same_key_leaves_the_callers_transaction_usable(hospital: Hospital) -> None:
    put(hospital, "assignment-1")
    with transaction() as session:
        assert put_in(session, hospital, "assignment-1") is None
        assert put_in(session, hospital, "assignment-2") is not None
    assert count() == 2


def test_two_that_put_the_same_key_at_once_make_one_message(hospital: Hospital) -> None:
    made: list[bool] = []

    def put_one() -> None:
        with transaction() as session:
            made.append(put_in(session, hospital, "on-call-1") is not None)

    threads = [threading.Thread(target=put_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, False, True]


def test_a_message_is_gone_when_its_cause_is_rolled_back(hospital: Hospital) -> None:
    def put_and_fail() -> None:
        with transaction() as session:
            put_in(session, hospital, "assignment-1")
            raise LookupError

    with pytest.raises(LookupError):
        put_and_fail()
    assert count() == 0


def test_neither_number_nor_words_stand_in_the_row(hospital: Hospital) -> None:
    put(hospital)
    with reading() as session:
        row = repr(session.execute(text("SELECT * FROM message")).mappings().one())
    assert MOBILE not in row
    assert "token-one" not in row


def test_a_letter_does_not_open_through_another_message(hospital: Hospital) -> None:
    one, other = put(hospital, "assignment-1"), put(hospital, "assignment-2")
    with transaction() as session:
        session.get_one(Message, other).letter_sealed = session.get_one(Message, one).letter_sealed
    with reading() as session, pytest.raises(CannotOpen):
        sealing.open_column(session, session.get_one(Message, other), "letter")


@pytest.mark.parametrize("half", [{"body": None}, {"to": None}])
def test_half_a_letter_is_refused(hospital: Hospital, half: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="both number and words"):
        put(hospital, **half)


def test_an_accepted_message_without_the_vendors_id_is_refused_by_the_database(hospital: Hospital) -> None:
    made = put(hospital)
    with pytest.raises(IntegrityError), transaction() as session:
        session.get_one(Message, made).state = "accepted"


def test_putting_a_message_in_stands_in_the_patients_own_log(hospital: Hospital) -> None:
    put(hospital)
    assert "message.put" in actions_about(hospital)


def test_cancelling_stops_what_is_not_sent_yet_and_blanks_it_at_once(hospital: Hospital) -> None:
    assignment = uuid.uuid4()
    made, other = put(hospital, assignment_id=assignment), put(hospital, "assignment-2", assignment_id=uuid.uuid4())
    with transaction() as session:
        assert outbox.cancel(session, assignment) == 1
    assert (message(made).state, message(made).letter_sealed) == ("cancelled", None)
    assert message(other).state == "pending"
    assert "message.cancel" in actions_about(hospital)
    vendor = FakeTransport()
    outbox.deliver_due(vendor)
    assert len(vendor.has) == 1


def test_cancelling_leaves_what_was_accepted(hospital: Hospital) -> None:
    assignment = uuid.uuid4()
    made = put(hospital, assignment_id=assignment)
    outbox.deliver_due(FakeTransport())
    with transaction() as session:
        assert outbox.cancel(session, assignment) == 0
    assert message(made).state == "accepted"


def test_a_failed_message_is_blanked(hospital: Hospital) -> None:
    made = put(hospital)
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_EVER]))
    assert outbox.blank_settled() == 1
    assert message(made).letter_sealed is None
    assert "message.blank" in actions_about(hospital)


def test_a_delivered_message_is_blanked(hospital: Hospital) -> None:
    made = put(hospital)
    outbox.deliver_due(FakeTransport())
    with transaction() as session:
        row = session.get_one(Message, made)
        row.state, row.settled_at = "delivered", clock.now()
    assert outbox.blank_settled() == 1
    assert message(made).letter_sealed is None


def test_an_accepted_message_keeps_its_letter_until_it_expires(hospital: Hospital) -> None:
    made = put(hospital)
    outbox.deliver_due(FakeTransport())
    later(days=2, hours=23)
    assert outbox.blank_settled() == 0
    later(hours=2)
    assert outbox.blank_settled() == 1
    assert (message(made).state, message(made).letter_sealed) == ("accepted", None)


def test_a_message_that_expires_unsent_has_failed_and_says_so(hospital: Hospital) -> None:
    made = put(hospital)
    later(days=3)
    assert outbox.blank_settled() == 1
    row = message(made)
    assert (row.state, row.failure, row.settled_at, row.letter_sealed) == ("failed", "expired", clock.now(), None)


def test_a_message_in_a_workers_hands_is_not_given_up(hospital: Hospital) -> None:
    made = put(hospital, expires_at=clock.now() + timedelta(seconds=30))
    with pytest.raises(Killed):
        outbox.deliver_due(FakeTransport([Does.KILLED_BEFORE]))
    later(seconds=40)
    outbox.blank_settled()
    assert message(made).state == "leased"
    later(seconds=40)
    outbox.blank_settled()
    assert (message(made).state, message(made).failure) == ("failed", "expired")


def test_a_waiting_message_is_not_blanked(hospital: Hospital) -> None:
    made = put(hospital)
    assert outbox.blank_settled() == 0
    assert message(made).letter_sealed is not None


def test_blanking_leaves_one_record_per_tenant_with_its_subjects(hospital: Hospital) -> None:
    put(hospital, "assignment-1")
    put(hospital, "assignment-2")
    put_on_call(hospital)
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_EVER] * 3))
    assert outbox.blank_settled() == 3
    with reading() as session:
        blanked = session.scalars(select(AuditRecord).where(AuditRecord.action == "message.blank")).all()
        assert [record.tenant_id for record in blanked] == [session.scalars(select(Tenant.id)).one()]


def put_in(session: Session, hospital: Hospital, key: str) -> Message | None:
    """Put a letter in, inside an open transaction."""
    letter = outbox.Letter(
        tenant_id=hospital.tenant.id,
        kind="assignment",
        key=key,
        to=MOBILE,
        body=WORDS,
        expires_at=clock.now() + timedelta(days=1),
    )
    return outbox.put(session, letter)


def actions_about(hospital: Hospital) -> set[str]:
    """What was done with the patient's data so far."""
    with reading() as session:
        return {record.action for record in log_of(session, hospital.patient.id)}


def count() -> int:
    """How many messages there are."""
    with reading() as session:
        return session.scalar(select(func.count(Message.id))) or 0
