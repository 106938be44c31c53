"""Settings that are inherited: the installation's, a unit's, a patient's."""

import hashlib
import uuid
from typing import Any

from sqlalchemy.orm import Session

from prom.api.problems import refuse_fields
from prom.api.routes import versions
from prom.api.routes.requests import ETAG, Resource
from prom.api.schemas import settings as schemas
from prom.clinic import course
from prom.clinic.reads import record_read
from prom.db import transaction
from prom.errors import Invalid
from prom.pathways.queries import pathway
from prom.settings import service
from prom.settings.known import KNOWN
from prom.settings.queries import Owner, chains
from prom.staff.access import caller
from prom.staff.permissions import Permission
from prom.staff.queries import the_tenant, unit

resource = Resource("settings", "Choices that are inherited. What stands nearest to the patient applies.")

Sent = tuple[dict[str, Any], dict[str, str]]
_READ: dict[str, Any] = {"returns": schemas.Settings, "headers": {"ETag": ETAG}}
_WRITE: dict[str, Any] = {
    **_READ,
    "takes": schemas.Choose,
    "if_match": True,
    "persons_only": True,
    "example": {"name": "quietHours", "value": "22:00-07:00"},
}


@resource.operation("GET", "/settings", Permission.CHANGE_SETTINGS, **_READ)
def show_settings() -> Sent:
    """Show what is chosen for the installation."""
    with transaction() as session:
        return _sent(session, Owner(the_tenant(session).id), "installation")


@resource.operation("POST", "/settings", Permission.CHANGE_SETTINGS, **_WRITE)
def choose_for_installation(given: dict[str, Any]) -> Sent:
    """Choose for the installation."""
    with transaction() as session:
        tenant_id = the_tenant(session).id
        return _choose(session, Owner(tenant_id), "installation", tenant_id, given)


@resource.operation("GET", "/units/<uuid:unit_id>/settings", Permission.CHANGE_SETTINGS, **_READ)
def show_unit_settings(unit_id: uuid.UUID) -> Sent:
    """Show what applies at a unit."""
    with transaction() as session:
        return _sent(session, Owner(unit(session, unit_id).tenant_id, unit_id), "unit")


@resource.operation("POST", "/units/<uuid:unit_id>/settings", Permission.CHANGE_SETTINGS, **_WRITE)
def choose_for_unit(unit_id: uuid.UUID, given: dict[str, Any]) -> Sent:
    """Choose for a unit."""
    with transaction() as session:
        return _choose(session, Owner(unit(session, unit_id).tenant_id, unit_id), "unit", unit_id, given)


@resource.operation("GET", "/patients/<uuid:patient_id>/settings", Permission.READ_PATIENT, **_READ)
def show_patient_settings(patient_id: uuid.UUID) -> Sent:
    """Show what applies for a patient, and where it was chosen."""
    with transaction() as session:
        return _sent(session, _patient(session, patient_id), "patient")


@resource.operation("POST", "/patients/<uuid:patient_id>/settings", Permission.CHANGE_EPISODE, **_WRITE)
def choose_for_patient(patient_id: uuid.UUID, given: dict[str, Any]) -> Sent:
    """Choose for one patient."""
    with transaction() as session:
        return _choose(session, _patient(session, patient_id), "patient", patient_id, given)


def _patient(session: Session, patient_id: uuid.UUID) -> Owner:
    who = caller()
    episode = course.held(session, patient_id, who.unit_ids)
    record_read(session, who, episode)
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    return Owner(episode.tenant_id, episode.unit_id, of.settings, patient_id)


def _choose(session: Session, owner: Owner, level: str, owner_id: uuid.UUID, given: dict[str, Any]) -> Sent:
    versions.require(_mark(session, owner, level))
    try:
        if given["inherit"]:
            service.take_back(session, level, owner_id, given["name"], caller().actor)
        else:
            service.choose(session, level, owner_id, given["name"], given["value"], caller().actor)
    except Invalid:
        refuse_fields({"value" if level in KNOWN[given["name"]].levels else "name": "wrong"})
    return _sent(session, owner, level)


def _sent(session: Session, owner: Owner, level: str) -> Sent:
    found = chains(session, owner, level)
    items = [{"name": name, "choices": [vars(each) for each in chain]} for name, chain in found.items()]
    return {"items": items}, versions.tag(_mark(session, owner, level))


def _mark(session: Session, owner: Owner, level: str) -> str:
    return hashlib.sha256(repr(sorted(chains(session, owner, level).items())).encode()).hexdigest()[:16]
