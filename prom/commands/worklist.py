"""`prom worklist`: who waits, at the shell. Names are shown only when they are asked for."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import State
from alerts.rules import Severity
from alerts.triage import order
from prom import clock, db
from prom.audit import service as audit
from prom.commands.speaking import as_json, opened, operator, say
from prom.language import as_waiting
from prom.patients.queries import identities
from prom.staff.models import Unit
from prom.staff.queries import clinician_names, the_tenant
from prom.worklist.models import Alert
from prom.worklist.queries import open_alerts


@dataclass(frozen=True)
class Line:
    """One open alert as it is shown, and as the order of the list reads it."""

    alert: Alert
    severity: Severity
    unit: str
    claimed_by: str | None
    #: Only where names were asked for.
    name: str | None

    @property
    def raised_at(self) -> datetime:
        """When it was raised."""
        return self.alert.raised_at

    @property
    def next_action_at(self) -> datetime | None:
        """When something must have happened by."""
        return self.alert.next_action_at

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.alert.state)

    def waiting(self, now: datetime) -> float:
        """How long it has waited, in seconds."""
        return (now - self.alert.waiting_since).total_seconds()


@click.command("worklist")
@click.option("--unit", "unit_name", help="Only the unit of this name.")
@click.option("--names", is_flag=True, help="Show the patients' names too.")
@as_json
def show_worklist(unit_name: str | None, names: bool, as_json: bool) -> None:
    """Show the open alerts, the most urgent first. Reading them leaves an audit record."""
    opened()
    now = clock.now()
    with db.transaction() as session:
        lines = order(_lines(session, _units(session, unit_name), names), now)
    if as_json:
        say([_as_document(line, now, names) for line in lines])
        return
    for line in lines:
        click.echo(_as_text(line, now))
    if not lines:
        click.echo("Nobody waits.")


def _units(session: Session, name: str | None) -> dict[uuid.UUID, str]:
    units = {row.id: row.name for row in session.scalars(select(Unit)) if name in (None, row.name)}
    if name is not None and not units:
        raise click.ClickException(f"There is no unit called {name!r}.")
    return units


def _lines(session: Session, units: dict[uuid.UUID, str], names: bool) -> list[Line]:
    alerts = open_alerts(session, list(units))
    _record(session, alerts)
    claimed = clinician_names(session, [row.claimed_by for row in alerts if row.claimed_by])
    known = identities(session, {row.patient_id for row in alerts}) if names else {}
    return [
        Line(
            row,
            Severity(row.severity),
            units[row.unit_id],
            claimed[row.claimed_by] if row.claimed_by else None,
            known[row.patient_id].name if names else None,
        )
        for row in alerts
    ]


def _record(session: Session, alerts: Sequence[Alert]) -> None:
    audit.record(
        session,
        operator(),
        "worklist.read",
        tenant_id=the_tenant(session).id,
        entity="worklist",
        subjects=[row.patient_id for row in alerts],
    )


def _as_document(line: Line, now: datetime, names: bool) -> dict[str, Any]:
    document = {
        "severity": line.severity.word,
        "unit": line.unit,
        "state": line.state.value,
        "waitingSeconds": round(line.waiting(now)),
        "nextActionAt": line.next_action_at.isoformat() if line.next_action_at else None,
        "claimedBy": line.claimed_by,
        "patient": str(line.alert.patient_id),
        "alert": str(line.alert.id),
    }
    return {**document, "name": line.name} if names else document


def _as_text(line: Line, now: datetime) -> str:
    waiting = as_waiting(line.waiting(now), "en")
    who = line.name or str(line.alert.patient_id)
    return f"{line.severity.word:<17} {waiting:<12} {line.unit:<32} {who}  {line.claimed_by or line.state.value}"
