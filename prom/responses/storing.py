"""Storing a response, with who answered and what it is worth; what is amended stays beside what takes its place."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import insert, new_id
from prom.errors import InvalidResponse
from prom.patients import sealing
from prom.responses import drafts
from prom.responses.identifiers import Identifier
from prom.responses.judging import Judged
from prom.responses.models import ReplacedResponse, Response
from questionnaires.answers import QuestionnaireResponse


@dataclass(frozen=True)
class Authorship:
    """Who answered (source: patient, proxy, staff), who recorded it, in which language, and when if not now.

    A machine may give the response an identifier of its own, by which a retry is known.
    """

    source: str
    actor: Actor
    language: str
    authored_at: datetime | None = None
    identifier: Identifier | None = None

    @property
    def author(self) -> str:
        """The kind of person who recorded it."""
        return self.actor.kind


def refuse_invalid(problems: tuple[object, ...]) -> None:
    """Raise InvalidResponse where a problem is an error."""
    errors = tuple(problem for problem in problems if getattr(problem, "severity", "error") == "error")
    if errors:
        raise InvalidResponse(errors)


def store(
    session: Session,
    assignment: Assignment,
    given: QuestionnaireResponse,
    judged: Judged,
    by: Authorship,
    authored: datetime,
    status: str,
) -> Response:
    """Seal and write a new response with its audit record. The row is not the session's."""
    response = Response(
        id=new_id(),
        tenant_id=assignment.tenant_id,
        patient_id=assignment.patient_id,
        episode_id=assignment.episode_id,
        unit_id=assignment.unit_id,
        assignment_id=assignment.id,
        questionnaire=assignment.questionnaire,
        rules=assignment.rules,
        status=status,
        source=by.source,
        author=by.author,
        author_id=_author_id(by),
        authored_at=authored,
        received_at=clock.now(),
        language=by.language,
        version=1,
        updated_at=clock.now(),
        identifier_hash=by.identifier.hashed(assignment.tenant_id) if by.identifier else None,
    )
    drafts.seal_response(session, response, "document", given, by.identifier)
    sealing.seal(session, response, "scores", judged.scores_document)
    insert(session, response)
    audit.about(session, by.actor, "response.submit", response)
    return response


def _author_id(by: Authorship) -> uuid.UUID | None:
    # A patient's actor is her visit, which says nothing of who she is.
    return by.actor.id if by.author in ("clinician", "client") else None


def replace(
    session: Session,
    response: Response,
    given: QuestionnaireResponse,
    judged: Judged,
    by: Authorship,
    authored: datetime,
) -> None:
    """Keep a response as it stands, and put other answers in its place."""
    kept = ReplacedResponse(
        id=new_id(),
        tenant_id=response.tenant_id,
        patient_id=response.patient_id,
        response_id=response.id,
        version=response.version,
        status=response.status,
        source=response.source,
        author=response.author,
        author_id=response.author_id,
        authored_at=response.authored_at,
        replaced_at=clock.now(),
    )
    sealing.seal(session, kept, "document", sealing.open_column(session, response, "document"))
    session.add(kept)
    identifier = by.identifier or drafts.identifier_of(session, response)
    response.identifier_hash = identifier.hashed(response.tenant_id) if identifier else None
    drafts.seal_response(session, response, "document", given, identifier)
    sealing.seal(session, response, "scores", judged.scores_document)
    response.status, response.source, response.language = "amended", by.source, by.language
    response.author, response.author_id, response.authored_at = by.author, _author_id(by), authored
    changed(response)
    session.flush()


def changed(response: Response) -> None:
    """Count a change, and note when it was."""
    response.corrected_at = response.updated_at = clock.now()
    response.version += 1


def versions_of(session: Session, response: Response) -> Iterator[QuestionnaireResponse]:
    """Open a response's answers as they are, and then as they were before it was amended, the newest first."""
    yield drafts.opened(session, response)
    earlier = select(ReplacedResponse).where(ReplacedResponse.response_id == response.id)
    for row in session.scalars(earlier.order_by(ReplacedResponse.version.desc())):
        yield drafts.open_response(session, row, "document")
