"""A conversation: asked only where all agree, one question a message, saved and sent as by page."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments.models import Assignment
from prom.audit.models import AuditRecord
from prom.audit.service import Actor
from prom.catalogue.queries import instrument
from prom.db import reading, transaction
from prom.messaging.models import Message
from prom.patients import sealing
from prom.patients.models import Patient
from prom.responses import drafts, service
from prom.responses.models import Response
from prom.responses.silence import expire
from prom.responses.sms import beginning
from prom.responses.sms.asking import question
from prom.segments import measure
from prom.settings.service import choose, take_back
from questionnaires.parsing import parse
from questionnaires.response import build
from questionnaires.values import Coding
from tests.conftest import Hospital
from tests.prom.responses.sms.forms import CHECK
from tests.prom.responses.sms.phone import (
    LINK,
    Phone,
    agree,
    alerts,
    ask,
    conversation,
    handle,
    publish_check,
    share_the_phone,
)

FIRST = "Hvordan var natten?\n1 God\n2 Passe\n3 Dårlig\n4 Svært dårlig\nSvar med ett tall."
SECOND = "Vil du at vi ringer deg?\n1 Ja\n2 Nei\nSvar med ett tall."


def night(assignment: Assignment) -> str | None:
    """What she answered to the first question so far, sent or not."""
    with reading() as session:
        begun = drafts.of_assignment(session, assignment)
        found = begun.response.answers_to("night") if begun is not None else ()
    return found[0].code if found and isinstance(found[0], Coding) else None


# Refusals


def test_without_her_consent_she_gets_a_link(phone: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        publish_check(session)
        choose(session, "installation", hospital.tenant.id, "twoWayNumber", True, hospital.nurse_actor)
    ask(hospital, phone.settings)
    assert phone.receive() == [LINK]


def test_a_consent_that_was_taken_back_counts_no_more(agreed: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        take_back(session, "patient", hospital.patient.id, "smsAnswers", hospital.nurse_actor)
    ask(hospital, agreed.settings)
    assert agreed.receive() == [LINK]


def test_over_a_number_that_cannot_be_answered_she_gets_a_link(agreed: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        choose(session, "installation", hospital.tenant.id, "twoWayNumber", False, hospital.nurse_actor)
    ask(hospital, agreed.settings)
    (said,) = agreed.receive()
    assert said.startswith(LINK)


def test_what_nobody_declared_is_asked_by_link(phone: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        publish_check(session, extension=[])
        agree(session, hospital)
    ask(hospital, phone.settings)
    assert phone.receive() == [LINK]


def test_whatever_goes_wrong_with_asking_she_gets_her_link(
    agreed: Phone, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_: object) -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(beginning, "is_agreed", burst)
    ask(hospital, agreed.settings)
    assert agreed.receive() == [LINK]


def test_a_pathway_that_does_not_offer_it_asks_by_link(phone: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        publish_check(session, offered=False)
        agree(session, hospital)
    ask(hospital, phone.settings)
    assert phone.receive() == [LINK]


def test_over_a_number_of_two_nothing_is_asked(agreed: Phone, hospital: Hospital) -> None:
    share_the_phone(hospital)
    ask(hospital, agreed.settings)
    assert agreed.receive() == [LINK]


def test_while_one_is_being_asked_the_next_comes_as_a_link(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    assert agreed.receive() == [FIRST]
    ask(hospital, agreed.settings)
    assert agreed.receive() == [LINK]


@pytest.mark.parametrize("words", ["2 eller 3", "23", "!!", "9"])
def test_what_cannot_be_told_is_asked_once_more_and_then_by_link(agreed: Phone, hospital: Hospital, words: str) -> None:
    made = ask(hospital, agreed.settings)
    agreed.receive()
    assert agreed.say(words) == [f"Vi forsto ikke svaret. Prøv en gang til.\n{FIRST}"]
    assert agreed.say(words) == [LINK]
    assert conversation().state == "given-up"
    assert night(made) is None
    assert alerts() == {}


def test_after_a_correction_she_goes_on(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    agreed.say("2 eller 3")
    assert agreed.say("3") == [SECOND]
    assert agreed.say("?")[0].endswith(SECOND)  # each question has its own correction
    assert conversation().state == "asking"


# The way through


def test_two_answers_are_saved_sent_judged_and_received(agreed: Phone, hospital: Hospital) -> None:
    made = ask(hospital, agreed.settings)
    assert agreed.receive() == [FIRST]
    assert agreed.say(" 3 !") == [SECOND]
    assert night(made) == "night-2"
    assert agreed.say("Ja") == [
        "Takk, vi har fått svarene dine. Blir du verre, ring oss: 22 00 00 01. Ellers legevakt 116 117. "
        "Er det fare for liv: 113."
    ]
    with reading() as session:
        sent = session.scalars(select(Response)).one()
        done = session.get_one(Assignment, made.id)
    assert (sent.status, sent.source, sent.author, sent.language) == ("completed", "patient", "patient", "nb")
    assert (done.status, conversation().state) == ("completed", "done")
    assert alerts() == {"contact": 3}


def test_a_question_that_her_answer_closes_is_not_asked(agreed: Phone, hospital: Hospital) -> None:
    made = ask(hospital, agreed.settings)
    agreed.receive()
    assert agreed.say("god")[0].startswith("Takk")
    with reading() as session:
        assert session.get_one(Assignment, made.id).status == "completed"
    assert alerts() == {}


def test_an_emergency_is_told_at_once_in_words_that_reveal_nothing(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    said = agreed.say("4")
    assert "Ring oss nå: 22 00 00 01. Svarer ingen, ring legevakt 116 117. Er det fare for liv, ring 113." in said
    assert SECOND in said
    assert not any("natt" in each for each in said)
    assert alerts()["night"] == 4


def test_she_is_asked_in_her_own_language(agreed: Phone, hospital: Hospital) -> None:
    with transaction() as session:
        her = session.get_one(Patient, hospital.patient.id)
        sealing.seal(session, her, "identity", {**sealing.open_column(session, her, "identity"), "language": "en"})
    ask(hospital, agreed.settings)
    assert agreed.receive() == ["How was your night?\n1 Good\n2 Fair\n3 Bad\n4 Very bad\nReply with one number."]
    assert agreed.say("dårlig") == ["Shall we call you?\n1 Yes\n2 No\nReply with one number."]
    assert agreed.say("ii")[0].startswith("Thank you")


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_question_of_the_check_fits_one_sms(language: str) -> None:
    for item in parse(CHECK).questions:
        assert measure(question(item, language)).segments == 1
        assert measure(question(item, language, again=True)).segments == 1


def test_a_page_in_between_ends_the_conversation_without_a_word(agreed: Phone, hospital: Hospital) -> None:
    made = ask(hospital, agreed.settings)
    agreed.receive()
    agreed.say("3")
    with transaction() as session:
        assignment = session.get_one(Assignment, made.id)
        begun = drafts.of_assignment(session, assignment)
        assert begun is not None
        form = instrument(session, assignment.questionnaire).questionnaire
        whole = build(form, {"night": begun.response.answers_to("night")[0], "call": False})
        service.submit(session, made.id, whole, service.Authorship("patient", Actor("patient"), "nb"))
    assert agreed.receive() == []
    handle(agreed.settings)
    assert agreed.receive() == []


def test_what_was_begun_by_sms_and_left_is_judged_on_what_it_holds(agreed: Phone, hospital: Hospital) -> None:
    made = ask(hospital, agreed.settings)
    agreed.receive()
    agreed.say("3")
    clock.move_to(clock.now() + timedelta(hours=133))
    with transaction() as session:
        assert expire(session, made.id)
    with reading() as session:
        assert session.scalars(select(Response.status)).one() == "in-progress"


def test_every_step_leaves_an_audit_record(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    agreed.say("god")
    with reading() as session:
        actions = set(session.scalars(select(AuditRecord.action)))
    assert {"incoming.receive", "incoming.handle", "response.save", "response.submit"} <= actions


def test_nothing_of_her_number_stands_in_a_key(agreed: Phone, hospital: Hospital) -> None:
    ask(hospital, agreed.settings)
    agreed.receive()
    agreed.say("god")
    with reading() as session:
        keys = session.scalars(select(Message.key)).all()
    assert not any("90000001" in key for key in keys)
