"""An alert moves only as the one table says, and never ends by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.lifecycle import (
    EARLIER_OUTCOMES,
    TRANSITIONS,
    USUAL_PLACE,
    Outcome,
    OutcomeRequired,
    Place,
    State,
    TransitionRefused,
    Verb,
    is_open,
    next_state,
    verbs,
)
from tests.alerts.samples import sized

REFUSED = sorted({(state, verb) for state in State for verb in Verb} - TRANSITIONS.keys())


@pytest.mark.parametrize("state,verb", REFUSED)
def test_what_is_not_in_the_table_is_refused_and_says_so(state: State, verb: Verb) -> None:
    with pytest.raises(TransitionRefused, match=f"cannot {verb} an alert that is {state}") as refused:
        next_state(state, verb, Outcome.ADVICE)
    assert (refused.value.state, refused.value.verb) == (state, verb)


def test_resolving_without_an_outcome_is_refused() -> None:
    with pytest.raises(OutcomeRequired):
        next_state(State.ACKNOWLEDGED, Verb.RESOLVE)


@pytest.mark.parametrize("state", [state for state in State if state is not State.ACKNOWLEDGED])
def test_only_an_acknowledged_alert_can_be_resolved(state: State) -> None:
    with pytest.raises(TransitionRefused):
        next_state(state, Verb.RESOLVE, Outcome.VISIT)


@pytest.mark.parametrize("state", [State.OPEN, State.ESCALATED])
def test_an_alert_that_nobody_has_acknowledged_cannot_be_put_to_sleep(state: State) -> None:
    with pytest.raises(TransitionRefused):
        next_state(state, Verb.SNOOZE)


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.WITHDRAW])
def test_a_resolved_alert_is_never_taken_up_again(verb: Verb) -> None:
    with pytest.raises(TransitionRefused):
        next_state(State.RESOLVED, verb, Outcome.ADVICE)


@pytest.mark.parametrize("verb", list(Verb))
def test_a_withdrawn_alert_stays_withdrawn(verb: Verb) -> None:
    with pytest.raises(TransitionRefused):
        next_state(State.ENTERED_IN_ERROR, verb, Outcome.ADVICE)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_resolves(outcome: Outcome) -> None:
    assert next_state(State.ACKNOWLEDGED, Verb.RESOLVE, outcome) is State.RESOLVED


@pytest.mark.parametrize(
    "state,after",
    [
        (State.OPEN, State.OPEN),
        (State.ACKNOWLEDGED, State.OPEN),
        (State.SNOOZED, State.OPEN),
        (State.ESCALATED, State.ESCALATED),
    ],
)
def test_new_evidence_opens_an_alert_again_but_leaves_an_escalated_one_escalated(state: State, after: State) -> None:
    assert next_state(state, Verb.REOPEN) is after


def test_a_missed_deadline_gives_the_alert_back_to_the_unit() -> None:
    assert next_state(State.ACKNOWLEDGED, Verb.RETURN_TO_UNIT) is State.OPEN


def test_a_snoozed_alert_wakes_as_open() -> None:
    assert next_state(State.SNOOZED, Verb.WAKE) is State.OPEN


@pytest.mark.parametrize("state", [state for state in State if is_open(state)])
def test_every_open_alert_can_be_escalated_and_withdrawn(state: State) -> None:
    assert next_state(state, Verb.ESCALATE) is State.ESCALATED
    assert next_state(state, Verb.WITHDRAW) is State.ENTERED_IN_ERROR


def test_an_alert_resolved_on_a_mistaken_answer_can_be_withdrawn() -> None:
    assert next_state(State.RESOLVED, Verb.WITHDRAW) is State.ENTERED_IN_ERROR


def test_a_page_can_ask_what_may_be_done() -> None:
    assert verbs(State.SNOOZED) == (Verb.WAKE, Verb.ACKNOWLEDGE, Verb.ESCALATE, Verb.REOPEN, Verb.WITHDRAW)
    assert verbs(State.ENTERED_IN_ERROR) == ()


@sized
@given(st.lists(st.sampled_from(Verb)))
def test_no_run_of_verbs_opens_a_closed_alert_or_closes_one_unseen(run: list[Verb]) -> None:
    state, seen = State.OPEN, False
    for verb in run:
        before = state
        try:
            state = next_state(state, verb, Outcome.EXPECTED)
        except TransitionRefused:
            continue
        seen = seen or verb is Verb.ACKNOWLEDGE
        assert is_open(before) or not is_open(state)
        assert state is not State.RESOLVED or seen


def test_the_words_that_are_stored_for_states_and_verbs_stay_what_they_are() -> None:
    """They stand in every alert and event ever written: another word would make those unreadable."""
    assert [*State] == ["open", "acknowledged", "escalated", "snoozed", "resolved", "entered-in-error"]
    assert {"acknowledge", "escalate", "resolve", "snooze", "return-to-unit", "reopen", "withdraw", "wake"} <= {*Verb}


def test_the_words_that_are_stored_for_outcomes_and_places_stay_what_they_are() -> None:
    """They stand in the rows of all that was ever closed, and in what is exported and counted."""
    assert [*Outcome] == ["advice", "prescription", "visit", "admission", "no-contact", "expected"]
    assert [*Place] == ["phone", "hospital", "local-hospital", "municipality"]
    earlier = ("hospital", "local-hospital")
    assert EARLIER_OUTCOMES[:2] == tuple(f"handled-at-{place}" for place in earlier)
    assert EARLIER_OUTCOMES[2:] == ("handled-in-municipality", "handled-by-phone")


def test_a_place_is_proposed_for_each_outcome_by_which_something_was_done_for_her_and_for_no_other() -> None:
    assert dict(USUAL_PLACE) == {
        Outcome.ADVICE: Place.PHONE,
        Outcome.PRESCRIPTION: Place.PHONE,
        Outcome.VISIT: Place.HOSPITAL,
        Outcome.ADMISSION: Place.HOSPITAL,
    }


def test_a_refusal_for_want_of_an_outcome_says_from_where_and_why() -> None:
    refusal = OutcomeRequired(State.ACKNOWLEDGED)
    assert (refusal.state, refusal.verb) == (State.ACKNOWLEDGED, Verb.RESOLVE)
    assert str(refusal) == "cannot resolve an alert that is acknowledged: no outcome was given"
