"""What the simulated nurses do: rounds through the list, calls and outcomes; and the sweeps that the worker runs."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from alerts.lifecycle import USUAL_PLACE, Outcome, State
from alerts.rules import Severity
from prom import clock
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.audit.service import Actor
from prom.responses import service as responses
from prom.responses.models import Response
from prom.simulation.clinic import MINUTE, Clinic, Enrolled
from prom.simulation.people import WORDS
from prom.simulation.reports import send
from prom.worklist import queries
from prom.worklist import service as worklist
from prom.worklist.models import Alert

#: When nurses look through the list, in local wall time, and how far ahead they look for deadlines.
ROUNDS = ((8, 20), (10, 15), (12, 45), (14, 15))
LOOKS_AHEAD = timedelta(hours=3)
#: What is for the next consultation waits this long for it.
VISIT_AFTER = timedelta(days=16)
#: So long after an emergency nobody else is sent to it.
ON_THE_WAY = timedelta(minutes=45)
UNATTENDED = (State.OPEN, State.ESCALATED)
OUTCOMES = {
    Severity.EMERGENCY: (Outcome.ADMISSION, Outcome.VISIT, Outcome.ADVICE, Outcome.ADVICE),
    Severity.SAME_DAY: (Outcome.ADVICE, Outcome.ADVICE, Outcome.PRESCRIPTION, Outcome.VISIT, Outcome.EXPECTED),
    Severity.NEXT_WORKING_DAY: (Outcome.ADVICE, Outcome.EXPECTED, Outcome.ADVICE, Outcome.NO_CONTACT),
    Severity.AT_VISIT: (Outcome.VISIT, Outcome.EXPECTED),
}


def tick(clinic: Clinic, session: Session) -> None:
    """Do what the worker's sweeps do: the call list, the ends of windows, the deadlines of alerts."""
    for assignment_id in assignments.silent(session):
        responses.raise_silence(session, assignment_id)
    for assignment_id in assignments.over(session):
        responses.expire(session, assignment_id)
    while worklist.sweep_overdue(session):
        clinic.deliver_at(clock.now() + MINUTE / 2)  # the on-call phone rings


def attend_emergencies(clinic: Clinic, enrolled: Enrolled, session: Session) -> None:
    """Send somebody to each new emergency of a patient: within minutes, though now and then not within ten."""
    for alert in _open_alerts(session, enrolled.patient_id):
        if alert.severity == Severity.EMERGENCY and alert.state in UNATTENDED and not _attended(clinic, alert):
            now = clinic.attended[alert.id] = clock.now()
            clinic.deliver_at(now + MINUTE / 2)
            clinic.agenda.at(now + 10.5 * MINUTE, partial(tick, clinic))
            clinic.agenda.at(now + clinic.chance.triangular(2, 14, 4) * MINUTE, partial(take, clinic, enrolled))


def _attended(clinic: Clinic, alert: Alert) -> bool:
    """Whether somebody was sent not long ago."""
    sent = clinic.attended.get(alert.id)
    return sent is not None and clock.now() < sent + ON_THE_WAY


def make_round(clinic: Clinic, session: Session) -> None:
    """Look through the list: whose time runs out is called in any case, others mostly, the gravest first."""
    tick(clinic, session)
    now = clock.now()
    waiting = [
        alert for alert in queries.open_alerts(session, [unit.id for unit in clinic.units]) if _due(clinic, alert)
    ]
    waiting.sort(key=lambda alert: (-alert.severity, alert.raised_at, clinic.enrolled[alert.patient_id].person.number))
    calls = 0
    for patient_id in dict.fromkeys(alert.patient_id for alert in waiting):
        hers = [alert for alert in waiting if alert.patient_id == patient_id]
        pressing = any(alert.next_action_at and alert.next_action_at <= now + LOOKS_AHEAD for alert in hers)
        if pressing or clinic.chance.random() < 0.6:
            calls += 1
            clinic.agenda.at(now + calls * 3 * MINUTE, partial(take, clinic, clinic.enrolled[patient_id]))


def _due(clinic: Clinic, alert: Alert) -> bool:
    now = clock.now()
    if clinic.in_scene(alert.patient_id, now) or _attended(clinic, alert):
        return False
    ripe = alert.severity != Severity.AT_VISIT or alert.raised_at + VISIT_AFTER <= now
    return alert.state in UNATTENDED and ripe


