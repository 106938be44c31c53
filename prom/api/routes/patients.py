"""Patients: the caller's list, registration, one patient, and who has looked at her."""

import uuid
from typing import Any

from flask import g, url_for
from sqlalchemy.orm import Session

from prom.api import queries, reads
from prom.api.paging import Cut
from prom.api.problems import refuse_fields
from prom.api.routes import episodes
from prom.api.routes.requests import LOCATION, Resource
from prom.api.schemas import patients as schemas
from prom.api.schemas.episodes import Episode as Stay
from prom.audit.models import AuditRecord
from prom.clinic import registration
from prom.clinic.handing_on import hand_on
from prom.clinic.queries import episodes_at, units_by_id
from prom.clinic.reads import record_read
from prom.clinic.registration import Faults, Offered
from prom.db import transaction
from prom.errors import AlreadyRegistered
from prom.language import text
from prom.pathways.models import Episode
from prom.pathways.queries import newest_offered
from prom.patients.national_number import fits
from prom.patients.queries import identities, identity, mobile_of
from prom.staff.access import Caller, caller
from prom.staff.permissions import Permission
from prom.staff.queries import clinician_names

resource = Resource("patients", "Patients of the caller's units. Nobody is told of any other's.")


@resource.operation(
    "GET", "/patients", Permission.READ_PATIENT, query=schemas.PatientsWanted, returns=schemas.PatientList
)
def list_patients(query: dict[str, Any]) -> dict[str, Any]:
    """List the patients of the caller's units, newest first."""
    who, unit = caller(), query.get("unit")
    with transaction() as session:
        unit_ids = who.unit_ids & {unit} if unit else who.unit_ids
        found = queries.patients(session, unit_ids, Cut(query["limit"], query.get("cursor")))
        people = identities(session, [row.id for row in found.items])
        reads.listed(session, who, "patient", people, unit if unit in who.unit_ids else None)
    shown = [people[row.id] for row in found.items]
    return {"items": [{"id": each.patient_id, **vars(each)} for each in shown], "next_cursor": found.next_cursor}


@resource.operation(
    "POST",
    "/patients",
    Permission.REGISTER_PATIENT,
    takes=schemas.Registration,
    returns=schemas.Patient,
    status=201,
    headers={"Location": LOCATION},
    example=schemas.EXAMPLE,
)
def register_patient(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Register a patient, start her episode and plan what she will be asked: all of it, or nothing.

    Everything that is wrong is named at once. A number that is registered already is refused, and that somebody asked
    stands in the log of the patient whose it is.
    """
    who = caller()
    as_typed = {name: str(value) for name, value in given.items()}
    try:
        with transaction() as session:
            wanted = registration.read(as_typed, _choices(session, who))
            known = registration.known(session, who, wanted) is not None
            episode = None if known else registration.save(session, wanted, who)
            shown = _patient(session, who, episode.patient_id) if episode else {}
    except Faults as faults:
        refuse_fields(faults.fields, "error.registration")
    if known:
        raise AlreadyRegistered("national_number")
    return shown, {"Location": url_for("api-patients.show_patient", patient_id=shown["id"])}


@resource.operation(
    "POST",
    "/patients/<uuid:patient_id>/episodes",
    Permission.REGISTER_PATIENT,
    takes=schemas.NextStay,
    returns=Stay,
    status=201,
    headers={"Location": LOCATION},
    example=schemas.NEXT,
)
def start_episode(patient_id: uuid.UUID, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Put a patient on another pathway: the one that she is on ends, for `ends`, in the moment in which it begins.

    The same again within ten minutes is a retry, and returns what was started.
    """
    who, ends = caller(), given.pop("ends")
    as_typed = {name: str(value) for name, value in given.items()}
    try:
        with transaction() as session:
            stay = registration.read_stay(as_typed, _choices(session, who))
            episode = hand_on(session, patient_id, who.unit_ids, stay, ends, who.actor)
            shown = episodes.shown(session, episode)
    except Faults as faults:
        refuse_fields(faults.fields, "error.registration")
    return shown, {"Location": url_for("api-episodes.show_episode", episode_id=shown["id"])}


def _choices(session: Session, who: Caller) -> Offered:
    return Offered(newest_offered(session), list(units_by_id(session, who.unit_ids).values()))


@resource.operation("GET", "/patients/<uuid:patient_id>", Permission.READ_PATIENT, returns=schemas.Patient)
def show_patient(patient_id: uuid.UUID) -> dict[str, Any]:
    """Show one patient: who she is, how to reach her, and what she is treated for."""
    who = caller()
    with transaction() as session:
        record_read(session, who, episodes_at(session, patient_id, who.unit_ids)[0])
        return _patient(session, who, patient_id)


def _patient(session: Session, who: Caller, patient_id: uuid.UUID) -> dict[str, Any]:
    person = identity(session, patient_id)
    return {
        "id": patient_id,
        **vars(person),
        "birth_date_fits_number": fits(person.national_number, person.birth_date),
        "mobile": mobile_of(session, patient_id),
        "episodes": [episodes.shown(session, each) for each in episodes_at(session, patient_id, who.unit_ids)],
    }


@resource.operation(
    "GET",
    "/patients/<uuid:patient_id>/audit",
    Permission.READ_AUDIT,
    query=schemas.AuditWanted,
    returns=schemas.AuditLog,
)
def list_audit(patient_id: uuid.UUID, query: dict[str, Any]) -> dict[str, Any]:
    """List who has read or written a patient's data, newest first; this reading too."""
    who = caller()
    with transaction() as session:
        episode: Episode = episodes_at(session, patient_id, who.unit_ids)[0]
        record_read(session, who, episode, "audit.read")
        found = queries.audit_log(session, patient_id, Cut(query["limit"], query.get("cursor")))
        names = clinician_names(session, [each.actor_id for each in found.items if each.actor_id is not None])
        return {"items": [_looked(each, names) for each in found.items], "next_cursor": found.next_cursor}


def _looked(record: AuditRecord, names: dict[uuid.UUID, str]) -> dict[str, Any]:
    return {
        "at": record.at,
        "actor_kind": record.actor_kind,
        "actor_id": record.actor_id,
        "actor_name": names.get(record.actor_id) if record.actor_id else None,
        "actor_role": record.actor_role,
        "action": record.action,
        "action_text": text(f"action.{record.action}", g.language),
        "entity": record.entity,
        "entity_id": record.entity_id,
        "unit": record.unit_id,
        "reason": record.reason,
    }
