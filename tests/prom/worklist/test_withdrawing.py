"""Taking back: what a response raised no longer stands, and silence ends when she answers."""

from dataclasses import replace

import pytest

from alerts.findings import Finding, Reason
from alerts.lifecycle import Outcome, Place, TransitionRefused
from alerts.rules import Severity
from prom.audit.service import SYSTEM, Actor
from prom.db import new_id, reading, transaction
from prom.errors import Invalid, StaleVersion
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from prom.worklist.queries import events_of, evidence_of, still_standing
from questionnaires.definition import Texts
from tests.conftest import Hospital
from tests.prom.steps import short, the_alert
from tests.prom.worklist.findings import act, finding, origin, put

SILENCE = Finding(
    "silence",
    "urn:prom:rules:test|1.0.0",
    "silence",
    Severity.NEXT_WORKING_DAY,
    "rule",
    Texts.of({"nb": "Har ikke svart", "nn": "Har ikkje svart", "en": "Has not answered"}),
    None,
    Reason("overdue", {"hours": 12.0, "begun": "false"}),
)


def test_withdrawing_what_raised_nothing_touches_nothing(hospital: Hospital) -> None:
    put(hospital)
    with transaction() as session:
        assert worklist.withdraw(session, new_id(), hospital.nurse_actor) == 0
    assert the_alert("nausea").verbs == ("raise",)


def test_what_still_holds_is_kept(hospital: Hospital) -> None:
    still = finding(Severity.NEXT_WORKING_DAY, "moderate")
    of = put(hospital, still, finding(Severity.SAME_DAY, "severe"), finding(topic="pain"))
    assert of.response_id is not None
    with transaction() as session:
        worklist.withdraw(session, of.response_id, hospital.nurse_actor, keep=[still])
    assert short() == {
        ("nausea", Severity.NEXT_WORKING_DAY, "open"),
        ("pain", Severity.SAME_DAY, "entered-in-error"),
    }


def test_withdrawing_twice_is_withdrawing_once(hospital: Hospital) -> None:
    of = put(hospital)
    assert of.response_id is not None
    with transaction() as session:
        assert worklist.withdraw(session, of.response_id, hospital.nurse_actor) == 1
        assert worklist.withdraw(session, of.response_id, hospital.nurse_actor) == 0
    assert the_alert("nausea").verbs == ("raise", "withdraw")


@pytest.mark.hazard("H54")
def test_an_alert_is_taken_back_by_whoever_has_taken_it_and_with_a_reason(hospital: Hospital) -> None:
    put(hospital, finding(Severity.EMERGENCY))
    with pytest.raises(TransitionRefused):
        act(hospital, worklist.enter_in_error, "Feil pasient.")
    taken = act(hospital, worklist.acknowledge).alert
    with pytest.raises(Invalid):
        act(hospital, worklist.enter_in_error, "  ")
    with transaction() as session:
        row, somebody_else = session.get_one(Alert, taken.id), Actor("clinician", new_id())
        with pytest.raises(TransitionRefused):
            worklist.enter_in_error(session, row, taken.version, somebody_else, "Feil pasient.")
        with pytest.raises(StaleVersion):
            worklist.enter_in_error(session, row, taken.version - 1, hospital.nurse_actor, "Feil pasient.")
    assert short() == {("nausea", Severity.EMERGENCY, "acknowledged")}

    after = act(hospital, worklist.enter_in_error, " Feil pasient. ")
    assert (after.alert.state, after.alert.next_action_at) == ("entered-in-error", None)
    assert after.verbs == ("raise", "acknowledge", "enter-in-error")
    with reading() as session:
        step = events_of(session, [after.alert])[after.alert.id][-1]
        assert (step.note, step.row.clinician_id) == ("Feil pasient.", hospital.nurse.id)
        assert b"pasient" not in (step.row.note_sealed or b"")


def test_what_was_closed_by_mistake_is_taken_back_too_and_not_twice(hospital: Hospital) -> None:
    put(hospital)
    act(hospital, worklist.acknowledge)
    act(hospital, worklist.resolve, Outcome.ADVICE, Place.PHONE)
    act(hospital, worklist.enter_in_error, "Gjaldt en annen.")
    assert short() == {("nausea", Severity.SAME_DAY, "entered-in-error")}
    with pytest.raises(TransitionRefused):
        act(hospital, worklist.enter_in_error, "En gang til.")


def test_a_report_can_be_corrected_after_its_alert_was_taken_back(hospital: Hospital) -> None:
    of = put(hospital)
    assert of.response_id is not None
    act(hospital, worklist.acknowledge)
    act(hospital, worklist.enter_in_error, "Feil pasient.")
    with transaction() as session:
        assert worklist.withdraw(session, of.response_id, hospital.nurse_actor) == 1
    assert the_alert("nausea").verbs == ("raise", "acknowledge", "enter-in-error", "evidence-withdrawn")


