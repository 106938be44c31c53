"""Taking back what alerts stand on: a response was entered in error or amended, or the silent patient has answered.

And taking back an alert itself, where the answers stand and the duty was a mistake.
"""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from alerts.findings import Finding
from alerts.lifecycle import State, TransitionRefused, Verb, is_open, next_state
from alerts.rules import Severity
from prom import clock
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.errors import Invalid
from prom.patients import sealing
from prom.worklist.evidence import as_document, over_answers
from prom.worklist.models import Alert, Evidence
from prom.worklist.steps import done, event


def leave_to(session: Session, assignment_id: uuid.UUID, response_id: uuid.UUID) -> None:
    """Tie what else a form gave to its response that was entered in error: red flags taken back in time, silence.

    It stays as it is, for a nurse to decide. But when the form is open again, the same answer or silence is a new one.
    """
    session.execute(
        update(Evidence)
        .where(Evidence.assignment_id == assignment_id, Evidence.response_id.is_(None), Evidence.withdrawn_at.is_(None))
        .values(response_id=response_id)
    )


def withdraw(session: Session, response_id: uuid.UUID, actor: Actor, keep: Iterable[Finding] = ()) -> int:
    """Take back what a response raised: all of it, or all but the findings that still hold over the same answers.

    An alert that stands on nothing else is entered in error; another falls back to the severity of what is left. An
    open emergency stays one unless it is a clinician who takes back, now, what made it one: what a patient or a machine
    says afterwards is for a nurse to weigh. Returns how many alerts it touched; their history says so.
    """
    rows = session.scalars(
        select(Evidence).where(Evidence.response_id == response_id, Evidence.withdrawn_at.is_(None))
    ).all()
    touched: set[uuid.UUID] = set()
    no_emergency: set[uuid.UUID] = set()  # whose emergency is taken back by this very correction
    holds = {over_answers(as_document(finding)) for finding in keep}
    for row in rows:
        if over_answers(sealing.open_column(session, row, "finding")) not in holds:
            row.withdrawn_at = clock.now()
            if row.alert_id is None:  # held back: nobody's duty
                continue
            touched.add(row.alert_id)
            if row.severity == Severity.EMERGENCY and actor.kind == "clinician":
                no_emergency.add(row.alert_id)
    session.flush()
    for alert_id in sorted(touched):  # in the order in which everybody locks them
        alert = session.get_one(Alert, alert_id, with_for_update=True)
        _weigh_again(session, alert, actor, may_lower=alert_id in no_emergency)
    return len(touched)


def enter_in_error(session: Session, alert: Alert, clinician: Actor, reason: str) -> None:
    """Take back an alert that was a mistake, with the reason; raises Invalid without one.

    Whoever does it while it is open has taken it first, so that a duty, and above all an emergency, never ends before
    somebody has looked: else TransitionRefused. What it stood on was answered, and stays in the patient's record.
    """
    if not reason.strip():
        raise Invalid("reason")
    state = State(alert.state)
    if is_open(state) and (state is not State.ACKNOWLEDGED or alert.claimed_by != clinician.id):
        raise TransitionRefused(state, Verb.WITHDRAW, "whoever takes it back has not taken it")
    _close(alert)
    session.flush()
    session.add(event(session, alert, "enter-in-error", clinician, {"note": reason.strip()}))
    audit.about(session, clinician, "alert.enter-in-error", alert)


def _close(alert: Alert) -> None:
    if alert.state == State.RESOLVED:  # the record may hold a note that tells of it
        alert.note_owed_at = clock.now()
    alert.state = next_state(State(alert.state), Verb.WITHDRAW)
    alert.next_action_at = None
    alert.closed_at = alert.closed_at or clock.now()


def _standing(session: Session, alert: Alert) -> Sequence[int]:
    """The severities of what an alert still stands on."""
    return session.scalars(
        select(Evidence.severity).where(Evidence.alert_id == alert.id, Evidence.withdrawn_at.is_(None))
    ).all()


def _say_withdrawn(session: Session, alert: Alert, actor: Actor) -> None:
    if is_open(State(alert.state)):
        flag_modified(alert, "severity")  # counts as a change: whoever saw it stand on more is refused, and shown
        session.flush()
    session.add(event(session, alert, "evidence-withdrawn", actor))
    audit.about(session, actor, "alert.evidence-withdrawn", alert)


def _weigh_again(session: Session, alert: Alert, actor: Actor, *, may_lower: bool) -> None:
    """Let an alert stand on what is left; `may_lower` says whether an open emergency may end by this."""
    left = _standing(session, alert)
    is_open_emergency = alert.severity == Severity.EMERGENCY and is_open(State(alert.state))
    is_for_a_nurse = is_open_emergency and not may_lower and Severity.EMERGENCY not in left
    if alert.state == State.ENTERED_IN_ERROR:  # by a clinician, while what it stood on still held
        _say_withdrawn(session, alert, actor)
        return
    if left or is_for_a_nurse:
        alert.severity = alert.severity if is_for_a_nurse else max(left)
        _say_withdrawn(session, alert, actor)
        return
    _close(alert)
    done(session, alert, Verb.WITHDRAW, actor)


def settle_silence(session: Session, assignment_id: uuid.UUID) -> None:
    """She has answered: what her silence raised no longer holds. What a nurse has resolved stays as she resolved it."""
    rows = session.scalars(
        select(Evidence).where(
            Evidence.assignment_id == assignment_id, Evidence.response_id.is_(None), Evidence.withdrawn_at.is_(None)
        )
    ).all()
    for row in rows:
        is_silence = sealing.open_column(session, row, "finding")["reason"]["code"] == "overdue"
        if row.alert_id is None or not is_silence:
            continue
        alert = session.get_one(Alert, row.alert_id, with_for_update=True)
        if is_open(State(alert.state)):
            row.withdrawn_at = clock.now()
            session.flush()
            _weigh_again(session, alert, SYSTEM, may_lower=row.severity == Severity.EMERGENCY)
