"""An operator's word that a message be tried anew."""

import uuid

import pytest
from sqlalchemy import select

from prom import clock
from prom.audit.queries import log_of
from prom.audit.service import Actor
from prom.db import reading, transaction
from prom.messaging import outbox
from prom.messaging.models import MessageCopy
from prom.messaging.progress import note
from prom.messaging.resending import resend
from prom.messaging.transport import Progress, Told
from tests.conftest import Hospital
from tests.fake_transport import Does, FakeTransport, Killed
from tests.prom.messaging.letters import later, message, put, put_on_call
from tests.prom.messaging.test_wording import Composer, put_wordless

pytestmark = pytest.mark.usefixtures("database")
OPERATOR = Actor("operator", None, "root")


def again(message_id: uuid.UUID) -> str | None:
    """Ask for a message to be tried anew; why not, if not."""
    with transaction() as session:
        return resend(session, message_id, OPERATOR)


def test_what_is_not_known_is_not_sent() -> None:
    assert again(uuid.uuid4()) == "There is no message with this id."


def test_what_went_out_is_not_sent_again(hospital: Hospital) -> None:
    made = put(hospital)
    outbox.deliver_due(FakeTransport())
    assert again(made) == "It is accepted, and is not sent again."


def test_what_was_withheld_is_not_sent(hospital: Hospital) -> None:
    made = put(hospital, assignment_id=uuid.UUID(int=1))
    with transaction() as session:
        outbox.cancel(session, uuid.UUID(int=1))
    assert again(made) == "It is cancelled, and is not sent again."


def test_what_a_worker_has_in_hand_is_left_to_it(hospital: Hospital) -> None:
    made = put(hospital)
    with pytest.raises(Killed):
        outbox.deliver_due(FakeTransport([Does.KILLED_BEFORE]))
    assert again(made) == "A worker has it in hand at this moment."
    later(minutes=1)
    assert again(made) is None


def test_an_alert_whose_words_are_gone_is_not_sent(hospital: Hospital) -> None:
    made = put_on_call(hospital)
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_EVER]))
    outbox.blank_settled()
    assert again(made) == "Its words are gone, and nothing makes them anew."


def test_what_waits_is_brought_forward_and_the_log_tells(hospital: Hospital) -> None:
    made, vendor = put(hospital), FakeTransport([Does.REFUSE_FOR_NOW])
    outbox.deliver_due(vendor)
    assert outbox.deliver_due(vendor) == 0
    assert again(made) is None
    assert outbox.deliver_due(vendor) == 1
    with reading() as session:
        log = log_of(session, hospital.patient.id)
    assert ("operator", "operation") in {(each.actor_kind, each.reason) for each in log if each.action == "message.put"}


def test_what_failed_for_good_is_looked_for_and_then_sent_once_more(hospital: Hospital) -> None:
    made, vendor = put(hospital), FakeTransport([Does.REFUSE_FOR_EVER])
    outbox.deliver_due(vendor)
    assert again(made) is None
    assert outbox.deliver_due(vendor) == 1
    assert (message(made).state, vendor.asked, len(vendor.has)) == ("accepted", 1, 1)


def test_what_was_blanked_gets_new_words(hospital: Hospital) -> None:
    made = put_wordless(hospital)
    outbox.deliver_due(FakeTransport([Does.REFUSE_FOR_EVER]), compose=Composer())
    outbox.blank_settled()
    later(days=3)
    assert again(made) is None
    vendor = FakeTransport()
    outbox.deliver_due(vendor, compose=Composer())
    assert (message(made).state, len(vendor.has)) == ("accepted", 1)
    assert message(made).expires_at > clock.now()


def test_the_letter_that_was_not_brought_is_still_erased_at_the_vendor(hospital: Hospital) -> None:
    made = put(hospital)
    outbox.deliver_due(FakeTransport())
    with transaction() as session:
        note(session, made, Told("fake-1", Progress.FAILED, "twilio-30003"))
    assert again(made) is None
    with reading() as session:
        assert session.scalars(select(MessageCopy.vendor_id)).all() == ["fake-1"]
