"""Reading alerts, their evidence and their history. Whoever shows it writes the audit record."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from alerts.lifecycle import State
from alerts.rules import Severity
from prom.errors import NotFound
from prom.patients import sealing
from prom.worklist.models import IS_OPEN, Alert, AlertEvent, Evidence

CLOSED_STATES = (State.RESOLVED, State.ENTERED_IN_ERROR)


@dataclass(frozen=True)
class OpenedEvidence:
    """A piece of evidence with its finding opened: {rule, topic, kind, title, instruction, reason}."""

    row: Evidence
    finding: Mapping[str, Any]


def open_alerts(session: Session, unit_ids: Collection[uuid.UUID]) -> Sequence[Alert]:
    """Return the open alerts of some units, in no order: `alerts.triage` orders them."""
    return session.scalars(select(Alert).where(Alert.unit_id.in_(unit_ids), IS_OPEN)).all()


class Standing(NamedTuple):
    """What is plain of an open alert: all that the list's order needs, and a third of the cost of the whole row."""

    id: uuid.UUID
    patient_id: uuid.UUID
    episode_id: uuid.UUID
    unit_id: uuid.UUID
    severity: int
    state: str
    waiting_since: datetime
    next_action_at: datetime | None
    claimed_by: uuid.UUID | None
    new_evidence: int
    version: int

    @classmethod
    def of(cls, alert: Alert) -> "Standing":
        """Return what is plain of a whole row."""
        return cls._make(getattr(alert, name) for name in cls._fields)


#: Plain columns of the table: as the class's own they would pass through the ORM, which costs a quarter more.
_STANDING = select(*(cast(Table, Alert.__table__).c[name] for name in Standing._fields)).where(
    Alert.unit_id.in_(bindparam("units", expanding=True)), IS_OPEN
)


def standing(session: Session, unit_ids: Collection[uuid.UUID]) -> list[Standing]:
    """Return what is plain of the open alerts of some units, in no order: `alerts.triage` orders them."""
    session.flush()  # as a query of the session's own would
    rows = session.connection().execute(_STANDING, {"units": list(unit_ids)}).all()
    return list(map(Standing._make, rows))


def alerts_of(session: Session, patient_id: uuid.UUID) -> Sequence[Alert]:
    """Return all alerts of a patient, newest first."""
    return session.scalars(
        select(Alert).where(Alert.patient_id == patient_id).order_by(Alert.raised_at.desc(), Alert.id.desc())
    ).all()


def alert(session: Session, alert_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> Alert:
    """Return an alert of one of some units; raises NotFound for any other."""
    found = session.get(Alert, alert_id)
    if found is None or found.unit_id not in unit_ids:
        raise NotFound("alert")
    return found


def topics(session: Session, alerts: Iterable[Alert]) -> dict[uuid.UUID, str]:
    """Open what each alert is about, by alert id."""
    rows = list(alerts)
    sealing.load_keys(session, {row.patient_id for row in rows})
    return {row.id: sealing.open_column(session, row, "topic")["topic"] for row in rows}


def evidence_of(session: Session, alerts: Iterable[Alert | Standing]) -> dict[uuid.UUID, list[OpenedEvidence]]:
    """Open the evidence of many alerts, oldest first, by alert id."""
    rows = session.scalars(
        select(Evidence)
        .where(Evidence.alert_id.in_([row.id for row in alerts]))
        .order_by(Evidence.found_at, Evidence.id)
    ).all()
    sealing.load_keys(session, {row.patient_id for row in rows})
    found: dict[uuid.UUID, list[OpenedEvidence]] = defaultdict(list)
    for row in rows:
        if row.alert_id is not None:
            found[row.alert_id].append(OpenedEvidence(row, sealing.open_column(session, row, "finding")))
    return found


def still_standing(found: Sequence[OpenedEvidence], severity: int) -> list[OpenedEvidence]:
    """Return what an alert of this severity stands on, and what made it an emergency where that was taken back.

    Such an emergency waits for a nurse, who has to see what she is to weigh. What stood before is all that a closed one
    has left.
    """
    standing = [each for each in found if each.row.withdrawn_at is None]
    if severity == Severity.EMERGENCY and all(each.row.severity < severity for each in standing):
        standing += [each for each in found if each.row.withdrawn_at is not None and each.row.severity == severity]
    return standing or list(found)


def evidence_for_responses(
    session: Session, response_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[OpenedEvidence]]:
    """Open what responses have raised and what still counts of it, oldest first, by response id."""
    rows = session.scalars(
        select(Evidence)
        .where(Evidence.response_id.in_(response_ids), Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.found_at, Evidence.id)
    ).all()
    sealing.load_keys(session, {row.patient_id for row in rows})
    found: dict[uuid.UUID, list[OpenedEvidence]] = defaultdict(list)
    for row in rows:
        if row.response_id is not None:
            found[row.response_id].append(OpenedEvidence(row, sealing.open_column(session, row, "finding")))
    return found


@dataclass(frozen=True)
class OpenedEvent:
    """A step in an alert's life with its note, outcome and place opened."""

    row: AlertEvent
    note: str
    outcome: str | None
    place: str | None


def events_of(session: Session, alerts: Iterable[Alert]) -> dict[uuid.UUID, list[OpenedEvent]]:
    """Open the histories of many alerts, oldest first, by alert id."""
    rows = session.scalars(
        select(AlertEvent)
        .where(AlertEvent.alert_id.in_([row.id for row in alerts]))
        .order_by(AlertEvent.at, AlertEvent.id)
    ).all()
    sealing.load_keys(session, {row.patient_id for row in rows})
    found: dict[uuid.UUID, list[OpenedEvent]] = defaultdict(list)
    for row in rows:
        opened = sealing.open_column(session, row, "note") if row.note_sealed is not None else {}
        found[row.alert_id].append(OpenedEvent(row, opened.get("note", ""), opened.get("outcome"), opened.get("place")))
    return found


def count_overdue(session: Session, before: datetime) -> int:
    """Count the open alerts whose next action time passed before an instant: the sweep should have moved them."""
    return session.scalar(select(func.count()).select_from(Alert).where(IS_OPEN, Alert.next_action_at < before)) or 0
