"""What she writes is the answer to a question only where that question was out; and none goes out unlooked at."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments import composing
from prom.assignments.episodes import pause
from prom.assignments.models import Assignment
from prom.db import reading, transaction
from prom.messaging import outbox
from prom.messaging.models import Kind, Message, State
from prom.pathways.models import Episode
from prom.patients import contact, sealing
from prom.patients.models import ContactPoint, Patient
from prom.responses.sms import beginning, replies
from tests.conftest import MONDAY, Hospital
from tests.fake_transport import Does, FakeTransport
from tests.prom.responses.sms.phone import LINK, Phone, alerts, ask, conversation, handle, incoming, share_the_phone
from tests.prom.responses.sms.test_conversation import FIRST, SECOND, night

FEVER = "Jeg har feber."


@pytest.fixture(autouse=True)
def _time_stands_still() -> Iterator[None]:
    with clock.moved_to(MONDAY):
        yield


def later(**step: float) -> None:
    """Let time pass."""
    clock.move_to(clock.now() + timedelta(**step))


def states(kind: Kind) -> list[tuple[str, str | None]]:
    """State and failure of each message of a kind, in order."""
    with reading() as session:
        rows = session.scalars(select(Message).where(Message.kind == kind).order_by(Message.created_at, Message.id))
        return [(row.state, row.failure) for row in rows]


def set_paused(hospital: Hospital, days: int) -> None:
    """Pause her episode for some days, from now."""
    with transaction() as session:
        of = session.get_one(Episode, hospital.episode.id)
        pause(session, of, clock.now() + timedelta(days=days), "holiday", hospital.nurse_actor)


def opt_out(hospital: Hospital) -> None:
    """Let her unit write down that she wants no messages."""
    with transaction() as session:
        point = session.scalars(select(ContactPoint)).one()
        contact.opt_out(session, hospital.patient.id, point, hospital.nurse_actor)


# What was not asked is not answered


@pytest.mark.parametrize("second", ["2", "4", "3", "ja"])
def test_what_comes_before_the_next_question_is_out_is_read_by_a_person(
    agreed: Phone, hospital: Hospital, second: str
) -> None:
    made = ask(hospital, agreed.settings)
    agreed.receive()
    agreed.write("3")
    agreed.write(second)
    handle(agreed.settings)
    said = agreed.receive()
    assert SECOND in said
    assert any(each.startswith("Automatisk svar") for each in said)
    assert [row.outcome for row in incoming()] == ["answer", "forwarded"]
    assert (night(made), conversation().misread, alerts()) == ("night-2", 0, {"sms": 3})
    assert agreed.say("2")[0].startswith("Takk")


def test_what_came_in_before_the_question_went_out_is_no_answer_though_it_is_read_afterwards(
    agreed: Phone, hospital: Hospital
) -> None:
    made = ask(hospital, agreed.settings)
    agreed.receive()
    agreed.say("3")
    later(seconds=-1)
    agreed.say("2")
    assert incoming()[0].outcome == "forwarded"
    with reading() as session:
        assert session.get_one(Assignment, made.id).status == "open"


def test_an_answer_to_a_question_that_may_be_out_is_not_taken_for_one(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    agreed.transport = FakeTransport([Does.ACCEPT_WITHOUT_REPLY])
    agreed.say("3")
    agreed.say("2")
    assert (incoming()[-1].outcome, conversation().state) == ("forwarded", "asking")


def test_where_the_question_never_reached_her_she_gets_her_link_and_a_person_reads_her_words(
    agreed: Phone, hospital: Hospital
) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    agreed.transport = FakeTransport([Does.REFUSE_FOR_EVER])
    assert agreed.say("3") == []
    assert LINK in agreed.say("2")
    assert (incoming()[-1].outcome, conversation().state, alerts()) == ("forwarded", "given-up", {"sms": 3})


def test_a_second_try_that_overtakes_the_repeated_question_answers_it(agreed: Phone, hospital: Hospital) -> None:
    made = ask(hospital, agreed.settings)
    agreed.receive()
    agreed.write("2 eller 3")
    agreed.write("3")
    handle(agreed.settings)
    assert agreed.receive() == [SECOND]  # and not the first one once more
    assert night(made) == "night-2"


# A question is looked at once more as it goes out


def test_a_question_that_waits_when_she_opts_out_is_not_sent(agreed: Phone, hospital: Hospital) -> None:
    made = ask(hospital, agreed.settings)
    agreed.receive()
    agreed.write("3")
    handle(agreed.settings)
    opt_out(hospital)
    assert agreed.receive() == []
    assert states(Kind.QUESTION) == [(State.CANCELLED, "opted-out")]
    assert (conversation().state, night(made)) == ("given-up", "night-2")
    later(days=2)
    assert agreed.receive() == []


def test_a_question_that_waits_when_a_pause_begins_is_not_sent_and_her_link_follows_it(
    agreed: Phone, hospital: Hospital
) -> None:
    ask(hospital, agreed.settings)
    assert agreed.receive() == [FIRST]
    agreed.write("3")
    handle(agreed.settings)
    set_paused(hospital, days=1)
    composer = beginning.compose(composing.compose(agreed.settings))
    outbox.deliver_due(agreed.transport, 50, composer)
    assert agreed.transport.bodies == [FIRST]
    assert states(Kind.QUESTION) == [(State.CANCELLED, "paused")]
    assert conversation().state == "given-up"
    later(days=1, seconds=1)
    outbox.deliver_due(agreed.transport, 50, composer)
    assert [("/a#" in each) for each in agreed.transport.bodies] == [False, True]


def test_after_a_death_no_question_is_sent(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    agreed.write("3")
    handle(agreed.settings)
    with transaction() as session:
        her = session.get_one(Patient, hospital.patient.id)
        her.stopped_at = clock.now()
        sealing.seal(session, her, "stop", {"reason": "died"})
    assert agreed.receive() == []
    assert states(Kind.QUESTION) == [(State.CANCELLED, "stopped")]


# Replies, and a number of several


def test_call_now_is_said_however_much_was_said_that_day(
    agreed: Phone, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "MOST_A_DAY", 0)
    ask(hospital, agreed.settings)
    agreed.receive()
    assert any(each.startswith("Ring oss nå") for each in agreed.say("4"))


def test_a_reply_that_failed_is_no_reply(phone: Phone) -> None:
    phone.transport = FakeTransport([Does.REFUSE_FOR_EVER])
    assert phone.say(FEVER) == []
    assert phone.say(FEVER)[0].startswith("Automatisk svar")
    assert phone.say(FEVER) == []


def test_of_several_without_a_unit_the_words_are_kept(agreed: Phone, hospital: Hospital) -> None:
    share_the_phone(hospital)
    agreed.write(FEVER)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("prom.responses.sms.service.episodes_of", lambda *_: [])
        handle(agreed.settings)
    (row,) = incoming()
    assert row.outcome == "unknown"
    assert row.letter_sealed is not None