def take(clinic: Clinic, enrolled: Enrolled, session: Session) -> None:
    """Acknowledge all that waits for a patient, and call her some minutes later."""
    if clinic.in_scene(enrolled.patient_id, clock.now()):
        return
    caller = _caller(clinic, enrolled)
    for alert in unattended(session, enrolled):
        worklist.acknowledge(session, alert, alert.version, caller)
    wait = clinic.chance.uniform(3, 12) * MINUTE
    clinic.agenda.at(clock.now() + wait, partial(_call, clinic, enrolled, caller, tries=1))


def _caller(clinic: Clinic, enrolled: Enrolled) -> Actor:
    own, other = ("kari", "ola") if enrolled.person.unit == 0 else ("ola", "kari")
    return clinic.staff[own if clinic.chance.random() < 0.8 else other]


def unattended(session: Session, enrolled: Enrolled) -> list[Alert]:
    """Return a patient's alerts that nobody has, without those that wait for her next visit."""
    waits = clock.now() - VISIT_AFTER
    return [
        alert
        for alert in _open_alerts(session, enrolled.patient_id)
        if alert.state in UNATTENDED and (alert.severity != Severity.AT_VISIT or alert.raised_at <= waits)
    ]


def acknowledged(session: Session, enrolled: Enrolled) -> list[Alert]:
    """Return a patient's alerts that somebody has taken."""
    return [alert for alert in _open_alerts(session, enrolled.patient_id) if alert.state == State.ACKNOWLEDGED]


def _call(clinic: Clinic, enrolled: Enrolled, nurse: Actor, session: Session, *, tries: int) -> None:
    hers = [alert for alert in acknowledged(session, enrolled) if alert.claimed_by == nurse.id]
    if not hers:
        return
    if tries == 1 and clinic.chance.random() < 0.12:
        words = clinic.chance.choice(WORDS["notes"]["no-answer"])
        worklist.note(session, hers[0], hers[0].version, nurse, words)
        again = clock.now() + clinic.chance.uniform(8, 14) * MINUTE
        clinic.agenda.at(again, partial(_call, clinic, enrolled, nurse, tries=2))
        return
    _settle(clinic, enrolled, hers, nurse, session)


def _settle(clinic: Clinic, enrolled: Enrolled, hers: Sequence[Alert], nurse: Actor, session: Session) -> None:
    gravest = Severity(max(alert.severity for alert in hers))
    outcome = clinic.chance.choice(OUTCOMES[gravest])
    words = clinic.chance.choice(WORDS["notes"][outcome])
    luck = clinic.chance.random()
    if luck < 0.06 and gravest == Severity.EMERGENCY:
        _undo_slip(clinic, enrolled, hers[0], nurse, session)
    elif luck < 0.4:
        _write_down(clinic, enrolled, hers, nurse, session)
    for alert in hers:
        # A slip that was undone, or a report written down, has closed or reopened some of them.
        if alert.state == State.ACKNOWLEDGED:
            worklist.resolve(session, alert, alert.version, nurse, outcome, USUAL_PLACE.get(outcome), words)


def _undo_slip(clinic: Clinic, enrolled: Enrolled, alert: Alert, nurse: Actor, session: Session) -> None:
    """She had typed 39.8 and meant 36.8: the response is entered in error, and what she says now is written down."""
    newest = queries.evidence_of(session, [alert])[alert.id][-1].row
    if newest.response_id is None:
        return
    response = session.get_one(Response, newest.response_id)
    responses.enter_in_error(session, response, nurse)
    assignment = session.get_one(Assignment, response.assignment_id)
    send(session, enrolled, assignment, enrolled.course.mild(enrolled.chance), recorded_by=nurse)


def _write_down(clinic: Clinic, enrolled: Enrolled, hers: Sequence[Alert], nurse: Actor, session: Session) -> None:
    """She had not answered: what she tells on the phone is written down as her report."""
    assignment = assignments.answerable(session, enrolled.patient_id)
    if assignment is None or assignment.silence_raised_at is None:
        return
    week = enrolled.week(clock.now())
    if send(session, enrolled, assignment, enrolled.course.week(week, enrolled.chance), recorded_by=nurse):
        attend_emergencies(clinic, enrolled, session)


def _open_alerts(session: Session, patient_id: uuid.UUID) -> list[Alert]:
    found = [alert for alert in queries.alerts_of(session, patient_id) if alert.state not in queries.CLOSED_STATES]
    return sorted(found, key=lambda alert: (-alert.severity, alert.raised_at))
