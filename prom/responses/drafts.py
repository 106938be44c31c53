"""Begun forms: each answer is saved, and judged, as it is given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from prom import clock
from prom.assignments import links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment, Visit
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.catalogue.queries import Instrument
from prom.db import new_id
from prom.errors import DeadLink, Invalid
from prom.patients import sealing
from prom.responses.identifiers import Identifier
from prom.responses.judging import instrument_of, items_of, judge_at_once
from prom.responses.models import Draft, ReplacedResponse, Response
from prom.responses.saving import Answered, finished, saved
from prom.worklist import service as worklist
from questionnaires.answers import QuestionnaireResponse
from questionnaires.documents import dumps, loads
from questionnaires.exchange import from_fhir, to_fhir
from questionnaires.response import build
from questionnaires.values import Value

__all__ = [
    "Answered",
    "Given",
    "Opened",
    "discard",
    "finished",
    "identifier_of",
    "of_assignment",
    "open_response",
    "opened",
    "save_answer",
    "save_answers",
    "save_shape",
    "save_typed",
    "seal_response",
    "set_language",
]

#: What a page gives for one item: nothing, one value, or several.
Given = Value | Sequence[Value] | None


@dataclass(frozen=True)
class Opened:
    """A begun form, opened."""

    response: QuestionnaireResponse
    language: str
    saved_at: datetime


def of_assignment(session: Session, assignment: Assignment) -> Opened | None:
    """Return what has been answered so far, or None for a form that was never begun."""
    draft = _row(session, assignment)
    if draft is None:
        return None
    return Opened(open_response(session, draft, "response"), draft.language, draft.saved_at)


def save_answer(session: Session, visit: Visit, link_id: str, given: Given, language: str) -> tuple[Finding, ...]:
    """Save the answer to a question that stands once in its form, by its linkId; see `save_answers()`."""
    _, instrument = _answerable(session, visit)
    item = instrument.questionnaire.item(link_id)
    if item is None:
        raise Invalid("item")
    values = build(instrument.questionnaire, {link_id: given}).answers_to(link_id)
    return save_answers(session, visit, [Answered(item, (), values)], language)


def save_answers(session: Session, visit: Visit, given: Sequence[Answered], language: str) -> tuple[Finding, ...]:
    """Save the answers of one page as `save_typed` does, and let the visit last; raises DeadLink where that is over."""
    assignment, instrument = _answerable(session, visit)
    links.go_on(visit)
    return save_typed(session, assignment, instrument, given, language, links.actor_of(visit))


def save_typed(
    session: Session,
    assignment: Assignment,
    instrument: Instrument,
    given: Sequence[Answered],
    language: str,
    actor: Actor,
) -> tuple[Finding, ...]:
    """Save answers and judge them, whichever way they came; returns the emergencies that these very answers raise.

    The caller holds the lock on an assignment that can be answered. Raises InvalidResponse with the items' problems.
    """
    before = of_assignment(session, assignment)
    begun = before.response if before else build(instrument.questionnaire, {}, status="in-progress")
    response = saved(instrument.questionnaire, replace(begun, language=language), given)
    _begin(session, assignment, response, language, actor)
    findings = judge_at_once(session, assignment, instrument, response)
    until_now = judge_at_once(session, assignment, instrument, before.response) if findings and before else ()
    typed_now = worklist.beyond(findings, until_now)
    worklist.raise_alerts(session, assignments.origin_of(assignment), findings, actor, typed_now)
    named = {each.item.link_id for each in given}
    return tuple(each for each in findings if each.instruction and (each in typed_now or named & {*items_of(each)}))


def save_shape(session: Session, visit: Visit, response: QuestionnaireResponse, language: str) -> None:
    """Save a begun form to which a repetition was added, or from which one was taken; that alone says nothing ill."""
    assignment, _ = _answerable(session, visit)
    links.go_on(visit)
    _begin(session, assignment, response, language, links.actor_of(visit))


def _answerable(session: Session, visit: Visit) -> tuple[Assignment, Instrument]:
    assignment = assignments.lock(session, visit.assignment_id)
    if visit.confirmed_at is None or not links.can_go_on(session, assignment, clock.now()):
        raise DeadLink
    instrument = instrument_of(session, assignment)
    if instrument is None:
        raise Invalid("item")
    return assignment, instrument


def _begin(
    session: Session, assignment: Assignment, response: QuestionnaireResponse, language: str, actor: Actor
) -> None:
    assignments.begin(assignment)
    _store(session, assignment, response, language)
    audit.about(session, actor, "response.save", assignment)


def set_language(session: Session, assignment: Assignment, language: str) -> None:
    """Remember the language that a begun form is read in."""
    draft = _row(session, assignment)
    if draft is not None:
        draft.language = language


def discard(session: Session, assignment: Assignment) -> None:
    """Remove the begun form once its answers are stored as a response."""
    draft = _row(session, assignment)
    if draft is not None:
        session.delete(draft)


def opened(session: Session, row: Response) -> QuestionnaireResponse:
    """Open a stored response's answers."""
    return open_response(session, row, "document")


def seal_response(
    session: Session,
    row: Draft | Response,
    column: str,
    response: QuestionnaireResponse,
    identifier: Identifier | None = None,
) -> None:
    """Seal answers as FHIR text, whose decimals keep every digit that was given (38.0 stays 38.0)."""
    document = to_fhir(response)
    if identifier is not None:
        document["identifier"] = {"system": identifier.system, "value": identifier.value}
    sealing.seal(session, row, column, dumps(document))


def identifier_of(session: Session, row: Response) -> Identifier | None:
    """Return the identifier that a machine gave a stored response, or None."""
    if row.identifier_hash is None:
        return None
    given = loads(sealing.open_column(session, row, "document"))["identifier"]
    return Identifier(given["system"], given["value"])


def open_response(session: Session, row: Draft | Response | ReplacedResponse, column: str) -> QuestionnaireResponse:
    """Open what `seal_response` sealed."""
    return from_fhir(loads(sealing.open_column(session, row, column)))


def _row(session: Session, assignment: Assignment) -> Draft | None:
    return session.scalars(select(Draft).where(Draft.assignment_id == assignment.id)).first()


def _store(session: Session, assignment: Assignment, response: QuestionnaireResponse, language: str) -> None:
    draft, now = _row(session, assignment), clock.now()
    if draft is None:
        draft = Draft(
            id=new_id(),
            tenant_id=assignment.tenant_id,
            patient_id=assignment.patient_id,
            assignment_id=assignment.id,
            begun_at=now,
        )
        session.add(draft)
    draft.language, draft.saved_at = language, now
    seal_response(session, draft, "response", response)
    session.flush()
