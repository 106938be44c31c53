"""Taking back what alerts stand on: a response was entered in error or amended, or the silent patient has answered."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.findings import Finding
from alerts.lifecycle import State, Verb, is_open, next_state
from alerts.rules import Severity
from prom import clock
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
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
    open emergency stays one unless it is a clinician who takes its reason back: what a patient or a machine says
    afterwards is for a nurse to weigh. Returns how many alerts it touched; their history says so.
    """
    rows = session.scalars(
        select(Evidence).where(Evidence.response_id == response_id, Evidence.withdrawn_at.is_(None))
    ).all()
    touched: set[uuid.UUID] = set()
    holds = {over_answers(as_document(finding)) for finding in keep}
    for row in rows:
        if over_answers(sealing.open_column(session, row, "finding")) not in holds:
            row.withdrawn_at = clock.now()
            touched.add(row.alert_id)
    session.flush()
    for alert_id in sorted(touched):  # in the order in which everybody locks them
        alert = session.get_one(Alert, alert_id, with_for_update=True)
        if _is_for_a_nurse(session, alert, actor):
            _say_withdrawn(session, alert, actor)
        else:
            _weigh_again(session, alert, actor)
    return len(touched)


def _is_for_a_nurse(session: Session, alert: Alert, actor: Actor) -> bool:
    is_open_emergency = alert.severity == Severity.EMERGENCY and is_open(State(alert.state))
    return is_open_emergency and actor.kind != "clinician" and Severity.EMERGENCY not in _standing(session, alert)


def _standing(session: Session, alert: Alert) -> Sequence[int]:
    """The severities of what an alert still stands on."""
    return session.scalars(
        select(Evidence.severity).where(Evidence.alert_id == alert.id, Evidence.withdrawn_at.is_(None))
    ).all()


def _say_withdrawn(session: Session, alert: Alert, actor: Actor) -> None:
    session.add(event(session, alert, "evidence-withdrawn", actor))
    audit.about(session, actor, "alert.evidence-withdrawn", alert)


def _weigh_again(session: Session, alert: Alert, actor: Actor) -> None:
    left = _standing(session, alert)
    if left:
        alert.severity = max(left)
        _say_withdrawn(session, alert, actor)
        return
    alert.state = next_state(State(alert.state), Verb.WITHDRAW)
    alert.next_action_at = None
    alert.closed_at = alert.closed_at or clock.now()
    done(session, alert, Verb.WITHDRAW, actor)


def settle_silence(session: Session, assignment_id: uuid.UUID) -> None:
    """She has answered: what her silence raised no longer holds. What a nurse has resolved stays as she resolved it."""
    rows = session.scalars(
        select(Evidence).where(
            Evidence.assignment_id == assignment_id, Evidence.response_id.is_(None), Evidence.withdrawn_at.is_(None)
        )
    ).all()
    for row in rows:
        if sealing.open_column(session, row, "finding")["reason"]["code"] != "overdue":
            continue
        alert = session.get_one(Alert, row.alert_id, with_for_update=True)
        if is_open(State(alert.state)):
            row.withdrawn_at = clock.now()
            session.flush()
            _weigh_again(session, alert, SYSTEM)
