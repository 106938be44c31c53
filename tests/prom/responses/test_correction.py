"""Entered in error: what a response raised is withdrawn, what came after it is judged anew, and all of it is said."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts.lifecycle import Outcome, Place
from alerts.rules import Severity
from prom.assignments.models import Assignment
from prom.audit.service import Actor
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import Conflict
from prom.responses import history
from prom.responses.drafts import save_answer
from prom.responses.models import Response
from prom.responses.service import enter_in_error, expire
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from tests.conftest import MONDAY, Hospital
from tests.prom.steps import FEVER, RASH, WELL, alerts, ask, ask_again, later, send, short, the_alert, visit_of


def correct(hospital: Hospital, response_id: uuid.UUID) -> None:
    """Mark a response as entered in error."""
    with transaction() as session:
        enter_in_error(session, session.get_one(Response, response_id), hospital.nurse_actor)


def report(hospital: Hospital, answers: Mapping[str, Any]) -> uuid.UUID:
    """Report once more, a day later, and return the response's id."""
    later(days=1)
    return send(ask_again(hospital), answers).response_id


def histories_are_equal() -> bool:
    """Whether what is kept of the past is what the responses say."""
    with reading() as session:
        of = session.scalars(select(Assignment).limit(1)).one()
        kept = history.read(session, history.state_of(session, of))
        return kept == history.rebuilt(session, history.responses_in(session, of))


def test_what_is_entered_in_error_already_is_refused(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), FEVER).response_id
    correct(hospital, response_id)
    with pytest.raises(Conflict):
        correct(hospital, response_id)


@pytest.mark.hazard("H29")
def test_what_it_raised_is_withdrawn_and_its_history_says_so(hospital: Hospital, database: Settings) -> None:
    correct(hospital, send(ask(database), FEVER).response_id)
    seen = the_alert("fever")
    assert (seen.alert.state, seen.findings, seen.verbs) == ("entered-in-error", (), ("raise", "withdraw"))
    assert (seen.alert.next_action_at, seen.alert.closed_at) == (None, MONDAY)


def test_the_response_stays_and_says_when_it_was_corrected(hospital: Hospital, database: Settings) -> None:
    response_id = send(ask(database), FEVER).response_id
    later(hours=1)
    correct(hospital, response_id)
    with reading() as session:
        row = session.get_one(Response, response_id)
        assert (row.status, row.corrected_at) == ("entered-in-error", MONDAY + timedelta(hours=1))
        assert row.document_sealed


