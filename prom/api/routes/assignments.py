"""Assignments: what patients were asked, and what became of it."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import g

from prom.api import queries, reads
from prom.api.paging import Cut
from prom.api.routes.requests import Resource
from prom.api.schemas import assignments as schemas
from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.catalogue.queries import Instrument
from prom.clinic.queries import messages_of
from prom.clinic.vocabulary import Reader
from prom.db import transaction
from prom.staff.access import caller
from prom.staff.permissions import Permission

resource = Resource("assignments", "What patients were asked. Answers to it come in through the FHIR door.")


@resource.operation(
    "GET",
    "/assignments",
    Permission.READ_ASSIGNMENT,
    query=schemas.AssignmentsWanted,
    returns=schemas.AssignmentList,
)
def list_assignments(query: dict[str, Any]) -> dict[str, Any]:
    """List assignments of the caller's units, newest first."""
    who = caller()
    with transaction() as session:
        cut = Cut(query["limit"], query.get("cursor"))
        found = queries.assignments(session, who.unit_ids, query.get("patient"), query.get("status"), cut)
        reads.listed(session, who, "assignment", [row.patient_id for row in found.items])
        instruments = queries.instruments(session, [row.questionnaire for row in found.items])
    return {"items": [_shown(row, instruments) for row in found.items], "next_cursor": found.next_cursor}


@resource.operation(
    "GET",
    "/assignments/<uuid:assignment_id>",
    Permission.READ_ASSIGNMENT,
    returns=schemas.AssignmentWithMessages,
)
def show_assignment(assignment_id: uuid.UUID) -> dict[str, Any]:
    """Show one assignment, with the messages that went out for it."""
    who = caller()
    with transaction() as session:
        row = queries.assignment(session, assignment_id, who.unit_ids)
        audit.about(session, who.actor, "assignment.read", row)
        instruments = queries.instruments(session, [row.questionnaire])
        messages = messages_of(session, [row.id])
    return {**_shown(row, instruments), "messages": messages}


def _shown(row: Assignment, instruments: Mapping[str, Instrument]) -> dict[str, Any]:
    instrument = instruments.get(row.questionnaire)
    title = Reader(g.language, "UTC").words(instrument.questionnaire.title) if instrument else row.questionnaire
    return {
        "id": row.id,
        "patient": row.patient_id,
        "episode": row.episode_id,
        "unit": row.unit_id,
        "origin": row.origin,
        "questionnaire": row.questionnaire,
        "title": title,
        "rules": row.rules,
        "status": row.status,
        "opens_at": row.opens_at,
        "due_at": row.due_at,
        "overdue_at": row.overdue_at,
        "expires_at": row.expires_at,
        "begun_at": row.begun_at,
        "completed_at": row.completed_at,
        "locked_at": row.locked_at,
    }
