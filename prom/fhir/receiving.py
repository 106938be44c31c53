"""Taking a response in, and changing one: from a parsed document to the services that every door goes through."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from alerts.findings import Finding
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.errors import Conflict, InvalidResponse, PreconditionFailed
from prom.fhir import assigning
from prom.fhir.incoming import Incoming, read
from prom.fhir.refusals import located, refuse
from prom.responses import drafts, queries, service
from prom.responses.identifiers import Identifier
from prom.responses.judging import instrument_of
from prom.responses.models import Response
from prom.responses.storing import versions_of
from prom.staff.access import Caller
from questionnaires.answers import QuestionnaireResponse


@dataclass(frozen=True)
class Context:
    """Who sends a document, this door's own address, and the language for what says none."""

    caller: Caller
    base: str
    language: str


@dataclass(frozen=True)
class Taken:
    """The stored response; what it was found to ask for, if it was stored just now, or None if it had come before."""

    row: Response
    findings: tuple[Finding, ...] | None


def take(session: Session, document: Mapping[str, Any], context: Context, unless: Identifier | None = None) -> Taken:
    """Submit a response, or return the one that `unless` (If-None-Exist) names already.

    A document without an identifier takes that of `unless`, or a retry would find nothing. Raises what `submit_once`
    raises, with a FHIRPath for each item at fault.
    """
    if unless is not None:
        found = assigning.named_by(session, unless, context.caller)
        if found is not None and not _is_retry(session, found, document, context):
            raise Conflict("identifier")
        if found is not None:
            return Taken(found, None)
    incoming = read(document, context.base, ("completed",))
    incoming = replace(incoming, identifier=incoming.identifier or unless)
    assignment = assigning.assignment_of(session, incoming, context.caller)
    by = assigning.authorship(incoming, assignment, context.caller, context.language)
    try:
        receipt = service.submit_once(session, assignment.id, _asked(incoming, assignment), by)
    except InvalidResponse as refused:
        raise _located(session, refused, document, assignment) from None
    except IntegrityError as failure:
        if by.identifier is None or "identifier" not in str(failure.orig):
            raise
        raise Conflict("identifier") from None  # another request stored this identifier in this very moment
    return Taken(receipt.response, None if receipt.again else receipt.findings)


def _is_retry(session: Session, found: Response, document: Mapping[str, Any], context: Context) -> bool:
    """Whether a document says what the response that it names already says, or once said. Another fever is no retry."""
    given = read(document, context.base, ("completed",)).answers.flat()
    return found.status != "entered-in-error" and any(each.flat() == given for each in versions_of(session, found))


def change(
    session: Session, response_id: uuid.UUID, document: Mapping[str, Any], context: Context, version: int | None
) -> Response:
    """Amend a response, or mark it as entered in error, as the document's status says.

    `version` is the one that the sender saw, or None. Raises NotFound, PreconditionFailed, Conflict, InvalidResponse.
    """
    row, assignment = _held(session, response_id, context.caller)
    if version not in (None, row.version):
        raise PreconditionFailed("version")
    if document.get("id") != str(response_id):
        raise refuse("id", "other-id")
    if document.get("status") == "entered-in-error":
        if row.status == "entered-in-error":  # a second time is a retry, which reads
            audit.about(session, context.caller.actor, "response.read", row)
        else:
            service.enter_in_error(session, row, context.caller.actor)
        return row
    incoming = read(document, context.base, ("amended", "completed", "entered-in-error"))
    _check_same(session, incoming, row, assignment, context.caller)
    by = assigning.authorship(incoming, assignment, context.caller, context.language)
    try:
        service.amend(session, row, _asked(incoming, assignment), by, row.version)
    except InvalidResponse as refused:
        raise _located(session, refused, document, assignment) from None
    return row


def _held(session: Session, response_id: uuid.UUID, caller: Caller) -> tuple[Response, Assignment]:
    """Return a response as it stands now, locked with its assignment, as every change locks them."""
    row = queries.response(session, response_id, caller.unit_ids)
    assignment = assignments.lock(session, row.assignment_id)
    session.refresh(row)
    return row, assignment


def _check_same(session: Session, incoming: Incoming, row: Response, assignment: Assignment, caller: Caller) -> None:
    assigning.check(session, incoming, assignment, caller)
    if incoming.task_id not in (None, assignment.id):
        raise refuse("basedOn", "other-task")
    if incoming.identifier not in (None, drafts.identifier_of(session, row)):
        raise refuse("identifier", "other-identifier")


def _asked(incoming: Incoming, assignment: Assignment) -> QuestionnaireResponse:
    # The version that was asked, also where the sender named none.
    return replace(incoming.answers, questionnaire=assignment.questionnaire)


def _located(
    session: Session, refused: InvalidResponse, document: Mapping[str, Any], assignment: Assignment
) -> InvalidResponse:
    instrument = instrument_of(session, assignment)
    return InvalidResponse(located(refused.problems, document, instrument.questionnaire if instrument else None))
