"""What every step in an alert's life leaves behind: a next action time, an event, an audit record, a ringing phone."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from alerts.lifecycle import State, Verb
from alerts.rules import Severity
from prom import clock
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.db import new_id
from prom.duty.queries import ringing
from prom.language import text
from prom.messaging import outbox
from prom.patients import sealing
from prom.staff.models import Unit
from prom.worklist.duties import next_action
from prom.worklist.models import Alert, AlertEvent
from prom.worklist.terms import terms_of

#: A call to the on-call phone that is older than this is no longer worth sending: the next one is on its way.
STAFF_MESSAGE_LASTS = timedelta(hours=1)


def set_clock(session: Session, alert: Alert) -> None:
    """Say by when something must happen next, counted from now."""
    alert.next_action_at = due(session, alert.unit_id, Severity(alert.severity), State(alert.state))


def due(session: Session, unit_id: uuid.UUID, severity: Severity, state: State) -> datetime:
    """Return by when an alert that enters a state now must have been acted on, by its unit's own hours and targets."""
    unit = session.get_one(Unit, unit_id)
    return next_action(severity, state, clock.now(), ZoneInfo(unit.zone), terms_of(session, unit))


def done(session: Session, alert: Alert, verb: Verb, actor: Actor, words: Mapping[str, str] | None = None) -> None:
    """Write a changed alert with the event and the audit record of what was done."""
    session.flush()
    session.add(event(session, alert, verb, actor, words))
    audit.about(session, actor, f"alert.{verb}", alert)


def event(
    session: Session, alert: Alert, verb: str, actor: Actor = SYSTEM, words: Mapping[str, str] | None = None
) -> AlertEvent:
    """Make the row of a step, with the words sealed; the caller writes it."""
    made = AlertEvent(
        id=new_id(),
        tenant_id=alert.tenant_id,
        patient_id=alert.patient_id,
        alert_id=alert.id,
        at=clock.now(),
        verb=verb,
        state=alert.state,
        clinician_id=actor.id if actor.kind == "clinician" else None,
        note_sealed=None,
    )
    if words:
        sealing.seal(session, made, "note", dict(words))
    return made


def ring_on_call(session: Session, alert: Alert) -> None:
    """Put messages to the phones on duty into the outbox: of one level more each time that it was escalated.

    Who rang before rings again, and so does everybody once the last level is reached. It tells neither who nor what.
    """
    unit = session.get_one(Unit, alert.unit_id)
    now = clock.now()
    levels = ringing(session, unit, now)[: 1 + alert.escalations]
    body = text("message.on-call", "nb", unit=unit.name, time=now.astimezone(ZoneInfo(unit.zone)).strftime("%H:%M"))
    for number, phone in enumerate((phone for level in levels for phone in level), 1):
        letter = outbox.Letter(
            tenant_id=alert.tenant_id,
            kind="on-call",
            key=f"on-call:{alert.id}:{alert.version}:{number}",
            to=phone,
            body=body,
            unit_id=unit.id,
            expires_at=now + STAFF_MESSAGE_LASTS,
        )
        outbox.put(session, letter)
