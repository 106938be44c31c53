"""Locks on PostgreSQL: a nurse's page and a report of the same patient never wait for each other in a circle."""

import time
from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from alerts.rules import Severity
from prom import crypto
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.audit.service import Actor
from prom.config import Settings
from prom.db import reading, transaction
from prom.pathways.queries import episode, pathway
from prom.responses.service import Authorship, Receipt, submit
from prom.worklist import raising
from prom.worklist.models import Alert
from tests.conftest import Hospital
from tests.prom.responses.test_at_once import at_once
from tests.prom.steps import WELL, alerts, later, response_of
from tests.prom.worklist.findings import finding, put

#: Long enough for the other thread to come to its own lock.
WAIT = 0.4


def test_a_report_that_joins_two_alerts_and_a_nurse_who_takes_both_come_one_after_the_other(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report joins them in the order of its rules, the page locks them in the order of their making."""
    pain, fever = (finding(Severity.EMERGENCY, topic=topic) for topic in ("pain", "fever"))
    put(hospital, pain)
    later(minutes=1)
    put(hospital, fever)
    join = raising._join

    def join_slowly(session: Session, alert: Alert, findings: Sequence[Finding]) -> Alert:
        joined = join(session, alert, findings)
        time.sleep(WAIT)
        return joined

    monkeypatch.setattr(raising, "_join", join_slowly)

    def report() -> int:
        put(hospital, fever, pain)
        return 2

    def take() -> int:
        time.sleep(WAIT / 2)
        with transaction() as session:
            return len(session.scalars(select(Alert).order_by(Alert.id).with_for_update()).all())

    assert at_once(report, take) == [2, 2]
    assert [seen.verbs for seen in alerts()] == [("raise", "join"), ("raise", "join")]


def test_two_reports_that_staff_make_for_one_patient_at_once_are_both_stored(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have written a row that points at the episode before they ask to hold it."""
    store = assignments.store

    def store_slowly(session: Session, made: Sequence[Assignment], actor: Actor) -> None:
        store(session, made, actor)
        time.sleep(WAIT)

    monkeypatch.setattr(assignments, "store", store_slowly)

    def report() -> Receipt:
        with transaction() as session:
            of = episode(session, hospital.episode.id)
            asked = pathway(session, of.pathway_url, of.pathway_version).on_demand
            made = assignments.assign(session, of, asked, "staff", hospital.nurse_actor)
            return submit(session, made.id, response_of(WELL), Authorship("patient", hospital.nurse_actor, "nb"))

    stored = at_once(report, report)
    assert [getattr(each, "again", each) for each in stored] == [False, False]


def test_the_hash_of_a_topic_tells_nothing_across_patients(hospital: Hospital) -> None:
    """Else the commonest hash would be the commonest symptom, and everybody who has it would be known."""
    put(hospital, finding(topic="pain"))
    with reading() as session:
        (stored,) = session.scalars(select(Alert))
        from_topic_alone = crypto.keyed_hash(stored.tenant_id, "topic", "pain")
    assert stored.topic_hash != from_topic_alone
