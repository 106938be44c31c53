"""The auditor judges again from the documents alone: what should have been raised and was not, is raised and told."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from alerts import judging
from alerts.lifecycle import Outcome, Place
from alerts.rules import Severity
from prom import clock
from prom.assignments.models import Assignment
from prom.assignments.service import origin_of
from prom.audit.models import AuditRecord
from prom.config import Settings
from prom.db import reading, transaction
from prom.oversight import auditor, watch
from prom.oversight.models import Disagreement
from prom.oversight.recomputing import compare
from prom.responses.drafts import save_answer
from prom.responses.models import PatientState, Response
from prom.responses.service import enter_in_error, expire
from prom.worklist import service as worklist
from prom.worklist.models import Alert, AlertEvent, Evidence
from tests.conftest import MONDAY, Hospital
from tests.prom.steps import FEVER, RASH, WELL, ask, ask_again, count, later, rows, send, short, the_alert, visit_of
from tests.prom.worklist.findings import finding, put


def lose_alerts() -> None:
    """Delete every alert with its evidence, as a fault in raising them would."""
    with transaction() as session:
        for table in (AlertEvent, Evidence, Alert):
            session.execute(delete(table))


def is_green() -> bool:
    """Whether the watch is content with the auditor's verdict."""
    with reading() as session:
        return next(check for check in watch.watch(session) if check.name == "auditor").well


@pytest.mark.hazard("H05")
def test_an_alert_that_was_never_raised_is_raised_and_turns_the_watch_red(
    hospital: Hospital, database: Settings
) -> None:
    receipt = send(ask(database), FEVER)
    lose_alerts()
    assert is_green()
    later(minutes=1)
    assert auditor.recheck() == 1
    assert short() == {("fever", 4, "open")}
    assert the_alert("fever").responses == {receipt.response_id}
    (row,) = rows(select(Disagreement))
    assert (row.response_id, row.found_at) == (receipt.response_id, MONDAY + timedelta(minutes=1))
    assert not is_green()


def test_one_lost_piece_of_evidence_among_others_is_found(hospital: Hospital, database: Settings) -> None:
    send(ask(database), {**FEVER, "shivering": "now"})
    lost = the_alert("shivering").alert.id
    with transaction() as session:
        session.execute(delete(Evidence).where(Evidence.alert_id == lost))
    assert auditor.recheck() == 1
    assert the_alert("shivering").rules == {"shivering"}
    assert the_alert("fever").verbs == ("raise",)


def test_a_finding_that_needs_the_past_is_found_although_the_kept_past_is_gone(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), RASH["1"])
    later(days=1)
    send(ask_again(hospital), RASH["3"])
    lose_alerts()
    with transaction() as session:
        session.execute(delete(PatientState))
    assert auditor.recheck() == 1
    assert "worse-since-last.skin-rash" in the_alert("skin-rash").rules


def test_evidence_that_was_withdrawn_although_it_holds_is_found(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    with transaction() as session:
        session.execute(update(Evidence).values(withdrawn_at=MONDAY))
    assert auditor.recheck() == 1
    assert len(the_alert("fever").findings) == 1


def test_each_response_is_looked_at_once(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    lose_alerts()
    assert (auditor.recheck(), auditor.recheck()) == (1, 0)
    assert count(Disagreement) == 1
    assert rows(select(Response.rechecked_at)) == [MONDAY]


def test_a_response_entered_in_error_is_not_held_against_anyone(hospital: Hospital, database: Settings) -> None:
    receipt = send(ask(database), FEVER)
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, receipt.response_id), hospital.nurse_actor)
    assert auditor.recheck() == 0
    assert short() == {("fever", 4, "entered-in-error")}


@pytest.mark.hazard("H05")
def test_one_response_that_cannot_be_opened_holds_up_no_other_and_is_told(
    hospital: Hospital, database: Settings
) -> None:
    broken = send(ask(database), WELL).response_id
    later(hours=1)
    send(ask_again(hospital), FEVER)
    lose_alerts()
    with transaction() as session:
        session.execute(update(Response).where(Response.id == broken).values(document_sealed=b"\x01broken"))
    auditor.recheck()
    assert short() >= {("could-not-be-assessed", 3, "open"), ("fever", 4, "open")}
    assert not is_green()


def test_looking_again_stands_in_the_audit_log(hospital: Hospital, database: Settings) -> None:
    receipt = send(ask(database), WELL)
    auditor.recheck()
    (row,) = rows(select(AuditRecord).where(AuditRecord.action == "response.recheck"))
    assert (row.actor_kind, row.entity_id) == ("system", receipt.response_id)


