"""The last sentence of a message from a number that nobody reads, and what a message's words take."""

import pytest

from prom.audit.service import SYSTEM
from prom.db import transaction
from prom.messaging import outbox
from prom.messaging.composing import Composed
from prom.settings import service
from tests.conftest import Hospital
from tests.fake_transport import FakeTransport
from tests.prom.messaging.letters import message
from tests.prom.messaging.test_wording import Composer, put_wordless

pytestmark = pytest.mark.usefixtures("database")


def test_a_message_from_a_number_that_nobody_reads_says_whom_to_call(hospital: Hospital) -> None:
    made, vendor = put_wordless(hospital), FakeTransport()
    outbox.deliver_due(vendor, compose=Composer())
    assert vendor.bodies == ["words 1 Ikke svar, ring 22 00 00 01."]
    assert message(made).segments == 1


def test_a_message_from_a_number_that_is_read_does_not(hospital: Hospital) -> None:
    with transaction() as session:
        service.choose(session, "installation", hospital.tenant.id, "twoWayNumber", True, SYSTEM)
    put_wordless(hospital)
    vendor = FakeTransport()
    outbox.deliver_due(vendor, compose=Composer())
    assert vendor.bodies == ["words 1"]


def test_the_last_sentence_counts_among_what_the_message_takes(hospital: Hospital) -> None:
    made = put_wordless(hospital)
    outbox.deliver_due(FakeTransport(), compose=Composer(Composed("+4790000001", "a" * 150)))
    assert message(made).segments == 2


def test_a_message_that_names_the_number_is_not_given_it_twice(hospital: Hospital) -> None:
    put_wordless(hospital, "ended:1", kind="ended")
    vendor = FakeTransport()
    outbox.deliver_due(vendor, compose=Composer(Composed("+4790000001", "Ingen leser mer. Ring 22 00 00 01.")))
    assert vendor.bodies == ["Ingen leser mer. Ring 22 00 00 01. Ikke svar her."]
