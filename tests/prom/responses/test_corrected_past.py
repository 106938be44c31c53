"""After a correction nothing is forgotten: silence counts anew, begun forms and the auditor's look too."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts.lifecycle import Outcome, Place
from prom.config import Settings
from prom.db import reading, transaction
from prom.oversight import auditor
from prom.responses.drafts import save_answer
from prom.responses.models import Response
from prom.responses.service import enter_in_error, expire, raise_silence
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from tests.conftest import MONDAY, Hospital
from tests.prom.steps import RASH, WELL, alerts, ask, ask_again, later, send, the_alert, visit_of


def correct(hospital: Hospital, response_id: uuid.UUID) -> None:
    """Mark a response as entered in error."""
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, response_id), hospital.nurse_actor)


def be_silent(assignment_id: uuid.UUID) -> bool:
    """Let the sweep look at an assignment that is past due."""
    with transaction() as session:
        return raise_silence(session, assignment_id)


@pytest.mark.parametrize("called", [True, False])
def test_an_assignment_that_is_open_again_and_not_answered_puts_her_on_the_call_list_again(
    hospital: Hospital, database: Settings, called: bool
) -> None:
    assignment_id = ask(database)
    later(hours=36)
    assert be_silent(assignment_id)
    if called:
        with transaction() as session:
            alert = session.get_one(Alert, the_alert("silence").alert.id)
            worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
            worklist.resolve(session, alert, alert.version, hospital.nurse_actor, Outcome.ADVICE, Place.PHONE)
    response_id = send(assignment_id, WELL).response_id
    correct(hospital, response_id)
    assert be_silent(assignment_id)
    assert [seen.alert.state for seen in alerts("silence")] == ["resolved" if called else "entered-in-error", "open"]


def test_a_report_that_is_dated_back_before_a_begun_form_lets_that_be_judged_anew(
    hospital: Hospital, database: Settings
) -> None:
    """A begun form is no part of the kept history, but it has a past as every other."""
    assignment_id = ask(database)
    later(hours=2)
    with transaction() as session:
        save_answer(session, visit_of(session, assignment_id), "skin-rash-severity", "2", "nb")
    later(hours=140)
    with transaction() as session:
        assert expire(session, assignment_id)
    assert the_alert("skin-rash").rules == {"moderate.skin-rash"}
    send(ask_again(hospital), WELL, actor=hospital.nurse_actor, authored_at=MONDAY + timedelta(hours=1))
    assert "worse-since-last.skin-rash" in the_alert("skin-rash").rules


def test_what_was_judged_anew_is_looked_at_by_the_auditor_again(hospital: Hospital, database: Settings) -> None:
    first = send(ask(database), RASH["1"]).response_id
    later(days=1)
    second = send(ask_again(hospital), RASH["2"]).response_id
    assert auditor.recheck() == 0
    correct(hospital, first)
    with reading() as session:
        waiting = session.scalars(select(Response.id).where(Response.rechecked_at.is_(None))).all()
    assert waiting == [second]
    assert auditor.recheck() == 0
