"""The way in: what is wrong is refused whole, and what is right is stored with all that follows from it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts.rules import Severity
from prom.assignments.models import Assignment
from prom.audit.models import AuditRecord
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import AlreadyCompleted, DeadLink, InvalidResponse
from prom.messaging.models import Message
from prom.patients import sealing
from prom.responses import drafts
from prom.responses.models import Draft, PatientState, Response
from prom.responses.service import Authorship, submit, submit_once
from prom.worklist.models import Alert
from questionnaires.answers import QuestionnaireResponse
from questionnaires.problems import Problem
from tests.conftest import MONDAY, Hospital
from tests.prom.steps import (
    FEVER,
    PATIENT,
    RASH,
    WELL,
    ask,
    ask_again,
    count,
    later,
    response_of,
    send,
    short,
    the_alert,
    visit_of,
)

STORED = (Response, PatientState, Alert)


#: What is changed in an answer that is right, and what is then found wrong with which item.
REFUSED: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"temperature": 36.8}, "temperature", "disabled-item-answered"),
    ({"nausea-severity": "2"}, "nausea-severity", "disabled-item-answered"),
    ({"no-such-item": "1"}, "no-such-item", "unknown-item"),
    ({"red-flags": "no"}, "red-flags", "answer-to-group"),
    ({"contact": None}, "contact", "required-missing"),
    ({"fluids": None}, "fluids", "required-missing"),
    ({"temperature-measured": "yes"}, "temperature", "required-missing"),
    ({"temperature-measured": "yes", "temperature": "warm"}, "temperature", "wrong-type"),
    ({"temperature-measured": "yes", "temperature": 398}, "temperature", "too-high"),
    ({"temperature-measured": "yes", "temperature": 38.05}, "temperature", "too-many-decimals"),
    ({"weight": 7}, "weight", "too-low"),
    ({"contact": "perhaps"}, "contact", "option-not-offered"),
    ({"contact": ["no", "urgent"]}, "contact", "too-many-answers"),
    ({"free-text": "x" * 1001}, "free-text", "too-long"),
    ({"free-text": True}, "free-text", "wrong-type"),
)


def test_an_answer_that_is_not_allowed_is_refused_by_its_item_and_nothing_is_stored(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    records = count(AuditRecord)
    for change, item, code in REFUSED:
        with pytest.raises(InvalidResponse) as refused:
            send(assignment_id, {**FEVER, "temperature-measured": "no", "temperature": None, **change})
        problems = [each for each in refused.value.problems if isinstance(each, Problem)]
        assert (problems[0].link_id, problems[0].code) == (item, code)
    assert [count(model) for model in STORED] == [0, 0, 0]
    assert count(AuditRecord) == records


def test_a_response_to_another_questionnaire_is_refused(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    other = QuestionnaireResponse("urn:prom:questionnaire:patient-experience|1.0.0", "completed")
    with pytest.raises(InvalidResponse), transaction() as session:
        submit(session, assignment_id, other, Authorship("patient", PATIENT, "nb"))
    assert count(Response) == 0


@pytest.mark.parametrize("hours", [120, 500])
def test_after_the_window_nothing_is_taken(hospital: Hospital, database: Settings, hours: int) -> None:
    assignment_id = ask(database)
    with reading() as session:
        opened = session.get_one(Assignment, assignment_id).opens_at
    later(seconds=(opened + timedelta(hours=hours) - MONDAY).total_seconds())
    with pytest.raises(DeadLink):
        send(assignment_id, WELL)
    assert count(Response) == 0


def test_a_locked_assignment_takes_nothing(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        session.get_one(Assignment, assignment_id).locked_at = MONDAY
    with pytest.raises(DeadLink):
        send(assignment_id, WELL)


@pytest.mark.hazard("H03")
def test_what_is_raised_within_the_transaction_leaves_nothing_behind(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    messages = count(Message)

    def fail_after_submitting() -> None:
        with transaction() as session:
            given = response_of(FEVER)
            submit(session, assignment_id, given, Authorship("patient", PATIENT, "nb"))
            raise LookupError

    with pytest.raises(LookupError):
        fail_after_submitting()
    assert [count(model) for model in STORED] == [0, 0, 0]
    assert count(Message) == messages
    assert not send(assignment_id, FEVER).again


def test_a_second_submit_gets_the_first_ones_receipt_whatever_it_holds(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    first = send(assignment_id, FEVER)
    second = send(assignment_id, WELL)
    assert (first.again, second.again) == (False, True)
    assert first.response_id == second.response_id
    assert (count(Response), count(Alert)) == (1, 1)


def test_a_machine_is_told_that_it_came_before(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    send(assignment_id, WELL)
    by = Authorship("patient", PATIENT, "nb")
    with pytest.raises(AlreadyCompleted) as refused, transaction() as session:
        submit_once(session, assignment_id, response_of(WELL), by)
    assert refused.value.status == 409


def test_what_was_answered_stands_there_with_its_scores_and_the_versions_it_was_judged_by(
    hospital: Hospital, database: Settings
) -> None:
    receipt = send(ask(database), FEVER)
    with reading() as session:
        row = session.get_one(Response, receipt.response_id)
        assert (row.questionnaire, row.rules) == (
            "urn:prom:questionnaire:symptom-check|1.0.0",
            "urn:prom:rules:symptom-check|1.0.0",
        )
        assert (row.status, row.source, row.author, row.author_id) == ("completed", "patient", "patient", None)
        assert (row.authored_at, row.received_at, row.language) == (MONDAY, MONDAY, "nb")
        assert drafts.opened(session, row) == response_of(FEVER)
        scores = sealing.open_column(session, row, "scores")["scores"]
        assert scores["nausea"] == {"value": 0.0}


@pytest.mark.hazard("H03")
def test_a_fever_is_an_emergency_whose_message_leaves_in_the_same_transaction(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), FEVER)
    assert short() == {("fever", Severity.EMERGENCY, "open")}
    alert = the_alert("fever").alert
    assert (alert.unit_id, alert.patient_id, alert.raised_at) == (hospital.unit.id, hospital.patient.id, MONDAY)
    with reading() as session:
        (message,) = session.scalars(select(Message).where(Message.kind == "on-call"))
        letter = sealing.open_column(session, message, "letter")
    assert letter["to"] == "+4790000091"
    assert not any(word in letter["body"].lower() for word in ("testine", "syntetisk,", "feber", "39"))


def test_without_a_complaint_nothing_is_raised(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    send(assignment_id, WELL)
    assert short() == set()
    with reading() as session:
        row = session.get_one(Assignment, assignment_id)
        assert (row.status, row.completed_at) == ("completed", MONDAY)


def test_worse_by_two_levels_since_last_time_is_seen_in_the_second_report(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), RASH["1"])
    later(days=1)
    send(ask_again(hospital), RASH["3"])
    assert "worse-since-last.skin-rash" in the_alert("skin-rash").rules


def test_a_message_that_has_not_left_is_taken_back_when_she_has_answered(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    send(assignment_id, WELL)
    with reading() as session:
        (message,) = session.scalars(select(Message).where(Message.assignment_id == assignment_id))
        assert (message.state, message.letter_sealed) == ("cancelled", None)


def test_a_begun_form_is_gone_once_it_is_sent(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        drafts.save_answer(session, visit_of(session, assignment_id), "temperature-measured", "no", "nb")
    assert count(Draft) == 1
    send(assignment_id, WELL)
    assert count(Draft) == 0
