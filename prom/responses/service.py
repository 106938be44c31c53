"""The way in: an answer is validated, scored, sealed, stored, judged and raised in ONE transaction, the caller's."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from alerts.findings import Finding
from alerts.observation import History
from prom import clock
from prom.assignments import links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.assignments.service import origin_of
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.catalogue.queries import Instrument
from prom.db import insert, new_id
from prom.errors import AlreadyCompleted, Conflict, DeadLink, InvalidResponse, NotFound, PreconditionFailed
from prom.patients import sealing
from prom.responses import drafts, history, intake
from prom.responses.identifiers import Identifier, find_by_identifier
from prom.responses.intake import Intake
from prom.responses.judging import Judged, instrument_of, judge, judge_silence
from prom.responses.models import WHOLE, ReplacedResponse, Response
from prom.worklist import service as worklist
from questionnaires.answers import QuestionnaireResponse
from questionnaires.validation import validate


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


@dataclass(frozen=True)
class Receipt:
    """That a response is stored, and what it raised. `again` when it had come before: a double tap, or a retry."""

    response_id: uuid.UUID
    again: bool
    findings: tuple[Finding, ...] = ()


def submit(session: Session, assignment_id: uuid.UUID, given: QuestionnaireResponse, by: Authorship) -> Receipt:
    """Take the answer to an assignment: all of it with all that follows from it, or nothing.

    A second submit gets the first one's receipt. Raises InvalidResponse naming each item at fault, and DeadLink for an
    assignment that can no longer be answered. The caller tells anyone "received" only after its transaction committed.
    """
    authored = by.authored_at or clock.now()
    with audit.together(session):
        return _submit(session, intake.take(session, assignment_id, authored), given, by, authored)


def _submit(
    session: Session, taken: Intake, given: QuestionnaireResponse, by: Authorship, authored: datetime
) -> Receipt:
    assignment = taken.assignment
    if taken.answered and (first := response_to(session, assignment)) is not None:
        return Receipt(first.id, again=True)
    if not links.is_answerable(assignment, clock.now()):
        raise DeadLink
    instrument = instrument_of(session, assignment)
    if instrument is not None:
        _refuse_invalid(tuple(validate(instrument.questionnaire, given, complete=True)))

    past = history.read_or_rebuild(session, assignment, taken.state)
    judged = judge(session, assignment, instrument, given, past, source=by.source, authored=authored, complete=True)

    response = _store(session, assignment, given, judged, by, authored, status="completed")
    if judged.snapshot is not None:
        history.keep(session, assignment, taken.state, history.followed_by(past, judged.snapshot))
    if taken.has_evidence:
        worklist.settle_silence(session, assignment.id)
    if taken.begun and by.author != "patient":
        _judge_abandoned(session, assignment, instrument, past)
    worklist.raise_alerts(session, origin_of(assignment, response.id), judged.findings, by.actor)
    if taken.followed:  # dated back: later ones had another past
        _judge_anew(session, assignment, authored, by.actor)
    assignments.complete(session, assignment, by.actor, has_messages=taken.has_messages)
    if taken.begun:
        drafts.discard(session, assignment)
    return Receipt(response.id, again=False, findings=judged.findings)


def _judge_abandoned(session: Session, assignment: Assignment, instrument: Instrument | None, past: History) -> None:
    """Somebody else has answered for her: what she had typed herself is judged before her begun form goes."""
    begun = drafts.of_assignment(session, assignment)
    if begun is not None:
        judged = _judge_draft(session, assignment, instrument, past, begun)
        worklist.raise_alerts(session, origin_of(assignment), judged.findings)


def _judge_draft(
    session: Session, assignment: Assignment, instrument: Instrument | None, past: History, begun: drafts.Opened
) -> Judged:
    return judge(
        session,
        assignment,
        instrument,
        begun.response,
        past,
        source="patient",
        authored=begun.saved_at,
        complete=False,
    )


def _refuse_invalid(problems: tuple[object, ...]) -> None:
    errors = tuple(problem for problem in problems if getattr(problem, "severity", "error") == "error")
    if errors:
        raise InvalidResponse(errors)


def _store(
    session: Session,
    assignment: Assignment,
    given: QuestionnaireResponse,
    judged: Judged,
    by: Authorship,
    authored: datetime,
    status: str,
) -> Response:
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


def response_to(session: Session, assignment: Assignment) -> Response | None:
    """Return the response that an assignment has, if it has one that counts."""
    return session.scalars(
        select(Response).where(Response.assignment_id == assignment.id, Response.status != "entered-in-error")
    ).first()


def submit_once(session: Session, assignment_id: uuid.UUID, given: QuestionnaireResponse, by: Authorship) -> Receipt:
    """Submit for a machine, which is told of everything that a page would pass over in kindness.

    The same identifier with the same answers is a retry and gets the first receipt. Raises Conflict for an identifier
    that stands on something else and for an assignment that is not open, AlreadyCompleted for a second response,
    NotFound for no assignment, and InvalidResponse.
    """
    if by.identifier is not None:
        assignment = _locked(session, assignment_id)
        first = find_by_identifier(session, assignment.tenant_id, by.identifier)
        if first is not None:
            return _again(session, first, assignment, given)
    try:
        receipt = submit(session, assignment_id, given, by)
    except DeadLink:
        raise Conflict("assignment") from None
    if receipt.again:
        raise AlreadyCompleted("assignment")
    return receipt


def _locked(session: Session, assignment_id: uuid.UUID) -> Assignment:
    try:
        return assignments.lock(session, assignment_id)
    except NoResultFound:
        raise NotFound("assignment") from None


def _again(session: Session, first: Response, assignment: Assignment, given: QuestionnaireResponse) -> Receipt:
    """The receipt of a response that its identifier names; raises Conflict unless this is that very response."""
    if first.assignment_id != assignment.id or drafts.opened(session, first).flat() != given.flat():
        raise Conflict("identifier")
    return Receipt(first.id, again=True)


def amend(session: Session, response: Response, given: QuestionnaireResponse, by: Authorship, version: int) -> None:
    """Put corrected answers in the place of a response's own: kept beside it, scored and judged again, with all after.

    Raises PreconditionFailed when `version` is not the present one, Conflict for one that was entered in error or never
    sent, InvalidResponse naming each item at fault.
    """
    assignment = assignments.lock(session, response.assignment_id)
    worklist.hold_episode(session, assignment.episode_id)
    session.refresh(response)
    if response.version != version:
        raise PreconditionFailed("version")
    if response.status not in WHOLE:
        raise Conflict("response")
    instrument = instrument_of(session, assignment)
    if instrument is not None:
        _refuse_invalid(tuple(validate(instrument.questionnaire, given, complete=True)))
    authored = by.authored_at or response.authored_at
    since = min(authored, response.authored_at)
    # Scored here; what it raises is found when it and all that followed are judged in their order, below.
    judged = judge(
        session, assignment, instrument, given, history.EMPTY, source=by.source, authored=authored, complete=True
    )
    _replace(session, response, given, judged, by, authored)
    _judge_anew(session, assignment, since, by.actor)
    audit.about(session, by.actor, "response.amend", response)


def _replace(
    session: Session,
    response: Response,
    given: QuestionnaireResponse,
    judged: Judged,
    by: Authorship,
    authored: datetime,
) -> None:
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
    _changed(response)
    session.flush()


def _changed(response: Response) -> None:
    response.corrected_at = response.updated_at = clock.now()
    response.version += 1


def enter_in_error(session: Session, response: Response, actor: Actor) -> None:
    """Mark a response as entered in error: what it raised is withdrawn, and what came after it is judged anew.

    Raises Conflict for one that is marked already.
    """
    assignment = assignments.lock(session, response.assignment_id)
    worklist.hold_episode(session, assignment.episode_id)
    session.refresh(response)
    if response.status == "entered-in-error":
        raise Conflict("response")
    response.status = "entered-in-error"
    _changed(response)
    session.flush()
    worklist.withdraw(session, response.id, actor)
    worklist.leave_to(session, assignment.id, response.id)
    _judge_anew(session, assignment, response.authored_at, actor)
    assignments.reopen(session, assignment, actor)
    audit.about(session, actor, "response.enter-in-error", response)


def _judge_anew(session: Session, assignment: Assignment, since: datetime, actor: Actor) -> None:
    """Rebuild the state without what was wrong, and hold every later response against the right past."""
    rows = history.responses_in(session, assignment)
    for position, row in enumerate(rows):
        if row.authored_at < since:
            continue
        own = session.get_one(Assignment, row.assignment_id)
        judged = judge(
            session,
            own,
            instrument_of(session, own),
            drafts.opened(session, row),
            history.rebuilt(session, rows[:position]),
            source=row.source,
            authored=row.authored_at,
            complete=row.status in WHOLE,
        )
        # Raised before the rest is withdrawn, or an alert that goes on for another reason would end and begin anew.
        worklist.raise_alerts(session, origin_of(own, row.id), judged.findings, actor)
        worklist.withdraw(session, row.id, actor, keep=judged.findings)
        row.rechecked_at = None  # the auditor looks at it again
    history.keep(session, assignment, history.state_of(session, assignment), history.rebuilt(session, rows))


def raise_silence(session: Session, assignment_id: uuid.UUID) -> bool:
    """Put a patient who has not answered in time on the call list, once. Returns whether it was to be done."""
    assignment = assignments.lock(session, assignment_id)
    if assignment.status != "open" or assignment.silence_raised_at is not None:
        return False
    findings = judge_silence(session, assignment, begun=assignment.begun_at is not None)
    worklist.raise_alerts(session, origin_of(assignment), findings)
    assignment.silence_raised_at = clock.now()
    return True


def expire(session: Session, assignment_id: uuid.UUID) -> bool:
    """Close an assignment whose window is over; one that was begun is stored and judged on what it holds."""
    assignment = assignments.lock(session, assignment_id)
    if not assignments.is_over(assignment):
        return False
    begun = drafts.of_assignment(session, assignment)
    if begun is not None:
        _judge_begun(session, assignment, begun)
    # Once more, for the rules that wait longer than the first look at silence; what that raised already is not new.
    findings = judge_silence(session, assignment, begun=begun is not None)
    worklist.raise_alerts(session, origin_of(assignment), findings)
    assignment.silence_raised_at = assignment.silence_raised_at or clock.now()
    assignments.expire(session, assignment)
    return True


def _judge_begun(session: Session, assignment: Assignment, begun: drafts.Opened) -> None:
    worklist.hold_episode(session, assignment.episode_id)
    past = history.read_or_rebuild(session, assignment, history.state_of(session, assignment))
    judged = _judge_draft(session, assignment, instrument_of(session, assignment), past, begun)
    by = Authorship("patient", SYSTEM, begun.language)
    response = _store(session, assignment, begun.response, judged, by, begun.saved_at, status="in-progress")
    worklist.raise_alerts(session, origin_of(assignment, response.id), judged.findings)
    drafts.discard(session, assignment)
