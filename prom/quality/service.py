"""Reading what the figures are counted from. Whoever shows them writes the audit record of `read`."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.lifecycle import State, Verb
from alerts.rules import Severity
from prom.quality.counting import Course, Figures, figures
from prom.quality.opening import Hours, open_time
from prom.responses.models import COUNTS, Response
from prom.staff.models import Unit
from prom.worklist import queries as worklist
from prom.worklist.models import Alert, Evidence
from prom.worklist.queries import OpenedEvent
from prom.worklist.terms import terms_of

#: So many alerts are opened at a time.
AT_ONCE = 500
#: In which zone a unit's clock runs, and when it is at work by the settings of today.
Place: TypeAlias = tuple[ZoneInfo, Hours]


@dataclass(frozen=True)
class Made:
    """The figures, and whose alerts were opened for them."""

    figures: Figures
    subjects: frozenset[uuid.UUID]


def made(session: Session, unit_ids: Collection[uuid.UUID], begin: datetime, end: datetime) -> Made:
    """Count what was raised and reported at some units from one instant until before another."""
    rows = session.scalars(
        select(Alert)
        .where(
            Alert.unit_id.in_(unit_ids),
            Alert.raised_at >= begin,
            Alert.raised_at < end,
            Alert.state != State.ENTERED_IN_ERROR,
        )
        .order_by(Alert.id)
    ).all()
    units = session.scalars(select(Unit).where(Unit.id.in_(unit_ids))).all()
    places = {unit.id: (ZoneInfo(unit.zone), _hours(session, unit)) for unit in units}
    courses = list(_courses(session, rows, places))
    reported = (COUNTS, Response.unit_id.in_(unit_ids), Response.received_at >= begin, Response.received_at < end)
    questionnaires = session.scalar(select(func.count()).select_from(Response).where(*reported)) or 0
    alerting = session.scalar(
        select(func.count(Evidence.response_id.distinct()))
        .join(Response, Response.id == Evidence.response_id)
        .where(*reported, Evidence.alert_id.is_not(None), Evidence.withdrawn_at.is_(None))
    )
    return Made(figures(courses, questionnaires, alerting or 0), frozenset(row.patient_id for row in rows))


def _courses(session: Session, rows: Sequence[Alert], places: dict[uuid.UUID, Place]) -> Iterator[Course]:
    for begin in range(0, len(rows), AT_ONCE):
        some = rows[begin : begin + AT_ONCE]
        events = worklist.events_of(session, some)
        evidence = worklist.evidence_of(session, some)
        for row in some:
            rules = frozenset(each.finding["rule"] for each in evidence.get(row.id, ()))
            yield course(row, events.get(row.id, []), rules, places[row.unit_id])


def course(alert: Alert, events: Sequence[OpenedEvent], rules: frozenset[str], place: Place) -> Course:
    """Return what became of an alert, by its steps, oldest first."""
    zone = place[0]
    first: dict[str, datetime] = {}
    for step in events:
        by_itself = step.row.clinician_id is None  # a nurse who gives one back has not let it lie
        name = "returned" if step.row.verb == Verb.RETURN_TO_UNIT and by_itself else step.row.verb
        first.setdefault(name, step.row.at)
    acknowledged, resolved = first.get(Verb.ACKNOWLEDGE), _last(events, Verb.RESOLVE)
    severity = Severity(alert.severity)

    return Course(
        severity=severity,
        raised_at=alert.raised_at,
        acknowledged_at=acknowledged,
        escalated_at=first.get(Verb.ESCALATE),
        returned_at=first.get("returned"),
        resolved_at=resolved.row.at if resolved else None,
        waited=_lasted(severity, alert.raised_at, acknowledged, place),
        took=_lasted(severity, alert.raised_at, resolved.row.at if resolved else None, place),
        outcome=resolved.outcome if resolved else None,
        rules=rules,
        taken=frozenset(
            (step.row.clinician_id, step.row.at.astimezone(zone).date())
            for step in events
            if step.row.verb == Verb.ACKNOWLEDGE and step.row.clinician_id is not None
        ),
    )


def _last(events: Sequence[OpenedEvent], verb: str) -> OpenedEvent | None:
    return next((step for step in reversed(events) if step.row.verb == verb), None)


def _lasted(severity: Severity, begin: datetime, end: datetime | None, place: Place) -> timedelta | None:
    if end is None:
        return None
    return end - begin if severity is Severity.EMERGENCY else open_time(begin, end, *place)


def _hours(session: Session, unit: Unit) -> Hours:
    terms = terms_of(session, unit)
    return Hours(terms.opens, terms.closes, terms.is_working_day)
