"""What can be searched by: one table per resource, which the searches use and the CapabilityStatement shows."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, false, func, true
from sqlalchemy.orm import InstrumentedAttribute

from prom.assignments.models import Assignment
from prom.catalogue.models import Definition
from prom.db import Base
from prom.fhir import values
from prom.fhir.refusals import BadRequest
from prom.fhir.resources import SDC
from prom.responses.identifiers import Identifier
from prom.responses.models import Response

_DEFINITIONS = "http://hl7.org/fhir/SearchParameter/"


@dataclass(frozen=True)
class Asker:
    """Who searches, as far as a condition depends on it."""

    tenant_id: uuid.UUID
    #: The address of this door, without a slash at the end
    base: str
    #: Where a day begins that is asked for without a zone
    zone: ZoneInfo


#: From the parameter's name and one value to what a row must fulfil; raises BadRequest for an unreadable value.
Condition = Callable[[str, str, Asker], ColumnElement[bool]]


@dataclass(frozen=True)
class Parameter:
    """One search parameter: R4's type and definition, and the only type it can refer to, for `subject:Patient=`."""

    type: str
    condition: Condition
    definition: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class Search:
    """How one resource is searched: its table, its parameters, and what it can be sorted by."""

    model: type[Base]
    parameters: Mapping[str, Parameter]
    sortable: Mapping[str, InstrumentedAttribute[Any]] = field(default_factory=dict)


def _defined(resource: str, name: str) -> str:
    return f"{_DEFINITIONS}{resource}-{name}"


def _by_id(column: InstrumentedAttribute[uuid.UUID], kind: str) -> Condition:
    def condition(_name: str, value: str, asker: Asker) -> ColumnElement[bool]:
        wanted = values.reference(value, kind, asker.base)
        return column == wanted if wanted is not None else false()

    return condition


def _by_date(column: InstrumentedAttribute[datetime]) -> Condition:
    def condition(name: str, value: str, asker: Asker) -> ColumnElement[bool]:
        return values.within(column, name, value, asker.zone)

    return condition


def _by_text(column: InstrumentedAttribute[str]) -> Condition:
    return lambda _name, value, _asker: column == value


def _by_short_name(_name: str, value: str, _asker: Asker) -> ColumnElement[bool]:
    # FHIR's names are written together (SymptomCheck), the catalogue's with hyphens (symptom-check).
    wanted = value.lower().replace("-", "")
    return func.replace(func.lower(Definition.name), "-", "").startswith(wanted, autoescape=True)


def _by_status(column: InstrumentedAttribute[str]) -> Condition:
    return lambda _name, value, _asker: column == values.token(value)[1]


def _by_canonical(_name: str, value: str, _asker: Asker) -> ColumnElement[bool]:
    if "|" in value:
        return Response.questionnaire == value
    return Response.questionnaire.startswith(f"{value}|", autoescape=True)


def _by_identifier(name: str, value: str, asker: Asker) -> ColumnElement[bool]:
    # It is found by a hash of both parts, so a value alone says too little.
    system, code = values.token(value)
    if not system or not code:
        raise BadRequest(name)
    return Response.identifier_hash == Identifier(system, code).hashed(asker.tenant_id)


def _by_code(_name: str, value: str, _asker: Asker) -> ColumnElement[bool]:
    system, code = values.token(value)
    return true() if code == "complete-questionnaire" and system in (None, SDC) else false()


def _by_task_status(_name: str, value: str, _asker: Asker) -> ColumnElement[bool]:
    is_open, begun, locked = Assignment.status == "open", Assignment.begun_at, Assignment.locked_at
    conditions = {
        "requested": is_open & begun.is_(None) & locked.is_(None),
        "in-progress": is_open & begun.is_not(None) & locked.is_(None),
        "on-hold": is_open & locked.is_not(None),
        "completed": Assignment.status == "completed",
        "failed": Assignment.status == "expired",
        "cancelled": Assignment.status == "cancelled",
    }
    return conditions.get(values.token(value)[1], false())


def _patient(resource: str, name: str, column: InstrumentedAttribute[uuid.UUID]) -> Parameter:
    return Parameter("reference", _by_id(column, "Patient"), _defined(resource, name), "Patient")


def _id(resource: str, column: InstrumentedAttribute[uuid.UUID]) -> Parameter:
    return Parameter("token", _by_id(column, resource), _defined("Resource", "id"))


_ANSWER, _FORM = "QuestionnaireResponse", "Questionnaire"

SEARCHES: Mapping[str, Search] = {
    _ANSWER: Search(
        Response,
        {
            "_id": _id(_ANSWER, Response.id),
            "_lastUpdated": Parameter("date", _by_date(Response.updated_at), _defined("Resource", "lastUpdated")),
            "authored": Parameter("date", _by_date(Response.authored_at), _defined(_ANSWER, "authored")),
            "based-on": Parameter("reference", _by_id(Response.assignment_id, "Task"), None, "Task"),
            "identifier": Parameter("token", _by_identifier, _defined(_ANSWER, "identifier")),
            "patient": _patient(_ANSWER, "patient", Response.patient_id),
            "questionnaire": Parameter("reference", _by_canonical, _defined(_ANSWER, "questionnaire"), _FORM),
            "status": Parameter("token", _by_status(Response.status), _defined(_ANSWER, "status")),
            "subject": _patient(_ANSWER, "subject", Response.patient_id),
        },
        {"_lastUpdated": Response.updated_at, "authored": Response.authored_at},
    ),
    _FORM: Search(
        Definition,
        {
            "_id": _id(_FORM, Definition.id),
            "name": Parameter("string", _by_short_name, _defined(_FORM, "name")),
            "status": Parameter("token", _by_status(Definition.status), _defined(_FORM, "status")),
            "url": Parameter("uri", _by_text(Definition.url), _defined(_FORM, "url")),
            "version": Parameter("token", _by_text(Definition.version), _defined(_FORM, "version")),
        },
    ),
    "Task": Search(
        Assignment,
        {
            "_id": _id("Task", Assignment.id),
            "authored-on": Parameter("date", _by_date(Assignment.opens_at), _defined("Task", "authored-on")),
            "code": Parameter("token", _by_code, _defined("Task", "code")),
            "patient": _patient("Task", "patient", Assignment.patient_id),
            "status": Parameter("token", _by_task_status, _defined("Task", "status")),
            "subject": _patient("Task", "subject", Assignment.patient_id),
        },
        {"authored-on": Assignment.opens_at},
    ),
}
