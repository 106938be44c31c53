"""What comes in by SMS: never taken from anybody but the vendor, never twice, never met with silence."""

from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy import select

from prom import clock
from prom.assignments.models import Assignment
from prom.audit.models import AuditRecord, AuditSubject
from prom.clinic.reasons import explanation
from prom.clinic.vocabulary import NAMELESS, Reader
from prom.db import reading, transaction
from prom.messaging.models import Incoming, Kind, Message
from prom.patients.contact import is_opted_out, open_problems
from prom.patients.queries import find_by_mobile
from prom.responses.sms import conversation as talking
from prom.responses.sms import replies, service
from prom.responses.sms.incoming import unknown
from prom.worklist.models import Alert
from prom.worklist.queries import evidence_of
from tests.conftest import MONDAY, Hospital
from tests.prom.responses.sms.phone import LINK, Phone, alerts, ask, conversation, handle, incoming, share_the_phone

FEVER = "Hei, jeg har hatt feber siden i går. Hva gjør jeg?"
STRANGER = "+4790000055"


@pytest.fixture(autouse=True)
def _time_stands_still() -> Iterator[None]:
    with clock.moved_to(MONDAY):
        yield


def later(**step: float) -> None:
    """Let time pass."""
    clock.move_to(clock.now() + timedelta(**step))


def words_on_the_list() -> list[tuple[str, str]]:
    """What a nurse reads: the title, and the words in quotes."""
    reader = Reader("nb", "Europe/Oslo")
    with reading() as session:
        found = evidence_of(session, session.scalars(select(Alert)).all())
        findings = [each.finding for rows in found.values() for each in rows]
    return [
        (each["title"]["nb"], explanation(each["reason"]["code"], each["reason"]["values"], NAMELESS, reader))
        for each in findings
    ]


# Refusals


@pytest.mark.parametrize("forged", [{"signature": "forged"}, {"signature": ""}, {"changed": {"Body": "STOP"}}])
def test_what_the_vendor_did_not_sign_changes_nothing(phone: Phone, forged: dict[str, Any]) -> None:
    assert phone.write("3", **forged).status_code == 403
    assert incoming() == []


def test_without_an_account_nobody_is_the_vendor(phone: Phone) -> None:
    phone.client.application.config["PROM"] = phone.settings.__class__(**{**vars(phone.settings), "twilio": None})
    assert phone.write("3").status_code == 403


def test_a_second_delivery_is_no_second_message(phone: Phone) -> None:
    assert phone.write(FEVER, sid="SM1").status_code == phone.write(FEVER, sid="SM1").status_code == 200
    handle(phone.settings)
    assert phone.write(FEVER, sid="SM1").status_code == 200
    assert handle(phone.settings) == 0
    assert len(incoming()) == 1
    assert len(words_on_the_list()) == 1


def test_the_vendor_is_answered_before_anything_is_done(phone: Phone) -> None:
    answer = phone.write(FEVER)
    assert (answer.mimetype, answer.text.endswith("<Response/>")) == ("text/xml", True)
    assert alerts() == {}
    assert [row.handled_at for row in incoming()] == [None]


def test_the_vendor_is_answered_within_a_second_whatever_waits_and_whoever_holds_her_form(
    agreed: Phone, hospital: Hospital
) -> None:
    made = ask(hospital, agreed.settings)
    agreed.receive()
    for _ in range(50):
        agreed.write(FEVER)
    with reading() as session:
        session.execute(select(Assignment).where(Assignment.id == made.id).with_for_update())
        begun = perf_counter()
        assert agreed.write("3").status_code == 200
        assert perf_counter() - begun < 1
    assert len(incoming()) == 51


