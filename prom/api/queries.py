"""The lists of the API, newest first and in parts. Whoever shows them writes the audit record."""

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.lifecycle import State
from alerts.rules import Severity
from prom.api.paging import Cut, Part, part
from prom.assignments.models import Assignment
from prom.audit.models import AuditRecord, AuditSubject
from prom.catalogue import queries as catalogue
from prom.catalogue.queries import Instrument
from prom.errors import NotFound
from prom.pathways.models import Episode
from prom.patients.models import Patient
from prom.responses.models import Response
from prom.worklist.models import Alert, Evidence


def patients(session: Session, unit_ids: Collection[uuid.UUID], cut: Cut) -> Part[Patient]:
    """Return the patients who have an episode at some units."""
    hers = select(Episode.patient_id).where(Episode.unit_id.in_(unit_ids))
    return part(session, select(Patient).where(Patient.id.in_(hers)), Patient.id, cut)


def assignments(
    session: Session, unit_ids: Collection[uuid.UUID], patient: uuid.UUID | None, status: str | None, cut: Cut
) -> Part[Assignment]:
    """Return what the patients of some units were asked."""
    query = select(Assignment).where(Assignment.unit_id.in_(unit_ids))
    if patient is not None:
        query = query.where(Assignment.patient_id == patient)
    if status is not None:
        query = query.where(Assignment.status == status)
    return part(session, query, Assignment.id, cut)


def assignment(session: Session, assignment_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> Assignment:
    """Return an assignment of one of some units; raises NotFound for any other."""
    found = session.get(Assignment, assignment_id)
    if found is None or found.unit_id not in unit_ids:
        raise NotFound("assignment")
    return found


def episode(session: Session, episode_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> Episode:
    """Return an episode of one of some units; raises NotFound for any other."""
    found = session.get(Episode, episode_id)
    if found is None or found.unit_id not in unit_ids:
        raise NotFound("episode")
    return found


def responses(session: Session, unit_ids: Collection[uuid.UUID], patient: uuid.UUID | None, cut: Cut) -> Part[Response]:
    """Return the responses of some units, in the order in which they came in."""
    query = select(Response).where(Response.unit_id.in_(unit_ids))
    if patient is not None:
        query = query.where(Response.patient_id == patient)
    return part(session, query, Response.id, cut)


def alerts(
    session: Session,
    unit_ids: Collection[uuid.UUID],
    cut: Cut,
    *,
    patient: uuid.UUID | None = None,
    response: uuid.UUID | None = None,
    state: str | None = None,
    severity: str | None = None,
) -> Part[Alert]:
    """Return the alerts of some units; `response` keeps those that it has raised or joined."""
    query = select(Alert).where(Alert.unit_id.in_(unit_ids))
    if patient is not None:
        query = query.where(Alert.patient_id == patient)
    if response is not None:
        query = query.where(Alert.id.in_(select(Evidence.alert_id).where(Evidence.response_id == response)))
    if state is not None:
        query = query.where(Alert.state == State(state))
    if severity is not None:
        query = query.where(Alert.severity == Severity.parse(severity))
    return part(session, query, Alert.id, cut)


def audit_log(session: Session, patient_id: uuid.UUID, cut: Cut) -> Part[AuditRecord]:
    """Return who has read or written a patient's data."""
    query = (
        select(AuditRecord)
        .join(AuditSubject, AuditSubject.record_id == AuditRecord.id)
        .where(AuditSubject.patient_id == patient_id)
    )
    return part(session, query, AuditRecord.id, cut)


def instruments(session: Session, canonicals: Iterable[str]) -> dict[str, Instrument]:
    """Return compiled questionnaires by `url|version`; one that is gone is left out."""
    found = {}
    for canonical in sorted(set(canonicals)):
        try:
            found[canonical] = catalogue.instrument(session, canonical)
        except NotFound:
            continue
    return found
