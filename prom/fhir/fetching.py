"""Reading for a caller: rows of her units as resources, each reading with one audit record that names its subjects."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.catalogue.models import Definition
from prom.errors import NotFound
from prom.fhir import resources
from prom.fhir.instructions import Instruction, of_findings, of_responses, units_of
from prom.fhir.parameters import Asker
from prom.fhir.receiving import Context
from prom.fhir.searching import bundle, page_of, understand
from prom.patients import sealing
from prom.responses import queries
from prom.responses.models import ReplacedResponse, Response
from prom.staff.models import Unit

Units = Mapping[uuid.UUID, Unit]


@dataclass(frozen=True)
class Shown:
    """A stored response as it is sent, and what its patient must be told."""

    row: Response
    document: Mapping[str, Any]
    instructions: tuple[Instruction, ...]


def show(session: Session, row: Response, context: Context, findings: Iterable[Finding] | None = None) -> Shown:
    """Return a response as it is sent; writes no record, for whoever has just written it.

    `findings` are what it was found to ask for in this very transaction; None has them read from the evidence.
    """
    asked: tuple[Instruction, ...] = ()
    if findings is None:
        unit = session.get_one(Unit, row.unit_id)
        asked = of_responses(session, [row], {unit.id: unit}, context.language)[row.id]
    elif told := [finding for finding in findings if finding.instruction]:
        asked = of_findings(told, row, session.get_one(Unit, row.unit_id), context.language)
    return Shown(row, resources.response(session, row, asked), asked)


def response(session: Session, response_id: uuid.UUID, context: Context) -> Shown:
    """Read a response of the caller's units; raises NotFound for any other."""
    row = queries.response(session, response_id, context.caller.unit_ids)
    record_read(session, row, context)
    return show(session, row, context)


def version_of(session: Session, response_id: uuid.UUID, version: int, context: Context) -> Shown:
    """Read a response as it stood in one of its versions; raises NotFound for one that never was."""
    row = queries.response(session, response_id, context.caller.unit_ids)
    if version == row.version:
        return response(session, response_id, context)
    kept = session.scalars(
        select(ReplacedResponse)
        .where(ReplacedResponse.response_id == row.id, ReplacedResponse.version <= version)
        .order_by(ReplacedResponse.version.desc())
        .limit(2)
    ).all()
    if not kept or kept[0].version != version:
        raise NotFound("response")
    record_read(session, row, context)
    since = kept[1].replaced_at if len(kept) > 1 else row.received_at
    return Shown(row, resources.replaced(session, row, kept[0], since), ())


def record_read(session: Session, row: Response, context: Context) -> None:
    """Write the audit record of reading one response."""
    audit.about(session, context.caller.actor, "response.read", row)


def questionnaire(session: Session, definition_id: uuid.UUID) -> dict[str, Any]:
    """Return a questionnaire that is published, or was; raises NotFound for a draft as for none."""
    row = session.get(Definition, definition_id)
    if row is None or row.kind != "questionnaire" or row.status == "draft":
        raise NotFound("questionnaire")
    return resources.questionnaire(row)


def task(session: Session, assignment_id: uuid.UUID, context: Context) -> dict[str, Any]:
    """Read an assignment of the caller's units as a Task; raises NotFound for any other."""
    row = session.get(Assignment, assignment_id)
    if row is None or row.unit_id not in context.caller.unit_ids:
        raise NotFound("assignment")
    audit.about(session, context.caller.actor, "assignment.read", row)
    return resources.tasks(session, [row], context.language)[0]


def search(
    session: Session, resource: str, given: Iterable[tuple[str, str]], context: Context, *, strict: bool
) -> dict[str, Any]:
    """Return one page of a search as a Bundle; raises BadRequest and UnknownParameter as `understand` does."""
    units = units_of(session, context.caller.tenant_id)
    asked = understand(resource, given, _asker(units, context), strict=strict)
    if resource == "Questionnaire":
        definitions = session.scalars(page_of(asked, _PUBLISHED)).all()
        made = [resources.questionnaire(row) for row in definitions[: asked.count]]
        return bundle(asked, definitions, made, context.base, context.language)
    if resource == "Task":
        visible = select(Assignment).where(Assignment.unit_id.in_(context.caller.unit_ids))
        assignments = session.scalars(page_of(asked, visible)).all()
        _record_list(session, assignments[: asked.count], "assignment", context)
        made = resources.tasks(session, assignments[: asked.count], context.language)
        return bundle(asked, assignments, made, context.base, context.language)
    answers = session.scalars(page_of(asked, _of_units(context))).all()
    _record_list(session, answers[: asked.count], "response", context)
    made = _opened(session, answers[: asked.count], units, context)
    return bundle(asked, answers, made, context.base, context.language)


_PUBLISHED: Select[Definition] = select(Definition).where(
    Definition.kind == "questionnaire", Definition.status != "draft"
)


def _of_units(context: Context) -> Select[Response]:
    return select(Response).where(Response.unit_id.in_(context.caller.unit_ids))


def _opened(session: Session, rows: Sequence[Response], units: Units, context: Context) -> list[dict[str, Any]]:
    sealing.load_keys(session, {row.patient_id for row in rows})
    asked = of_responses(session, rows, units, context.language)
    return [resources.response(session, row, asked[row.id]) for row in rows]


def _record_list(
    session: Session, rows: Sequence[Response] | Sequence[Assignment], entity: str, context: Context
) -> None:
    audit.record(
        session,
        context.caller.actor,
        f"{entity}.read",
        tenant_id=context.caller.tenant_id,
        entity=entity,
        subjects=[row.patient_id for row in rows],
    )


def _asker(units: Units, context: Context) -> Asker:
    """A day without a zone begins where the caller's units are; hospitals lie in one zone."""
    zones = sorted(units[unit_id].zone for unit_id in context.caller.unit_ids if unit_id in units)
    return Asker(context.caller.tenant_id, context.base, ZoneInfo(zones[0] if zones else "UTC"))
