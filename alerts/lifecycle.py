"""The states of an alert, the verbs that move it, and the one table of what may follow what.

Whatever is not in the table is refused. A closed alert never opens again: new evidence then makes a new alert. An alert
can be snoozed only once somebody has acknowledged it, so that no unacknowledged emergency is put to sleep.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where an alert stands; the first four are open, and somebody owes the patient something."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    ENTERED_IN_ERROR = "entered-in-error"


class Verb(StrEnum):
    """What can be done to an alert, by a nurse or by the clock."""

    ACKNOWLEDGE = "acknowledge"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    SNOOZE = "snooze"
    #: The deadline for contact has passed: the alert is nobody's again.
    RETURN_TO_UNIT = "return-to-unit"
    #: New evidence has joined the alert.
    REOPEN = "reopen"
    #: The response that raised it was entered in error.
    WITHDRAW = "withdraw"
    #: The snooze has run out.
    WAKE = "wake"


class Outcome(StrEnum):
    """What was done about an alert; resolving demands one."""

    ADVICE = "advice"
    PRESCRIPTION = "prescription"
    VISIT = "visit"
    ADMISSION = "admission"
    NO_CONTACT = "no-contact"
    EXPECTED = "expected"


class Place(StrEnum):
    """Where an alert was handled."""

    PHONE = "phone"
    HOSPITAL = "hospital"
    LOCAL_HOSPITAL = "local-hospital"
    MUNICIPALITY = "municipality"


#: Where each of these is done as a rule. With the other outcomes nothing was done for her, so it was done nowhere.
USUAL_PLACE: Mapping[Outcome, Place] = MappingProxyType(
    {
        Outcome.ADVICE: Place.PHONE,
        Outcome.PRESCRIPTION: Place.PHONE,
        Outcome.VISIT: Place.HOSPITAL,
        Outcome.ADMISSION: Place.HOSPITAL,
    }
)

#: What alerts were resolved with while an outcome said either what was done or where: their rows keep it.
EARLIER_OUTCOMES = (
    "handled-at-hospital",
    "handled-at-local-hospital",
    "handled-in-municipality",
    "handled-by-phone",
)


TRANSITIONS: Mapping[tuple[State, Verb], State] = MappingProxyType(
    {
        (State.OPEN, Verb.ACKNOWLEDGE): State.ACKNOWLEDGED,
        (State.OPEN, Verb.ESCALATE): State.ESCALATED,
        (State.OPEN, Verb.REOPEN): State.OPEN,
        (State.OPEN, Verb.WITHDRAW): State.ENTERED_IN_ERROR,
        (State.ACKNOWLEDGED, Verb.RESOLVE): State.RESOLVED,
        (State.ACKNOWLEDGED, Verb.SNOOZE): State.SNOOZED,
        (State.ACKNOWLEDGED, Verb.ESCALATE): State.ESCALATED,
        (State.ACKNOWLEDGED, Verb.RETURN_TO_UNIT): State.OPEN,
        (State.ACKNOWLEDGED, Verb.REOPEN): State.OPEN,
        (State.ACKNOWLEDGED, Verb.WITHDRAW): State.ENTERED_IN_ERROR,
        # Escalated stays escalated until somebody acknowledges it; escalating again rings the next in line.
        (State.ESCALATED, Verb.ACKNOWLEDGE): State.ACKNOWLEDGED,
        (State.ESCALATED, Verb.ESCALATE): State.ESCALATED,
        (State.ESCALATED, Verb.REOPEN): State.ESCALATED,
        (State.ESCALATED, Verb.WITHDRAW): State.ENTERED_IN_ERROR,
        (State.SNOOZED, Verb.WAKE): State.OPEN,
        (State.SNOOZED, Verb.ACKNOWLEDGE): State.ACKNOWLEDGED,
        (State.SNOOZED, Verb.ESCALATE): State.ESCALATED,
        (State.SNOOZED, Verb.REOPEN): State.OPEN,
        (State.SNOOZED, Verb.WITHDRAW): State.ENTERED_IN_ERROR,
        # A mistake found late is still a mistake: what was done stays in the alert's history.
        (State.RESOLVED, Verb.WITHDRAW): State.ENTERED_IN_ERROR,
    }
)

_CLOSED = frozenset({State.RESOLVED, State.ENTERED_IN_ERROR})


class TransitionRefused(Exception):
    """The verb is not for an alert in this state, or comes without the outcome it needs."""

    def __init__(self, state: State, verb: Verb, reason: str = "not from this state") -> None:
        super().__init__(f"cannot {verb} an alert that is {state}: {reason}")
        self.state = state
        self.verb = verb
        self.reason = reason


class OutcomeRequired(TransitionRefused):
    """An alert is resolved with an outcome or not at all."""

    def __init__(self, state: State) -> None:
        super().__init__(state, Verb.RESOLVE, "no outcome was given")


def next_state(state: State, verb: Verb, outcome: Outcome | None = None) -> State:
    """Return the state that follows.

    `outcome` is demanded by `Verb.RESOLVE` and by nothing else. Raises TransitionRefused (for a missing outcome its
    subclass OutcomeRequired).
    """
    following = TRANSITIONS.get((state, verb))
    if following is None:
        raise TransitionRefused(state, verb)
    if verb is Verb.RESOLVE and outcome is None:
        raise OutcomeRequired(state)
    return following


def is_open(state: State) -> bool:
    """Tell whether somebody still owes the patient something; such an alert has a next action time."""
    return state not in _CLOSED


def verbs(state: State) -> tuple[Verb, ...]:
    """Return what may be done to an alert in this state, in the order of the table."""
    return tuple(verb for before, verb in TRANSITIONS if before is state)
