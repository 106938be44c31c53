"""One row that fails: the other alerts still escalate, the gravest first, and the watch is told."""

import uuid

import pytest
from sqlalchemy.orm import Session

from alerts.rules import Severity
from prom import jobs, sweeping
from prom.config import Settings
from prom.db import reading
from prom.oversight.models import Tick
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from tests.conftest import Hospital
from tests.prom.steps import later, the_alert
from tests.prom.worklist.findings import finding, put

JOB = [job for job in jobs.JOBS if job.name == "act on overdue alerts"]


def test_an_alert_that_cannot_be_escalated_holds_up_no_other_and_turns_the_job_red(
    hospital: Hospital, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(hospital, finding(Severity.EMERGENCY, topic="fever"))
    later(minutes=1)
    put(hospital, finding(Severity.EMERGENCY, topic="bleeding"))
    bad, escalate = the_alert("fever").alert.id, worklist.escalate

    def fail_for_one(session: Session, alert: Alert) -> None:
        if alert.id == bad:
            raise LookupError
        escalate(session, alert)

    monkeypatch.setattr(worklist, "escalate", fail_for_one)
    later(minutes=15)
    assert jobs.run_once(settings, JOB) == {"act on overdue alerts": "SomeFailed"}
    assert the_alert("bleeding").alert.state == "escalated"
    assert the_alert("fever").alert.state == "open"
    with reading() as session:
        assert session.get_one(Tick, "act on overdue alerts").finished_at is None


def test_the_gravest_is_acted_on_first_however_much_else_is_due(hospital: Hospital) -> None:
    for topic in ("nausea", "pain", "rash"):
        put(hospital, finding(Severity.NEXT_WORKING_DAY, topic=topic))
    later(days=3)
    put(hospital, finding(Severity.EMERGENCY, topic="fever"))
    later(minutes=15)
    with reading() as session:
        assert worklist.overdue(session, limit=1) == [the_alert("fever").alert.id]


def test_a_sweep_that_failed_for_one_of_many_has_failed(database: Settings) -> None:
    """Else a patient who is never reached would stay unseen behind those who are."""
    bad, good = uuid.uuid4(), uuid.uuid4()
    done = []

    def act(_session: Session, row_id: uuid.UUID) -> bool:
        if row_id == bad:
            raise LookupError
        done.append(row_id)
        return True

    with pytest.raises(sweeping.SomeFailed):
        sweeping.one_by_one(lambda _session, limit: [bad, good][:limit], act)
    assert done == [good]