def silent(hospital: Hospital) -> worklist.Origin:
    """Put the patient on the call list; returns the assignment that she has not answered."""
    unanswered = replace(origin(hospital), response_id=None)
    with transaction() as session:
        worklist.raise_alerts(session, unanswered, [SILENCE], SYSTEM)
    return unanswered


def answer(of: worklist.Origin) -> None:
    """Let her answer."""
    assert of.assignment_id is not None
    with transaction() as session:
        worklist.settle_silence(session, of.assignment_id)


@pytest.mark.hazard("H15")
def test_silence_ends_when_she_answers_and_says_so(hospital: Hospital) -> None:
    answer(silent(hospital))
    assert short() == {("silence", Severity.NEXT_WORKING_DAY, "entered-in-error")}
    assert the_alert("silence").verbs == ("raise", "withdraw")


def test_silence_over_another_assignment_stays(hospital: Hospital) -> None:
    first = silent(hospital)
    silent(hospital)
    answer(first)
    assert short() == {("silence", Severity.NEXT_WORKING_DAY, "open")}


@pytest.mark.hazard("H15")
def test_a_call_that_a_nurse_has_made_and_resolved_stays_resolved_when_she_answers(hospital: Hospital) -> None:
    of = silent(hospital)
    act(hospital, worklist.acknowledge, topic="silence")
    act(hospital, worklist.resolve, Outcome.ADVICE, Place.PHONE, topic="silence")
    answer(of)
    assert the_alert("silence").alert.state == "resolved"
    assert the_alert("silence").verbs == ("raise", "acknowledge", "resolve")


def test_other_evidence_without_a_response_is_no_silence(hospital: Hospital) -> None:
    """A red flag saved in a begun form stands until a nurse has seen it."""
    begun = replace(origin(hospital), response_id=None)
    put(hospital, finding(Severity.EMERGENCY, topic="fever"), of=begun)
    answer(begun)
    assert the_alert("fever").alert.state == "open"


PATIENT = Actor("patient")


def taken_back_by_her(hospital: Hospital, topic: str = "nausea") -> None:
    """Let an emergency be raised and its answer be taken back by the patient: it waits for a nurse."""
    of = put(hospital, finding(Severity.EMERGENCY, "fever", topic=topic))
    assert of.response_id is not None
    with transaction() as session:
        worklist.withdraw(session, of.response_id, PATIENT)


@pytest.mark.hazard("H41")
def test_a_clinicians_correction_of_something_else_closes_no_emergency_that_waits(hospital: Hospital) -> None:
    taken_back_by_her(hospital)
    other = put(hospital, finding(Severity.SAME_DAY))
    assert other.response_id is not None
    with transaction() as session:
        worklist.withdraw(session, other.response_id, hospital.nurse_actor)
    assert short() == {("nausea", Severity.EMERGENCY, "open")}


def test_a_clinicians_correction_of_something_else_makes_no_emergency_milder(hospital: Hospital) -> None:
    taken_back_by_her(hospital)
    put(hospital, finding(Severity.SAME_DAY, "stands"))
    other = put(hospital, finding(Severity.SAME_DAY, "goes"))
    assert other.response_id is not None
    with transaction() as session:
        worklist.withdraw(session, other.response_id, hospital.nurse_actor)
    assert short() == {("nausea", Severity.EMERGENCY, "open")}


def test_silence_that_ends_closes_no_emergency_of_the_same_topic(hospital: Hospital) -> None:
    taken_back_by_her(hospital, "silence")
    answer(silent(hospital))
    assert short() == {("silence", Severity.EMERGENCY, "open")}


def test_what_made_it_an_emergency_is_told_beside_what_is_milder_and_stands(hospital: Hospital) -> None:
    milder = finding(Severity.SAME_DAY, "amber")
    of = put(hospital, finding(Severity.EMERGENCY, "red"))
    put(hospital, milder, of=of)
    assert of.response_id is not None
    with transaction() as session:
        worklist.withdraw(session, of.response_id, PATIENT, keep=[milder])
    with reading() as session:
        alert = session.get_one(Alert, the_alert("nausea").alert.id)
        shown = still_standing(evidence_of(session, [alert])[alert.id], alert.severity)
    assert {each.finding["rule"] for each in shown} == {"red", "amber"}


def test_whoever_saw_it_stand_on_more_acts_on_a_stale_version(hospital: Hospital) -> None:
    of = put(hospital, finding(Severity.SAME_DAY, "severe"))
    put(hospital, finding(Severity.SAME_DAY, "severe as well"))
    act(hospital, worklist.acknowledge)
    seen = the_alert("nausea").alert.version
    assert of.response_id is not None
    with transaction() as session:
        worklist.withdraw(session, of.response_id, hospital.nurse_actor)
    with transaction() as session:
        row = session.get_one(Alert, the_alert("nausea").alert.id)
        with pytest.raises(StaleVersion):
            worklist.resolve(session, row, seen, hospital.nurse_actor, Outcome.ADVICE, Place.PHONE)
    assert the_alert("nausea").alert.state == "acknowledged"
