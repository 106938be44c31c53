"""The nurse's verbs: what is not allowed now is refused, and what is done moves the alert and its deadline."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm.exc import StaleDataError

from alerts.lifecycle import EARLIER_OUTCOMES, Outcome, Place, TransitionRefused
from alerts.rules import Severity
from prom.db import reading, transaction
from prom.errors import Invalid, NotFound, StaleVersion
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from prom.worklist.queries import alert, events_of, open_alerts
from prom.worklist.steps import event
from tests.conftest import MONDAY, Hospital
from tests.prom.responses.test_at_once import at_once
from tests.prom.steps import later, the_alert
from tests.prom.worklist.findings import act, finding, put


@pytest.mark.hazard("H13")
def test_acting_on_an_older_version_is_refused_and_changes_nothing(hospital: Hospital) -> None:
    put(hospital)
    seen_before = the_alert("nausea").alert.version
    put(hospital)
    verbs: list[tuple[Callable[..., None], tuple[str, ...]]] = [
        (worklist.acknowledge, ()),
        (worklist.return_to_unit, ()),
        (worklist.resolve, (Outcome.ADVICE, Place.PHONE)),
        (worklist.note, ("Ringte.",)),
    ]
    for verb, words in verbs:
        with transaction() as session:
            row = session.get_one(Alert, the_alert("nausea").alert.id)
            with pytest.raises(StaleVersion):
                verb(session, row, seen_before, hospital.nurse_actor, *words)
    assert the_alert("nausea").verbs == ("raise", "join")


@pytest.mark.hazard("H13")
def test_two_nurses_who_acknowledge_at_once_are_one_owner_and_one_refusal(hospital: Hospital) -> None:
    put(hospital)
    seen = the_alert("nausea").alert

    def take() -> None:
        with transaction() as session:
            worklist.acknowledge(session, session.get_one(Alert, seen.id), seen.version, hospital.nurse_actor)

    ended = at_once(take, take)
    refused = [each for each in ended if each is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], StaleVersion | StaleDataError)
    assert the_alert("nausea").verbs == ("raise", "acknowledge")


@pytest.mark.parametrize("outcome", ["", "done", "Advice"])
def test_resolving_without_an_outcome_of_the_list_is_refused(hospital: Hospital, outcome: str) -> None:
    put(hospital)
    act(hospital, worklist.acknowledge)
    with pytest.raises(Invalid) as refused:
        act(hospital, worklist.resolve, outcome)
    assert refused.value.field == "outcome"
    assert the_alert("nausea").alert.state == "acknowledged"


def test_what_the_table_of_transitions_does_not_hold_is_refused(hospital: Hospital) -> None:
    put(hospital)
    with pytest.raises(TransitionRefused):
        act(hospital, worklist.resolve, Outcome.ADVICE, Place.PHONE)
    with pytest.raises(TransitionRefused):
        act(hospital, worklist.return_to_unit)
    act(hospital, worklist.acknowledge)
    with pytest.raises(TransitionRefused):
        act(hospital, worklist.acknowledge)
    act(hospital, worklist.resolve, Outcome.ADVICE, Place.PHONE)
    for verb in (worklist.acknowledge, worklist.return_to_unit):
        with pytest.raises(TransitionRefused):
            act(hospital, verb)
    assert the_alert("nausea").verbs == ("raise", "acknowledge", "resolve")


def test_an_empty_note_is_refused(hospital: Hospital) -> None:
    put(hospital)
    with pytest.raises(Invalid) as refused:
        act(hospital, worklist.note, "  ")
    assert refused.value.field == "note"


def test_an_alert_of_another_unit_and_one_that_is_not_there_are_not_found(hospital: Hospital) -> None:
    put(hospital)
    seen = the_alert("nausea").alert
    with reading() as session:
        for alert_id, units in ((seen.id, [hospital.other_unit.id]), (seen.id, []), (uuid.uuid4(), [hospital.unit.id])):
            with pytest.raises(NotFound):
                alert(session, alert_id, units)
        assert alert(session, seen.id, [hospital.unit.id]).id == seen.id
        assert open_alerts(session, [hospital.other_unit.id]) == []


@pytest.mark.hazard("H11")
def test_acknowledging_claims_it_and_sets_the_deadline_for_contact(hospital: Hospital) -> None:
    put(hospital, finding(Severity.EMERGENCY))
    later(minutes=5)
    after = act(hospital, worklist.acknowledge).alert
    assert (after.state, after.claimed_by) == ("acknowledged", hospital.nurse.id)
    assert after.acknowledged_at == MONDAY + timedelta(minutes=5)
    assert after.next_action_at == MONDAY + timedelta(minutes=35)


def test_resolving_closes_it_and_it_leaves_the_list(hospital: Hospital) -> None:
    put(hospital)
    act(hospital, worklist.acknowledge)
    later(minutes=20)
    after = act(hospital, worklist.resolve, Outcome.ADVICE, Place.PHONE, " Rådet til å drikke. ").alert
    assert (after.state, after.next_action_at, after.closed_at) == ("resolved", None, MONDAY + timedelta(minutes=20))
    with reading() as session:
        assert open_alerts(session, [hospital.unit.id]) == []
        steps = events_of(session, [after])[after.id]
        assert (steps[-1].outcome, steps[-1].note) == ("advice", "Rådet til å drikke.")
        assert b"drikke" not in (steps[-1].row.note_sealed or b"")


def test_where_nothing_was_done_there_is_no_place(hospital: Hospital) -> None:
    put(hospital)
    act(hospital, worklist.acknowledge)
    after = act(hospital, worklist.resolve, Outcome.EXPECTED, Place.PHONE).alert
    with reading() as session:
        step = events_of(session, [after])[after.id][-1]
        assert (step.outcome, step.place) == ("expected", None)


@pytest.mark.parametrize("outcome", EARLIER_OUTCOMES)
def test_what_was_closed_before_keeps_its_outcome_and_none_is_closed_so_again(hospital: Hospital, outcome: str) -> None:
    put(hospital)
    taken = act(hospital, worklist.acknowledge).alert
    with pytest.raises(Invalid) as refused:
        act(hospital, worklist.resolve, outcome, Place.PHONE)
    assert refused.value.field == "outcome"
    with transaction() as session:
        session.add(event(session, taken, "resolve", hospital.nurse_actor, {"outcome": outcome, "note": "Ringt."}))
    with reading() as session:
        step = events_of(session, [taken])[taken.id][-1]
        assert (step.outcome, step.place, step.note) == (outcome, None, "Ringt.")


def test_a_note_leaves_the_alert_as_it_was_and_stands_in_its_history(hospital: Hospital) -> None:
    put(hospital)
    before = the_alert("nausea").alert
    after = act(hospital, worklist.note, "Tok ikke telefonen.").alert
    assert (after.state, after.next_action_at) == (before.state, before.next_action_at)
    with reading() as session:
        steps = events_of(session, [after])[after.id]
        assert [(step.row.verb, step.note, step.row.clinician_id) for step in steps] == [
            ("raise", "", None),
            ("note", "Tok ikke telefonen.", hospital.nurse.id),
        ]


def test_giving_it_back_makes_it_nobodys_and_starts_its_clock_anew(hospital: Hospital) -> None:
    put(hospital)
    act(hospital, worklist.acknowledge)
    later(hours=2)
    after = act(hospital, worklist.return_to_unit).alert
    assert (after.state, after.claimed_by) == ("open", None)
    assert after.waiting_since == MONDAY + timedelta(hours=2)
    assert after.next_action_at is not None
    assert after.next_action_at > MONDAY + timedelta(hours=2)