def test_a_crash_in_the_middle_loses_nothing(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """The process is gone."""

    def die(*_: object) -> None:
        raise Killed

    phone.write(FEVER)
    with monkeypatch.context() as patched:
        patched.setattr(replies, "say_to_text", die)
        with pytest.raises(Killed):
            handle(phone.settings)
    assert alerts() == {}  # all of it or nothing
    assert handle(phone.settings) == 1
    assert alerts() == {"sms": 3}


def test_what_goes_wrong_with_an_answer_goes_to_a_person(
    agreed: Phone, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_: object) -> None:
        raise RuntimeError(FEVER)

    ask(hospital, agreed.settings)
    agreed.receive()
    monkeypatch.setattr(talking, "read", burst)
    assert agreed.say("3")[0].startswith("Automatisk svar")
    assert words_on_the_list() == [("Har skrevet på SMS", "«3»")]


def test_her_words_stand_in_no_log(phone: Phone, capfd: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("this is a log")
    phone.say(FEVER)
    phone.number = STRANGER
    phone.say("Ukjent hemmelighet")
    out, err = capfd.readouterr()
    assert "incoming" in out + err
    assert not any(secret in out + err for secret in ("feber", "hemmelighet", "90000001", "90000055"))


# Keywords


@pytest.mark.parametrize("words", ["STOPP", " stop! ", "avslutt", "Bisset"])
def test_stop_ends_the_messages_and_her_unit_learns_of_it(phone: Phone, hospital: Hospital, words: str) -> None:
    said = phone.say(words)
    assert said[0].startswith("Du får ikke flere meldinger")
    assert all(number in said[0] for number in ("22 00 00 01", "116 117", "113"))
    with reading() as session:
        assert is_opted_out(session, hospital.patient.id)
        assert [each.code for each in open_problems(session, [hospital.patient.id])[hospital.patient.id]] == [
            "opted-out"
        ]
    assert [row.outcome for row in incoming()] == ["stop"]
    assert alerts() == {}


def test_stop_ends_a_conversation(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    agreed.write("2")
    agreed.write("stopp")
    handle(agreed.settings)
    assert [each.partition(".")[0] for each in agreed.receive()] == ["Du får ikke flere meldinger"]
    assert conversation().state == "given-up"


def test_start_takes_it_back(phone: Phone, hospital: Hospital) -> None:
    phone.say("STOP")
    assert phone.say("start")[0].startswith("Du får meldinger igjen")
    with reading() as session:
        assert not is_opted_out(session, hospital.patient.id)
        assert open_problems(session, [hospital.patient.id]) == {}


def test_help_answers_with_the_numbers_to_call(phone: Phone) -> None:
    said = phone.say("Hjelp?")
    assert all(number in said[0] for number in ("22 00 00 01", "116 117", "113"))
    assert alerts() == {}


def test_stop_in_a_sentence_is_free_text(phone: Phone, hospital: Hospital) -> None:
    phone.say("Blødningen vil ikke stoppe. Stopp!")
    with reading() as session:
        assert not is_opted_out(session, hospital.patient.id)
    assert alerts() == {"sms": 3}


# Free text


def test_free_text_is_a_duty_of_the_same_day_and_is_answered_with_the_numbers(phone: Phone) -> None:
    said = phone.say(FEVER)
    assert said[0].startswith("Automatisk svar")
    assert all(number in said[0] for number in ("22 00 00 01", "116 117", "113"))
    assert alerts() == {"sms": 3}
    assert words_on_the_list() == [("Har skrevet på SMS", f"«{FEVER}»")]


def test_each_message_is_on_the_list_and_the_reply_comes_once_an_hour(phone: Phone) -> None:
    assert len(phone.say(FEVER)) == 1
    assert phone.say("Og jeg fryser.") == []
    assert [words for _, words in words_on_the_list()] == [f"«{FEVER}»", "«Og jeg fryser.»"]
    later(minutes=61)
    assert len(phone.say("Fortsatt feber.")) == 1
    with reading() as session:
        assert session.scalars(select(Alert.new_evidence)).one() == 2


def test_free_text_in_a_conversation_reaches_a_person_too(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    said = agreed.say("3, men jeg har feber")
    assert any(each.startswith("Automatisk svar") for each in said)
    assert any(each.startswith("Vi forsto ikke svaret") for each in said)
    assert alerts() == {"sms": 3}


def test_a_message_without_words_reaches_a_person(phone: Phone) -> None:
    phone.say("")
    assert words_on_the_list() == [("Har skrevet på SMS", "en melding uten ord, kanskje et bilde")]


def test_the_words_are_kept_only_on_the_alert(phone: Phone) -> None:
    phone.say(FEVER)
    assert [(row.outcome, row.letter_sealed) for row in incoming()] == [("forwarded", None)]


def test_it_leaves_a_record_in_her_own_log(phone: Phone, hospital: Hospital) -> None:
    phone.say(FEVER)
    with reading() as session:
        of_hers = select(AuditRecord.action).join(AuditSubject, AuditSubject.record_id == AuditRecord.id)
        actions = set(session.scalars(of_hers.where(AuditSubject.patient_id == hospital.patient.id)))
    assert {"incoming.receive", "incoming.handle", "alert.raise"} <= actions


def test_what_she_wrote_first_is_acted_on_first(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    agreed.write("3")
    agreed.write("ja")
    first, second = service_ids()
    with transaction() as session:
        assert not service.handle(agreed.settings, session, second)
    with transaction() as session:
        assert service.handle(agreed.settings, session, first)
    handle(agreed.settings)
    assert [row.outcome for row in incoming()] == ["answer", "forwarded"]
    assert words_on_the_list() == [("Har skrevet på SMS", "«ja»")]


def service_ids() -> tuple[UUID, ...]:
    """The ids of what waits."""
    with reading() as session:
        return tuple(service.waiting(session))


# A number of two


def test_of_two_who_share_a_phone_nobody_is_guessed(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    share_the_phone(hospital)
    said = agreed.say("3")
    assert said.count(LINK) == 2
    assert [each for each in said if each.startswith("Automatisk svar")]
    assert conversation().position == 1
    titles = {title for title, _ in words_on_the_list()}
    assert titles == {"SMS fra et nummer som flere pasienter har: én av dem har skrevet"}
    with reading() as session:
        assert {row.unit_id for row in session.scalars(select(Alert))} == {hospital.unit.id, hospital.other_unit.id}
    assert [row.outcome for row in incoming()] == ["several"]


def test_the_reply_names_the_numbers_of_both_units(phone: Phone, hospital: Hospital) -> None:
    share_the_phone(hospital)
    said = next(each for each in phone.say(FEVER) if each.startswith("Automatisk"))
    assert "22 00 00 01" in said
    assert "22 00 00 02" in said


def test_stop_is_said_of_the_number_whoever_said_it(phone: Phone, hospital: Hospital) -> None:
    share_the_phone(hospital)
    assert len(phone.say("stopp")) == 1
    with reading() as session:
        both = find_by_mobile(session, hospital.tenant.id, phone.number)
        assert [is_opted_out(session, each.id) for each in both] == [True, True]


# A number of nobody


def test_a_number_that_nobody_knows_is_told_whom_to_call_three_times_a_day(phone: Phone, hospital: Hospital) -> None:
    phone.number = STRANGER
    said = [each for _ in range(5) for each in phone.say("Er dette riktig nummer?")]
    assert len(said) == 3
    assert all(number in said[0] for number in ("22 00 00 01", "22 00 00 02", "116 117", "113"))
    assert alerts() == {}
    later(days=1)
    assert len(phone.say("Hallo?")) == 1
    with reading() as session:
        keys = session.scalars(select(Message.key).where(Message.kind == Kind.REPLY)).all()
    assert not any("90000055" in key for key in keys)


def test_its_words_are_listed_for_staff_and_gone_after_thirty_days(phone: Phone, hospital: Hospital) -> None:
    phone.number = STRANGER
    phone.say("Er dette riktig nummer?")
    with reading() as session:
        assert [(each.sender, each.words) for each in unknown(session, hospital.tenant.id)] == [
            (STRANGER, "Er dette riktig nummer?")
        ]
    later(days=29)
    assert service.blank_old() == 0
    later(days=2)
    assert service.blank_old() == 1
    assert [row.letter_sealed for row in incoming()] == [None]


@pytest.mark.parametrize("sender", ["TELENOR", "12345", ""])
def test_what_is_no_phone_number_is_kept_and_not_written_to(phone: Phone, sender: str) -> None:
    phone.number = sender
    assert phone.say("Du har vunnet!") == []
    with reading() as session:
        assert session.scalars(select(Message).where(Message.kind == Kind.REPLY)).all() == []
        assert session.scalars(select(Incoming.outcome)).one() == "unknown"
