"""Overdue alerts: an unacknowledged one escalates and never ends by itself; an acknowledged one goes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts.lifecycle import Outcome, Place, State
from alerts.rules import Severity
from prom import clock
from prom.db import reading, transaction
from prom.messaging.models import Message
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from prom.worklist.queries import count_overdue
from tests.conftest import MONDAY, Hospital
from tests.prom.steps import count, later, the_alert
from tests.prom.worklist.findings import act, finding, put


def sweep() -> int:
    """Act on what is overdue now."""
    with transaction() as session:
        return worklist.sweep_overdue(session)


def calls() -> int:
    """How many messages to the on-call phone were made."""
    return count(Message, Message.kind == "on-call")


def test_what_is_not_due_yet_is_left_alone(hospital: Hospital) -> None:
    put(hospital, finding(Severity.EMERGENCY))
    later(minutes=9, seconds=59)
    assert sweep() == 0
    assert the_alert("nausea").alert.state == "open"


def test_a_resolved_alert_is_never_swept(hospital: Hospital) -> None:
    put(hospital, finding(Severity.EMERGENCY))
    act(hospital, worklist.acknowledge)
    act(hospital, worklist.resolve, Outcome.ADMISSION, Place.HOSPITAL)
    later(days=60)
    assert sweep() == 0


@pytest.mark.hazard("H10")
def test_an_unacknowledged_emergency_escalates_and_rings_again_every_ten_minutes_without_end(
    hospital: Hospital,
) -> None:
    put(hospital, finding(Severity.EMERGENCY))
    for times in range(1, 13):
        later(minutes=10)
        assert sweep() == 1
        alert = the_alert("nausea").alert
        assert (alert.state, alert.escalations, calls()) == ("escalated", times, times + 1)
        assert alert.next_action_at == clock.now() + timedelta(minutes=10)


def test_a_sweep_that_runs_twice_acts_once(hospital: Hospital) -> None:
    put(hospital, finding(Severity.EMERGENCY))
    later(minutes=10)
    assert (sweep(), sweep()) == (1, 0)
    assert the_alert("nausea").verbs == ("raise", "escalate")


@pytest.mark.hazard("H10")
def test_after_a_long_stop_an_emergency_rings_once_and_not_for_each_time_it_was_missed(hospital: Hospital) -> None:
    put(hospital, finding(Severity.EMERGENCY))
    later(hours=8)
    assert sweep() == 1
    assert calls() == 2


@pytest.mark.hazard("H11")
def test_an_acknowledged_emergency_without_contact_goes_back_to_the_unit_and_rings(hospital: Hospital) -> None:
    put(hospital, finding(Severity.EMERGENCY))
    act(hospital, worklist.acknowledge)
    later(minutes=30)
    assert sweep() == 1
    alert = the_alert("nausea").alert
    assert (alert.state, alert.claimed_by, calls()) == ("open", None, 2)
    assert alert.waiting_since == MONDAY + timedelta(minutes=30)
    assert alert.next_action_at == MONDAY + timedelta(minutes=40)


def test_what_is_for_the_same_day_escalates_at_the_end_of_it_without_ringing(hospital: Hospital) -> None:
    put(hospital)
    later(hours=6)
    assert sweep() == 1
    alert = the_alert("nausea").alert
    assert (alert.state, alert.escalations, calls()) == ("escalated", 1, 0)


@pytest.mark.hazard("H10")
def test_every_severity_has_a_deadline_and_is_swept_when_it_has_passed(hospital: Hospital) -> None:
    for severity in Severity:
        put(hospital, finding(severity, topic=severity.word))
    later(days=31)
    with reading() as session:
        assert count_overdue(session, clock.now()) == 4
    assert sweep() == 4
    with reading() as session:
        assert count_overdue(session, clock.now()) == 0
        states = session.scalars(select(Alert.state)).all()
    assert set(states) == {State.ESCALATED}


def test_more_than_one_sweep_takes_is_left_for_the_next(hospital: Hospital) -> None:
    for number in range(5):
        put(hospital, finding(topic=f"topic {number}"))
    later(days=1)
    with transaction() as session:
        assert worklist.sweep_overdue(session, limit=3) == 3
    assert sweep() == 2