def test_a_planned_assignment_can_be_answered_again_while_its_window_lasts(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    first = send(assignment_id, FEVER).response_id
    correct(hospital, first)
    second = send(assignment_id, WELL)
    assert not second.again
    assert second.response_id != first
    assert short() == {("fever", Severity.EMERGENCY, "entered-in-error")}


def test_after_its_window_an_assignment_is_not_opened_again(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    response_id = send(assignment_id, FEVER).response_id
    later(hours=132)
    correct(hospital, response_id)
    with reading() as session:
        assert session.get_one(Assignment, assignment_id).status == "cancelled"


def test_the_same_fever_reported_again_is_a_new_alert(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    correct(hospital, send(assignment_id, FEVER).response_id)
    send(assignment_id, FEVER)
    assert short() == {("fever", Severity.EMERGENCY, "entered-in-error"), ("fever", Severity.EMERGENCY, "open")}


def test_an_alert_that_also_stands_on_another_response_stays_and_falls_to_what_is_left(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), RASH["2"])
    severe = report(hospital, RASH["3"])
    assert the_alert("skin-rash").alert.severity == Severity.SAME_DAY
    correct(hospital, severe)
    seen = the_alert("skin-rash")
    assert seen.short == ("skin-rash", Severity.NEXT_WORKING_DAY, "open")
    assert seen.verbs[-1] == "evidence-withdrawn"


@pytest.mark.hazard("H29")
def test_a_later_response_is_judged_anew_against_the_right_past(hospital: Hospital, database: Settings) -> None:
    """Level 3 was typed for level 0: the level 2 that follows was no improvement but a change for the worse."""
    send(ask(database), WELL)
    wrong = report(hospital, RASH["3"])
    report(hospital, RASH["2"])
    correct(hospital, wrong)
    seen = the_alert("skin-rash")
    assert "worse-since-last.skin-rash" in seen.rules
    assert seen.alert.severity == Severity.SAME_DAY
    assert histories_are_equal()


def test_what_a_later_response_raised_only_because_of_the_wrong_one_is_withdrawn(
    hospital: Hospital, database: Settings
) -> None:
    """Level 0 was typed for level 2: the level 2 that follows was no change for the worse."""
    send(ask(database), RASH["1"])
    wrong = report(hospital, WELL)
    report(hospital, RASH["2"])
    assert "worse-since-last.skin-rash" in the_alert("skin-rash").rules
    correct(hospital, wrong)
    assert the_alert("skin-rash").rules == {"moderate.skin-rash"}
    assert the_alert("skin-rash").alert.severity == Severity.NEXT_WORKING_DAY
    assert histories_are_equal()


def test_what_came_before_is_not_touched(hospital: Hospital, database: Settings) -> None:
    send(ask(database), RASH["3"])
    before = the_alert("skin-rash")
    correct(hospital, report(hospital, FEVER))
    after = the_alert("skin-rash")
    assert (after.findings, after.alert.version) == (before.findings, before.alert.version)


@pytest.mark.hazard("H29")
def test_a_wrong_baseline_gives_way_to_the_next_response(hospital: Hospital, database: Settings) -> None:
    wrong = send(ask(database), RASH["3"]).response_id
    report(hospital, RASH["1"])
    correct(hospital, wrong)
    report(hospital, RASH["3"])
    withdrawn, new = alerts("skin-rash")
    assert (withdrawn.alert.state, withdrawn.findings) == ("entered-in-error", ())
    assert "worse-since-baseline.skin-rash" in new.rules
    assert histories_are_equal()


def test_a_resolved_alert_of_a_wrong_response_keeps_its_history_and_says_that_it_was_an_error(
    hospital: Hospital, database: Settings
) -> None:
    response_id = send(ask(database), FEVER).response_id
    _resolve(the_alert("fever").alert.id, hospital.nurse_actor)
    correct(hospital, response_id)
    assert the_alert("fever").verbs == ("raise", "acknowledge", "resolve", "withdraw")
    assert the_alert("fever").alert.state == "entered-in-error"


def _resolve(alert_id: uuid.UUID, nurse: Actor) -> None:
    with transaction() as session:
        alert = session.get_one(Alert, alert_id)
        worklist.acknowledge(session, alert, alert.version, nurse)
        worklist.resolve(session, alert, alert.version, nurse, Outcome.ADVICE, Place.PHONE)


def test_a_red_flag_that_was_saved_before_it_was_sent_is_withdrawn_with_the_response(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        save_answer(session, visit_of(session, assignment_id), "shivering", "now", "nb")
    correct(hospital, send(assignment_id, {**WELL, "shivering": "now"}).response_id)
    assert short() == {("shivering", Severity.EMERGENCY, "entered-in-error")}


def test_a_form_that_expired_as_begun_can_be_entered_in_error_too(hospital: Hospital, database: Settings) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        save_answer(session, visit_of(session, assignment_id), "shivering", "now", "nb")
    later(hours=132)
    with transaction() as session:
        expire(session, assignment_id)
    with reading() as session:
        response_id = session.scalars(select(Response.id)).one()
    correct(hospital, response_id)
    assert the_alert("shivering").alert.state == "entered-in-error"
    assert the_alert("silence").alert.state == "open"


@pytest.mark.hazard("H31")
def test_a_report_that_is_dated_back_is_set_in_its_place_and_later_ones_are_judged_anew(
    hospital: Hospital, database: Settings
) -> None:
    send(ask(database), RASH["1"])
    later(days=2)
    send(ask_again(hospital), RASH["2"])
    assert the_alert("skin-rash").rules == {"moderate.skin-rash"}
    by_phone = ask_again(hospital)
    send(by_phone, WELL, actor=hospital.nurse_actor, authored_at=MONDAY + timedelta(days=1))
    assert "worse-since-last.skin-rash" in the_alert("skin-rash").rules
    assert histories_are_equal()