def everyday(hospital: Hospital, settings: Settings) -> None:
    """Weeks of ordinary reports: begun, sent, worse, better, corrected, dated back, expired."""
    first = ask(settings)
    with transaction() as session:
        save_answer(session, visit_of(session, first), "shivering", "now", "nb")
    send(first, {**WELL, "shivering": "now"})
    sent: list[uuid.UUID] = []
    for level in ("1", "3", "2", "3"):
        later(days=1)
        sent.append(send(ask_again(hospital), RASH[level]).response_id)
    later(hours=1)
    send(ask_again(hospital), FEVER, source="proxy", authored_at=clock.now() - timedelta(days=2))
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, sent[1]), hospital.nurse_actor)
    begun = ask_again(hospital)
    with transaction() as session:
        save_answer(session, visit_of(session, begun), "skin-rash-severity", "3", "nb")
    later(days=6)
    with transaction() as session:
        expire(session, begun)


def test_of_ordinary_reports_it_raises_nothing(hospital: Hospital, database: Settings) -> None:
    everyday(hospital, database)
    before = short()
    assert auditor.recheck() == 0
    assert short() == before
    assert is_green()


def test_what_a_nurse_has_resolved_is_not_raised_again(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    with transaction() as session:
        alert = session.scalars(select(Alert)).one()
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
        worklist.resolve(session, alert, alert.version, hospital.nurse_actor, Outcome.ADMISSION, Place.HOSPITAL)
    assert auditor.recheck() == 0
    assert short() == {("fever", 4, "resolved")}


def test_what_a_clinician_has_taken_back_as_a_mistake_is_not_raised_again(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), FEVER)
    with transaction() as session:
        alert = session.scalars(select(Alert)).one()
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
        worklist.enter_in_error(session, alert, alert.version, hospital.nurse_actor, "Feil pasient.")
    assert auditor.recheck() == 0
    assert short() == {("fever", 4, "entered-in-error")}
    assert is_green()


@pytest.mark.parametrize("hours, green", [(23, False), (25, True)])
def test_a_disagreement_keeps_the_watch_red_for_a_day(
    hospital: Hospital, database: Settings, hours: int, green: bool
) -> None:
    send(ask(database), FEVER)
    lose_alerts()
    auditor.recheck()
    later(hours=hours)
    assert is_green() == green


@pytest.mark.hazard("H05")
def test_a_fault_in_the_engine_that_would_repeat_itself_is_found_all_the_same(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judged again by the same engine it would pass again; the second evaluator shares nothing with it."""

    def never(_value: object, _comparison: object, _limit: object) -> bool:
        return False

    monkeypatch.setattr(judging, "beyond", never)
    receipt = send(ask(database), FEVER)
    assert short() == set()
    assert auditor.recheck() == 1
    (found,) = the_alert("fever").findings
    assert (found["reason"]["code"], found["reason"]["values"]["detail"]) == ("failed", "second-look")
    assert the_alert("fever").short == ("fever", 4, "open")
    assert the_alert("fever").responses == {receipt.response_id}
    with reading() as session:
        assert not compare(session, session.get_one(Response, receipt.response_id))


@pytest.mark.hazard("H05")
def test_an_alert_raised_too_mildly_is_found_and_made_graver(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    with transaction() as session:
        session.execute(update(Evidence).values(severity=2))
        session.execute(update(Alert).values(severity=2))
    assert auditor.recheck() == 1
    assert short() == {("fever", 4, "open")}
    assert not is_green()


def test_an_alert_that_nothing_asks_for_turns_the_watch_red(hospital: Hospital, database: Settings) -> None:
    receipt = send(ask(database), WELL)
    with reading() as session:
        source = origin_of(session.get_one(Assignment, receipt.response.assignment_id), receipt.response_id)
    put(hospital, finding(Severity.SAME_DAY), of=source)
    assert auditor.recheck() == 1
    assert short() == {("nausea", 3, "open")}
    assert not is_green()


def test_more_than_one_batch_is_looked_at_in_one_run(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditor, "AT_ONCE", 2)
    send(ask(database), WELL)
    for _ in range(4):
        later(minutes=1)
        send(ask_again(hospital), WELL)
    assert auditor.recheck() == 0
    assert None not in rows(select(Response.rechecked_at))


def test_rules_that_are_no_longer_there_could_not_be_assessed(hospital: Hospital, database: Settings) -> None:
    send(ask(database), WELL)
    with transaction() as session:
        session.execute(update(Assignment).values(rules="urn:prom:rules:symptom-check|9.9.9"))
    assert auditor.recheck() == 1
    assert short() == {("could-not-be-assessed", 3, "open")}
