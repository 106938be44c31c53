"""The nurse's verbs. Every change passes the one table of transitions in `alerts.lifecycle`.

What raises alerts (`raising.py`) and takes them back (`withdrawing.py`) is offered here too: callers know one door.
"""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import USUAL_PLACE, Outcome, Place, State, Verb, next_state
from alerts.rules import Severity
from prom import clock
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.errors import Invalid, StaleVersion
from prom.worklist import withdrawing
from prom.worklist.evidence import FindingIdentity, Origin, beyond, identity_in, identity_of
from prom.worklist.models import IS_OPEN, Alert
from prom.worklist.raising import hold_alerts, hold_episode, raise_alerts
from prom.worklist.steps import done, event, ring_on_call, set_clock
from prom.worklist.withdrawing import leave_to, settle_silence, withdraw

__all__ = [
    "FindingIdentity",
    "Origin",
    "acknowledge",
    "act_on_overdue",
    "beyond",
    "enter_in_error",
    "escalate",
    "hold_alerts",
    "hold_episode",
    "identity_in",
    "identity_of",
    "leave_to",
    "note",
    "overdue",
    "raise_alerts",
    "resolve",
    "return_to_unit",
    "settle_silence",
    "sweep_overdue",
    "withdraw",
]


def acknowledge(session: Session, alert: Alert, version: int, clinician: Actor) -> None:
    """Take an alert as one's own: from now on there is a deadline for contact."""
    _check_version(alert, version)
    before = alert.next_action_at
    alert.state = next_state(State(alert.state), Verb.ACKNOWLEDGE)
    alert.claimed_by, alert.acknowledged_at, alert.new_evidence = clinician.id, clock.now(), 0
    set_clock(session, alert)
    if alert.severity < Severity.EMERGENCY and before and alert.next_action_at and before > clock.now():
        # Claiming just before the unit closes does not put the contact off until tomorrow.
        alert.next_action_at = min(before, alert.next_action_at)
    done(session, alert, Verb.ACKNOWLEDGE, clinician)


def note(session: Session, alert: Alert, version: int, clinician: Actor, words: str) -> None:
    """Write down what was done, such as a call that nobody took; the alert stays as it is."""
    _check_version(alert, version)
    if not words.strip():
        raise Invalid("note")
    session.add(event(session, alert, "note", clinician, {"note": words.strip()}))
    audit.about(session, clinician, "alert.note", alert)


def resolve(
    session: Session,
    alert: Alert,
    version: int,
    clinician: Actor,
    outcome: str,
    place: str | None = None,
    words: str = "",
) -> None:
    """Close an acknowledged alert with what was done and where; raises Invalid naming the one that is missing.

    Where nothing was done for her there is no place. An emergency is not closed because nobody was reached: it stays,
    with its deadline, until somebody was.
    """
    _check_version(alert, version)
    if outcome not in set(Outcome) or (alert.severity == Severity.EMERGENCY and outcome == Outcome.NO_CONTACT):
        raise Invalid("outcome")
    is_done_somewhere = Outcome(outcome) in USUAL_PLACE
    if is_done_somewhere and place not in set(Place):
        raise Invalid("place")
    alert.state = next_state(State(alert.state), Verb.RESOLVE, Outcome(outcome))
    alert.next_action_at, alert.closed_at = None, clock.now()
    alert.note_owed_at = alert.closed_at
    where = {"place": str(place)} if is_done_somewhere else {}
    done(session, alert, Verb.RESOLVE, clinician, {"outcome": outcome, **where, "note": words.strip()})


def enter_in_error(session: Session, alert: Alert, version: int, clinician: Actor, reason: str) -> None:
    """Take back an alert that was a mistake: see `withdrawing.enter_in_error`, which says when it may be."""
    _check_version(alert, version)
    withdrawing.enter_in_error(session, alert, clinician, reason)


def return_to_unit(session: Session, alert: Alert, version: int, actor: Actor) -> None:
    """Give an acknowledged alert back: it is nobody's again, and the clock starts anew."""
    _check_version(alert, version)
    alert.state = next_state(State(alert.state), Verb.RETURN_TO_UNIT)
    alert.claimed_by, alert.waiting_since = None, clock.now()
    set_clock(session, alert)
    done(session, alert, Verb.RETURN_TO_UNIT, actor)
    if alert.severity == Severity.EMERGENCY:
        ring_on_call(session, alert)


def escalate(session: Session, alert: Alert) -> None:
    """Nobody acknowledged in time: say so on the list, and for an emergency ring the on-call phone again."""
    alert.state = next_state(State(alert.state), Verb.ESCALATE)
    alert.escalations += 1
    set_clock(session, alert)
    done(session, alert, Verb.ESCALATE, SYSTEM)
    if alert.severity == Severity.EMERGENCY:
        ring_on_call(session, alert)


def overdue(session: Session, limit: int = 200) -> list[uuid.UUID]:
    """Return the ids of open alerts whose next action time has passed, the gravest first."""
    return list(
        session.scalars(
            select(Alert.id)
            .where(IS_OPEN, Alert.next_action_at <= clock.now())
            .order_by(Alert.severity.desc(), Alert.next_action_at)
            .limit(limit)
        )
    )


def act_on_overdue(session: Session, alert_id: uuid.UUID) -> bool:
    """Give an overdue alert back to the unit, or escalate it; idempotent. Returns whether it was to be done.

    One that somebody holds at this moment is left to the next sweep.
    """
    is_overdue = IS_OPEN, Alert.next_action_at <= clock.now()
    alert = session.scalars(
        select(Alert).where(Alert.id == alert_id, *is_overdue).with_for_update(skip_locked=True)
    ).first()
    if alert is None:
        return False
    if alert.state == State.ACKNOWLEDGED:
        return_to_unit(session, alert, alert.version, SYSTEM)
    else:
        escalate(session, alert)
    return True


def sweep_overdue(session: Session, limit: int = 200) -> int:
    """Act on overdue alerts in one transaction, and return on how many. The worker takes a transaction for each."""
    return sum(act_on_overdue(session, alert_id) for alert_id in overdue(session, limit))


def _check_version(alert: Alert, version: int) -> None:
    if alert.version != version:
        raise StaleVersion("alert")
