"""What was raised over some reports and silences, and how it ended: read from the evidence that alerts stand on."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from alerts.lifecycle import State
from alerts.rules import Severity
from prom.patients import sealing
from prom.rehearsal.comparing import About, Raised
from prom.worklist import queries as worklist
from prom.worklist.models import Alert, Evidence


@dataclass
class Over:
    """What alerts are looked for: reports, assignments that were not answered in time, and the assignments of both."""

    responses: set[uuid.UUID] = field(default_factory=set)
    silences: set[uuid.UUID] = field(default_factory=set)
    assignments: set[uuid.UUID] = field(default_factory=set)


@dataclass
class Standing:
    """The alerts that were, and how many findings were over answers that nobody sent: those cannot be judged again."""

    alerts: dict[About, Raised] = field(default_factory=dict)
    unsent: int = 0


def standing(session: Session, over: Over) -> Standing:
    """Return what was raised over these, and still counts; of silence also what a late answer took back."""
    found, weighed = Standing(), _weighed(session, over.assignments)
    ended = _ended(session, {row.alert_id for row, _ in weighed})
    for row, document in weighed:
        by_silence = document["reason"]["code"] == "overdue"
        asked = row.assignment_id if by_silence else row.response_id
        if row.withdrawn_at is not None and not by_silence:
            continue
        if asked is None:
            found.unsent += 1
        elif asked in (over.silences if by_silence else over.responses):
            _join(found.alerts, About(str(asked), document["topic"]), row, document["rule"], ended[row.alert_id])
    return found


def _weighed(session: Session, assignments: Collection[uuid.UUID]) -> list[tuple[Evidence, dict[str, Any]]]:
    """The evidence that came of these assignments, with its findings opened; what was held back raised nothing."""
    on_alerts = Evidence.assignment_id.in_(assignments), Evidence.alert_id.is_not(None)
    rows = session.scalars(select(Evidence).where(*on_alerts)).all()
    return [(row, sealing.open_column(session, row, "finding")) for row in rows]


def _ended(session: Session, alert_ids: set[uuid.UUID | None]) -> dict[uuid.UUID | None, str]:
    """How each alert ended: its outcome, "withdrawn" where it was taken back, else its state."""
    alerts = session.scalars(select(Alert).where(Alert.id.in_(alert_ids))).all()
    events = worklist.events_of(session, [each for each in alerts if each.state == State.RESOLVED])
    ended: dict[uuid.UUID | None, str] = {
        each.id: "withdrawn" if each.state == State.ENTERED_IN_ERROR else "open" for each in alerts
    }
    for alert_id, steps in events.items():
        outcomes = [step.outcome for step in steps if step.outcome]
        ended[alert_id] = outcomes[-1] if outcomes else "resolved"
    return ended


def _join(alerts: dict[About, Raised], about: About, row: Evidence, rule: str, ended: str) -> None:
    before = alerts.get(about, Raised(Severity(row.severity), frozenset()))
    severity = max(before.severity, Severity(row.severity))
    alerts[about] = Raised(severity, before.rules | {rule}, ended)


def would_be(asked: uuid.UUID, findings: Iterable[Finding]) -> dict[About, Raised]:
    """Return the alerts that findings over one report or silence make."""
    alerts: dict[About, Raised] = {}
    for finding in findings:
        about = About(str(asked), finding.topic)
        before = alerts.get(about, Raised(finding.severity, frozenset()))
        alerts[about] = Raised(max(before.severity, finding.severity), before.rules | {finding.rule})
    return alerts
