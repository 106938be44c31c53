"""Raising: one duty per patient and topic; new evidence joins it, opens it again and restarts its clock."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from alerts.lifecycle import Outcome, Place
from alerts.rules import Severity
from prom import clock
from prom.db import new_id, reading, transaction
from prom.messaging.models import Message
from prom.patients import sealing
from prom.worklist import service as worklist
from prom.worklist.models import Alert, Evidence
from tests.conftest import MONDAY, Hospital
from tests.prom.steps import alerts, count, later, the_alert
from tests.prom.worklist.findings import act, finding, origin, put

EMERGENCY, SAME_DAY, NEXT = Severity.EMERGENCY, Severity.SAME_DAY, Severity.NEXT_WORKING_DAY


def calls() -> int:
    """How many messages to the on-call phone were made."""
    return count(Message, Message.kind == "on-call")


@pytest.mark.hazard("H10")
@pytest.mark.parametrize(
    "change", [{"next_action_at": None}, {"closed_at": MONDAY}, {"severity": 5}, {"state": "acknowledged"}]
)
def test_the_database_itself_refuses_an_open_alert_without_a_next_action_or_an_owner(
    hospital: Hospital, change: dict[str, object]
) -> None:
    put(hospital)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Alert).values(change))


def test_two_open_alerts_of_one_topic_are_refused_by_the_database(hospital: Hospital) -> None:
    put(hospital)
    put(hospital, finding(topic="pain"))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Alert).values(topic_hash=b"the same"))


def test_a_finding_becomes_a_duty_with_its_next_action(hospital: Hospital) -> None:
    put(hospital)
    seen = the_alert("nausea")
    assert seen.short == ("nausea", SAME_DAY, "open")
    assert (seen.alert.raised_at, seen.alert.waiting_since) == (MONDAY, MONDAY)
    assert seen.alert.next_action_at == MONDAY + timedelta(hours=6)
    assert (seen.alert.claimed_by, seen.alert.escalations, seen.alert.new_evidence) == (None, 0, 0)


def test_findings_of_one_topic_are_one_alert_of_the_worst_severity(hospital: Hospital) -> None:
    put(hospital, finding(NEXT, "moderate"), finding(SAME_DAY, "severe"), finding(NEXT, "moderate", "pain"))
    assert the_alert("nausea").rules == {"moderate", "severe"}
    assert the_alert("nausea").alert.severity == SAME_DAY
    assert the_alert("pain").alert.severity == NEXT


def test_the_same_finding_of_the_same_assignment_is_not_new(hospital: Hospital) -> None:
    begun = replace(origin(hospital), response_id=None)
    put(hospital, of=begun)
    before = the_alert("nausea").alert.version
    sent = replace(begun, response_id=new_id())
    for of in (begun, sent, sent):
        put(hospital, of=of)
        assert (len(the_alert("nausea").findings), the_alert("nausea").alert.version) == (1, before)
    assert the_alert("nausea").responses == {sent.response_id}


@pytest.mark.hazard("H12")
def test_new_evidence_raises_severity_and_never_lowers_it(hospital: Hospital) -> None:
    put(hospital, finding(NEXT))
    put(hospital, finding(EMERGENCY))
    put(hospital, finding(SAME_DAY))
    assert the_alert("nausea").alert.severity == EMERGENCY
    assert the_alert("nausea").verbs == ("raise", "join", "join")


def test_new_evidence_to_a_waiting_alert_does_not_move_its_deadline_away(hospital: Hospital) -> None:
    put(hospital)
    due = the_alert("nausea").alert.next_action_at
    later(hours=3)
    put(hospital)
    after = the_alert("nausea").alert
    assert (after.next_action_at, after.waiting_since) == (due, MONDAY)


@pytest.mark.hazard("H12")
def test_graver_evidence_to_a_waiting_alert_brings_its_deadline_nearer(hospital: Hospital) -> None:
    put(hospital, finding(NEXT))
    later(hours=1)
    put(hospital, finding(EMERGENCY))
    assert the_alert("nausea").alert.next_action_at == MONDAY + timedelta(hours=1, minutes=10)


def test_graver_evidence_just_before_closing_does_not_put_off_what_was_promised_for_today(hospital: Hospital) -> None:
    put(hospital, finding(NEXT))
    due = the_alert("nausea").alert.next_action_at
    assert due == MONDAY + timedelta(days=1, hours=6)
    later(days=1, hours=5, minutes=45)  # a quarter of an hour before the unit closes: too late for a new one
    put(hospital, finding(SAME_DAY))
    after = the_alert("nausea").alert
    assert (after.severity, after.next_action_at) == (SAME_DAY, due)


@pytest.mark.hazard("H12")
def test_new_evidence_opens_an_acknowledged_alert_again_and_says_how_much_is_new(hospital: Hospital) -> None:
    put(hospital)
    act(hospital, worklist.acknowledge)
    later(hours=1)
    put(hospital, finding(rule="worse"), finding(rule="severe"))
    after = the_alert("nausea").alert
    assert (after.state, after.claimed_by, after.new_evidence) == ("open", None, 2)
    assert after.waiting_since == MONDAY + timedelta(hours=1)


def test_acknowledging_again_takes_note_of_what_is_new(hospital: Hospital) -> None:
    put(hospital)
    act(hospital, worklist.acknowledge)
    put(hospital)
    assert act(hospital, worklist.acknowledge).alert.new_evidence == 0


def test_after_it_was_resolved_the_same_topic_is_a_new_alert(hospital: Hospital) -> None:
    put(hospital)
    act(hospital, worklist.acknowledge)
    act(hospital, worklist.resolve, Outcome.ADVICE, Place.PHONE)
    put(hospital)
    assert [seen.alert.state for seen in alerts("nausea")] == ["resolved", "open"]


def test_the_on_call_phone_rings_for_an_emergency_only(hospital: Hospital) -> None:
    put(hospital, finding(SAME_DAY))
    assert calls() == 0
    put(hospital, finding(EMERGENCY, topic="fever"))
    assert calls() == 1
    act(hospital, worklist.acknowledge, topic="fever")
    put(hospital, finding(NEXT, topic="fever"))
    assert calls() == 2


def test_what_it_is_about_cannot_be_read_or_compared_in_the_table(hospital: Hospital) -> None:
    put(hospital)
    with reading() as session:
        alert, evidence = session.scalars(select(Alert)).one(), session.scalars(select(Evidence)).one()
        columns = [*vars(alert).values(), *vars(evidence).values()]
        assert not any("nausea" in str(value) or "Kvalme" in str(value) for value in columns)
        assert sealing.open_column(session, evidence, "finding")["title"]["nb"] == "Kvalme"
        assert alert.topic_hash not in (b"nausea", alert.topic_sealed)


def test_evidence_stands_with_the_response_and_the_rules_it_came_from(hospital: Hospital) -> None:
    source = put(hospital)
    with reading() as session:
        evidence = session.scalars(select(Evidence)).one()
        assert (evidence.response_id, evidence.assignment_id) == (source.response_id, source.assignment_id)
        assert (evidence.rules, evidence.severity) == ("urn:prom:rules:test|1.0.0", SAME_DAY)


def test_graver_evidence_over_an_alert_that_is_late_already_gives_a_time_ahead(hospital: Hospital) -> None:
    put(hospital, finding(Severity.SAME_DAY))
    due = the_alert("nausea").alert.next_action_at
    assert due is not None
    clock.move_to(due + timedelta(seconds=5))
    put(hospital, finding(Severity.EMERGENCY, "grave"))
    assert the_alert("nausea").alert.next_action_at == clock.now() + timedelta(minutes=10)
