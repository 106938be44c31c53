"""What other rules would have raised over what the hospital has stored, against what was raised."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts.rules import Severity
from prom import clock
from prom.audit.models import AuditRecord, AuditSubject
from prom.config import Settings
from prom.db import transaction
from prom.rehearsal import service
from prom.rehearsal.service import backtest
from prom.responses.drafts import save_answer
from prom.responses.models import Response
from prom.responses.service import enter_in_error, raise_silence
from prom.worklist import service as worklist
from prom.worklist.models import Alert, Evidence
from tests.conftest import MONDAY, Hospital
from tests.prom.oversight.test_auditor import everyday
from tests.prom.rehearsal.rules_at_hand import OPERATOR, asked, changed, in_force, rehearse, without
from tests.prom.steps import FEVER, RASH, WELL, ask, ask_again, count, later, rows, send, the_alert, visit_of


def resolve(hospital: Hospital, topic: str, outcome: str) -> None:
    """Close the only alert of a topic."""
    with transaction() as session:
        alert = session.get_one(Alert, the_alert(topic).alert.id)
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
        worklist.resolve(session, alert, alert.version, hospital.nurse_actor, outcome, "phone")


def test_without_history_nothing_is_counted_and_there_is_no_rate(hospital: Hospital, database: Settings) -> None:
    ask(database)  # so that she is one of those who are read
    made = rehearse(hospital, since=MONDAY)
    assert made.document["reports"] == 0
    assert made.document["current"] == made.document["these"]
    assert made.document["patients"] == 1


def test_what_was_answered_before_is_left_out_and_is_still_held_against(hospital: Hospital, database: Settings) -> None:
    send(ask(database), RASH["1"])
    later(days=1)
    begin = clock.now()
    send(ask_again(hospital), RASH["3"])
    made = rehearse(hospital, since=begin)
    assert made.reports == 1
    assert made.compared.total("gone").total() == made.compared.total("new").total() == 0
    assert "worse-since-last.skin-rash" in the_alert("skin-rash").rules  # which only the earlier report can show


def test_what_was_entered_in_error_is_on_neither_side(hospital: Hospital, database: Settings) -> None:
    receipt = send(ask(database), FEVER)
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, receipt.response_id), hospital.nurse_actor)
    made = rehearse(hospital)
    assert (made.reports, made.compared.symptoms) == (0, {})


def test_the_rules_in_force_raise_what_they_raised(hospital: Hospital, database: Settings) -> None:
    everyday(hospital, database)
    made = rehearse(hospital)
    assert made.reports == 6
    assert made.compared.total("current").total() > 5
    assert made.compared.total("current") == made.compared.total("these")
    assert made.document["new"]["alerts"] == made.document["gone"]["alerts"] == 0
    assert made.document["graver"] == made.document["milder"] == 0


@pytest.mark.hazard("H42")
def test_a_rule_that_is_left_out_takes_its_alerts_with_it_and_tells_how_they_ended(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), FEVER)
    resolve(hospital, "fever", "advice")
    made = rehearse(hospital, without("fever"))
    assert made.document["gone"] == {"alerts": 1, "bySeverity": {"emergency": 1}, "ended": {"advice": 1}}
    assert made.document["goneByRule"] == {"fever": 1}
    (symptom,) = made.document["symptoms"]
    assert (symptom["symptom"], symptom["ended"]) == ("fever", {"advice": 1})


def test_what_would_be_gone_and_is_not_closed_is_said_to_be_open(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    assert rehearse(hospital, without("fever")).document["gone"]["ended"] == {"open": 1}


def test_a_lower_limit_raises_what_nobody_was_told_of(hospital: Hospital, database: Settings) -> None:
    send(ask(database), {**WELL, "temperature-measured": "yes", "temperature": 37.6})

    def from_37_5(all_rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**each, "value": 37.5} if each["id"] == "fever" else each for each in all_rules]

    made = rehearse(hospital, changed(from_37_5))
    assert made.document["new"] == {"alerts": 1, "bySeverity": {"emergency": 1}}
    assert made.document["newByRule"] == {"fever": 1}


@pytest.mark.hazard("H42")
def test_another_severity_is_milder_and_not_gone(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)

    def milder(all_rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**each, "severity": "same-day"} if each["id"] == "fever" else each for each in all_rules]

    made = rehearse(hospital, changed(milder))
    assert (made.document["milder"], made.document["gone"]["alerts"]) == (1, 0)
    assert made.compared.total("these") == {Severity.SAME_DAY: 1}


def test_silence_is_judged_too_although_she_answered_later(hospital: Hospital, database: Settings) -> None:
    assignment = ask(database)
    later(days=2)
    with transaction() as session:
        raise_silence(session, assignment)
    send(assignment, WELL)
    made = rehearse(hospital)
    assert made.silences == 1
    assert made.compared.total("current") == made.compared.total("these") == {Severity.NEXT_WORKING_DAY: 1}
    gone = rehearse(hospital, without("silence")).document["gone"]
    assert gone["ended"] == {"withdrawn": 1}


def test_what_was_typed_and_changed_before_sending_is_on_neither_side_and_is_said(
    hospital: Hospital, database: Settings
) -> None:
    assignment = ask(database)
    with transaction() as session:
        save_answer(session, visit_of(session, assignment), "shivering", "now", "nb")
    send(assignment, WELL)
    made = rehearse(hospital)
    assert made.document["notJudged"]["unsent"] == 1
    assert made.document["current"]["alerts"] == made.document["these"]["alerts"] == 0


def test_a_version_that_the_rules_do_not_read_is_on_neither_side_and_is_said(
    hospital: Hospital, database: Settings
) -> None:
    receipt = send(ask(database), FEVER)
    (version,) = {row.questionnaire.partition("|")[2] for row in rows(select(Response))}
    with transaction() as session:
        row = session.get_one(Response, receipt.response_id)
        row.questionnaire = row.questionnaire.replace(version, "0.0.1")
    made = rehearse(hospital)
    assert made.document["notJudged"]["otherVersions"] == {"0.0.1": 1}
    assert (made.reports, made.compared.symptoms) == (0, {})


def test_weeks_are_those_of_her_stay_within_the_time(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    later(weeks=2)
    made = rehearse(hospital, since=MONDAY + timedelta(days=7 / 2))
    assert made.document["patientWeeks"] == 1.5
    made = rehearse(hospital)
    assert made.document["patientWeeks"] == 2.0
    assert made.document["current"]["per100PatientWeeks"] == 50.0


def test_reading_stands_in_the_audit_log_of_each_patient_before_anything_is_read(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(ask(database), FEVER)

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(service, "stays", broken)
    with pytest.raises(RuntimeError):
        rehearse(hospital)
    (record,) = rows(select(AuditRecord).where(AuditRecord.action == "response.backtest"))
    assert (record.actor_kind, record.reason) == ("operator", "quality")
    subjects = rows(select(AuditSubject.patient_id).where(AuditSubject.record_id == record.id))
    assert subjects == [hospital.patient.id]


def test_it_raises_and_keeps_nothing(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    before = count(Alert), count(Evidence), count(Response)
    rehearse(hospital, without("fever"))
    assert (count(Alert), count(Evidence), count(Response)) == before


def test_other_units_are_left_out_where_some_are_asked_for(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    made = backtest(in_force(), asked(hospital, unit_ids=[hospital.other_unit.id]), OPERATOR)
    assert made.document["patients"] == 0
    made = backtest(in_force(), asked(hospital, unit_ids=[hospital.unit.id]), OPERATOR)
    assert made.document["patients"] == 1


def test_progress_is_told_and_no_more_stays_are_read_than_asked_for(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    told: list[tuple[int, int]] = []
    backtest(in_force(), asked(hospital), OPERATOR, lambda done, of: told.append((done, of)))
    assert told == [(1, 1)]
    made = backtest(in_force(), asked(hospital), OPERATOR, most=0)
    assert (made.document["staysLeftOut"], made.document["patients"], made.reports) == (1, 0, 0)
