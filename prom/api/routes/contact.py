"""How patients are reached and keep up: contact logs, contact problems, adherence, and whom to call."""

import uuid
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from prom import clock
from prom.api import reads
from prom.api.routes.requests import Resource
from prom.api.schemas import contact as schemas
from prom.clinic import contact_log, contact_problems, keeping_up
from prom.clinic.queries import episodes_at
from prom.clinic.reads import record_read
from prom.clinic.vocabulary import Reader
from prom.db import transaction
from prom.language import text
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.patients.models import ContactProblem
from prom.staff.access import caller
from prom.staff.models import Unit
from prom.staff.permissions import Permission

resource = Resource("contact", "How patients are reached, and how they keep up with what they are asked.")

#: A unit's numbers are no matter of a zone: titles are all that is read.
ANYWHERE = "UTC"


@resource.operation(
    "GET", "/patients/<uuid:patient_id>/contact-log", Permission.READ_PATIENT, returns=schemas.ContactLog
)
def show_contact_log(patient_id: uuid.UUID) -> dict[str, Any]:
    """Show every message to a patient and from her, and why one was not sent; never their words."""
    who = caller()
    with transaction() as session:
        seen = episodes_at(session, patient_id, who.unit_ids)
        record_read(session, who, seen[0], "contact-log.read")
        found = contact_log.entries(session, patient_id, seen, _reader(session, seen[0]), contact_log.SHOWN)
        return {"items": [{**vars(each), "assignment": each.assignment_id} for each in found]}


@resource.operation("GET", "/contact-problems", Permission.READ_PATIENT, returns=schemas.ContactProblems)
def list_contact_problems() -> dict[str, Any]:
    """List the patients of the caller's units who cannot be reached, and why."""
    who = caller()
    with transaction() as session:
        found = contact_problems.rows(session, who.unit_ids)
        reads.listed(session, who, "contact-problem", [each.patient_id for each, _ in found])
        return {"items": [_problem(each, unit.id) for each, unit in found]}


@resource.operation(
    "POST",
    "/contact-problems/<uuid:problem_id>/resolve",
    Permission.CHANGE_EPISODE,
    returns=schemas.ContactProblem,
)
def resolve_contact_problem(problem_id: uuid.UUID) -> dict[str, Any]:
    """Write down that a patient can be reached again; a second time changes nothing."""
    who = caller()
    with transaction() as session:
        problem = contact_problems.resolve(session, problem_id, who.unit_ids, who.actor)
        return _problem(problem, episodes_at(session, problem.patient_id, who.unit_ids)[0].unit_id)


@resource.operation("GET", "/patients/<uuid:patient_id>/adherence", Permission.READ_PATIENT, returns=schemas.Adherence)
def show_adherence(patient_id: uuid.UUID) -> dict[str, Any]:
    """Show what a patient was asked by plan, and whether she answered: in numbers, and by weeks."""
    who = caller()
    with transaction() as session:
        episode = episodes_at(session, patient_id, who.unit_ids)[0]
        record_read(session, who, episode, "adherence.read")
        reader = _reader(session, episode)
        of = pathway(session, episode.pathway_url, episode.pathway_version)
        found = keeping_up.lines(session, episode, of, reader, reader.day_of(clock.now()))
        return {"items": [{**vars(each.numbers), "title": each.title, "weeks": each.weeks} for each in found]}


@resource.operation("GET", "/adherence", Permission.READ_PATIENT, returns=schemas.UnitAdherence)
def show_unit_adherence() -> dict[str, Any]:
    """Show how the patients of the caller's units keep up, and who fell silent."""
    who = caller()
    with transaction() as session:
        totals = keeping_up.totals(session, who.unit_ids, Reader(g.language, ANYWHERE))
        calls = [vars(each.silent) for each in keeping_up.calls(session, who.unit_ids)]
        reads.listed(session, who, "adherence", [each["patient_id"] for each in calls])
        shown = [{**each, **{name: each[f"{name}_id"] for name in ("patient", "episode", "unit")}} for each in calls]
        return {"totals": totals, "calls": shown}


def _reader(session: Session, episode: Episode) -> Reader:
    return Reader(g.language, session.get_one(Unit, episode.unit_id).zone)


def _problem(problem: ContactProblem, unit_id: uuid.UUID) -> dict[str, Any]:
    return {
        "id": problem.id,
        "patient": problem.patient_id,
        "unit": unit_id,
        "code": problem.code,
        "text": text(f"contact-problem.{problem.code}", g.language),
        "raised_at": problem.raised_at,
    }
