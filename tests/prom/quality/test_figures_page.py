"""The clinic's own figures, refusals first."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom import clock
from prom.audit.models import AuditRecord, AuditSubject
from prom.audit.service import SYSTEM
from prom.config import Settings
from prom.db import reading, transaction
from prom.quality.counting import Figures, Share
from prom.quality.service import made
from prom.responses.models import Response
from prom.responses.service import enter_in_error
from prom.settings import service as settings
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from tests.conftest import MONDAY, Hospital, SignIn
from tests.prom.steps import FEVER, RASH, WELL, ask, ask_again, later, rows, send, the_alert


def counted(hospital: Hospital, weeks: int = 4) -> Figures:
    """The figures of the hospital's own unit until now."""
    now = clock.now() + timedelta(seconds=1)
    with reading() as session:
        return made(session, [hospital.unit.id], now - timedelta(weeks=weeks), now).figures


def act(hospital: Hospital, topic: str, *verbs: str) -> None:
    """Let the nurse, or the sweep, do something with the only alert of a topic."""
    for verb in verbs:
        with transaction() as session:
            alert = session.get_one(Alert, the_alert(topic).alert.id)
            if verb == "acknowledge":
                worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
            elif verb == "escalate":
                worklist.escalate(session, alert)
            else:
                worklist.resolve(session, alert, alert.version, hospital.nurse_actor, verb, "phone")


# Refusals


def test_nobody_looks_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/figures").headers["Location"] == "/sign-in"


def test_an_administrator_does_not_look(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "administrator")
    assert client.get("/figures").status_code == 403


@pytest.mark.parametrize("weeks", ["0", "5", "many", ""])
def test_another_number_of_weeks_is_refused(client: FlaskClient, sign_in: SignIn, weeks: str) -> None:
    sign_in(client, "nurse")
    assert client.get(f"/figures?weeks={weeks}").status_code == 422


# What is counted


def test_a_unit_without_reports_has_no_figures(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, "quality")
    page = client.get("/figures").text
    assert "STAR / PRO-TECT" in page


@pytest.mark.hazard("H43")
def test_what_was_raised_is_held_against_what_was_reported(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    later(hours=1)
    send(ask_again(hospital), WELL)
    found = counted(hospital)
    assert (found.questionnaires, found.alerting, found.per_100) == (2, Share(1, 2), 50.0)


def test_other_units_and_other_weeks_are_left_out(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    with reading() as session:
        elsewhere = made(session, [hospital.other_unit.id], MONDAY - timedelta(weeks=1), MONDAY + timedelta(weeks=1))
    assert (elsewhere.figures.questionnaires, elsewhere.figures.all.alerts, elsewhere.subjects) == (0, 0, frozenset())
    later(weeks=2)
    assert (counted(hospital, weeks=1).questionnaires, counted(hospital, weeks=4).questionnaires) == (0, 1)


def test_what_was_entered_in_error_is_left_out(hospital: Hospital, database: Settings) -> None:
    receipt = send(ask(database), FEVER)
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, receipt.response_id), hospital.nurse_actor)
    found = counted(hospital)
    assert (found.questionnaires, found.all.alerts) == (0, 0)


@pytest.mark.hazard("H43")
def test_an_emergency_is_timed_by_the_clock_and_another_in_opening_hours(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), {**FEVER, "skin-rash-severity": "3"})
    later(hours=1)
    act(hospital, "fever", "acknowledge")
    later(hours=23)  # until Tuesday, 09:30
    act(hospital, "skin-rash", "acknowledge", "expected")
    found = dict(counted(hospital).by_severity)
    emergency, same_day = (found[key] for key in sorted(found, reverse=True)[:2])
    assert emergency.to_acknowledge.median == timedelta(hours=1)
    assert same_day.to_acknowledge.median == same_day.to_resolve.p95 == timedelta(hours=7.5)


def test_the_hours_are_those_that_the_unit_has_chosen(hospital: Hospital, database: Settings) -> None:
    with transaction() as session:
        settings.choose(session, "unit", hospital.unit.id, "openingHours", "08:00-14:00", SYSTEM)
    send(ask(database), RASH["3"])
    later(hours=24)  # from Monday until Tuesday, 09:30
    act(hospital, "skin-rash", "acknowledge")
    assert counted(hospital).all.to_acknowledge.median == timedelta(hours=6)


def test_what_was_escalated_first_was_not_acknowledged_in_time(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    act(hospital, "fever", "escalate", "acknowledge", "advice")
    found = counted(hospital).all
    assert (found.acknowledged, found.resolved, found.escalated) == (Share(0, 1), Share(0, 1), Share(1, 1))


@pytest.mark.hazard("H43")
def test_rules_whose_alerts_are_resolved_as_expected_are_named(hospital: Hospital, database: Settings) -> None:
    send(ask(database), RASH["3"])
    act(hospital, "skin-rash", "acknowledge", "expected")
    found = counted(hospital)
    assert found.noise
    assert {each.expected for each in found.noise} == {Share(1, 1)}
    assert {each.rule for each in found.noise} == the_alert("skin-rash").rules
    assert found.per_nurse_and_day == 1.0


def test_looking_stands_in_the_log_of_each_patient(
    client: FlaskClient, sign_in: SignIn, hospital: Hospital, database: Settings
) -> None:
    send(ask(database), RASH["3"])
    act(hospital, "skin-rash", "acknowledge", "expected")
    later(minutes=1)
    sign_in(client, "nurse")
    page = client.get("/figures?weeks=1").text
    assert "100 %" in page
    (record,) = rows(select(AuditRecord).where(AuditRecord.action == "alert.figures"))
    assert record.reason == "quality"
    assert rows(select(AuditSubject.patient_id).where(AuditSubject.record_id == record.id)) == [hospital.patient.id]
