"""What the nurses of a simulation of any size do: rounds through the list, and somebody for each emergency."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import USUAL_PLACE, Outcome, State
from alerts.rules import Severity
from prom import clock
from prom.simulation.nurses import LOOKS_AHEAD, OUTCOMES, ROUNDS, UNATTENDED, VISIT_AFTER
from prom.simulation.ward import Ward
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from prom.worklist.queries import CLOSED_STATES
from prom.worklist.service import hold_episode

#: Of what does not press, one alert in so many waits for the next round.
LEFT = 4


def rounds(ward: Ward) -> list[datetime]:
    """Return when nurses look through the list: on every day, for the wards that never close."""
    first, days = ward.begins.astimezone(ward.zone(0)), (ward.end - ward.begins).days + 2
    made = [
        first.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=day)
        for day in range(days)
        for hour, minute in ROUNDS
    ]
    return [each for each in made if ward.begins < each < ward.end]


def make_round(ward: Ward, session: Session) -> None:
    """Take and settle what presses, and most of what does not; what is for the next consultation waits for it."""
    now = clock.now()
    waiting = session.scalars(
        select(Alert).where(Alert.state.not_in(CLOSED_STATES)).order_by(Alert.severity.desc(), Alert.raised_at)
    ).all()
    for number, alert in enumerate(waiting):
        pressing = alert.next_action_at is not None and alert.next_action_at <= now + LOOKS_AHEAD
        ripe = alert.severity != Severity.AT_VISIT or alert.raised_at + VISIT_AFTER <= now
        if pressing or (ripe and number % LEFT):
            _settle(ward, alert, session)


def attend(ward: Ward, patient_id: uuid.UUID, session: Session) -> None:
    """Call a patient with an emergency, and settle all that is open for her."""
    open_now = Alert.patient_id == patient_id, Alert.state.not_in(CLOSED_STATES)
    for alert in session.scalars(select(Alert).where(*open_now).order_by(Alert.severity.desc(), Alert.id)).all():
        _settle(ward, alert, session)


def _settle(ward: Ward, alert: Alert, session: Session) -> None:
    hold_episode(session, alert.episode_id)
    unit = next(number for number, each in enumerate(ward.units) if each.id == alert.unit_id)
    nurse = ward.nurse(unit)
    if alert.state in UNATTENDED:
        worklist.acknowledge(session, alert, alert.version, nurse)
    if alert.state == State.ACKNOWLEDGED:
        outcomes: tuple[Outcome, ...] = OUTCOMES[Severity(alert.severity)]
        outcome = outcomes[alert.id.int % len(outcomes)]
        worklist.resolve(session, alert, alert.version, nurse, outcome, USUAL_PLACE.get(outcome))
