"""The way in: an answer is validated, scored, sealed, stored, judged and raised in ONE transaction, the caller's.

What comes after stands beside it, and is offered here too, so that callers know one door: corrections (`correcting.py`)
and what nobody sent (`silence.py`).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from prom import clock, metrics
from prom.assignments import afterwards, links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.errors import AlreadyCompleted, Conflict, DeadLink
from prom.responses import drafts, history, intake
from prom.responses.completing import complete
from prom.responses.correcting import amend, enter_in_error, judge_anew
from prom.responses.identifiers import Identifier, find_by_identifier
from prom.responses.intake import Intake
from prom.responses.judging import instrument_of, judge
from prom.responses.models import COUNTS, Response
from prom.responses.raising import raise_judged
from prom.responses.silence import expire, judge_abandoned, raise_silence
from prom.responses.storing import Authorship, refuse_invalid, store, versions_of
from prom.worklist import service as worklist
from prom.writing import together
from questionnaires.answers import QuestionnaireResponse
from questionnaires.validation import validate

__all__ = [
    "Authorship",
    "Receipt",
    "amend",
    "enter_in_error",
    "expire",
    "raise_silence",
    "response_to",
    "submit",
    "submit_once",
]


@dataclass(frozen=True)
class Receipt:
    """That a response is stored, and what it raised. `again` when it had come before: a double tap, or a retry."""

    response: Response
    again: bool
    findings: tuple[Finding, ...] = ()
    #: Whether its identifier told that it had come before.
    retried: bool = False

    @property
    def response_id(self) -> uuid.UUID:
        """The response's id."""
        return self.response.id


@metrics.counts_submissions
def submit(session: Session, assignment_id: uuid.UUID, given: QuestionnaireResponse, by: Authorship) -> Receipt:
    """Take the answer to an assignment: all of it with all that follows from it, or nothing.

    A second submit gets the first one's receipt. Raises InvalidResponse naming each item at fault, and DeadLink for an
    assignment that can no longer be answered. The caller tells anyone "received" only after its transaction committed.
    """
    authored = by.authored_at or clock.now()
    with together(session):
        return _submit(session, intake.take(session, assignment_id, authored, by.identifier), given, by, authored)


def _submit(
    session: Session, taken: Intake, given: QuestionnaireResponse, by: Authorship, authored: datetime
) -> Receipt:
    assignment = taken.assignment
    if taken.named and by.identifier is not None:
        return _again(session, by.identifier, assignment, given)
    if taken.answered and (first := response_to(session, assignment)) is not None:
        return Receipt(first, again=True)
    if not links.can_go_on(session, assignment, clock.now()):
        raise DeadLink
    instrument = instrument_of(session, assignment)
    if instrument is not None:
        given = complete(instrument.questionnaire, given, authored)
        refuse_invalid(tuple(validate(instrument.questionnaire, given, complete=True)))

    past = history.read_or_rebuild(session, assignment, taken.state)
    judged = judge(
        session,
        assignment,
        instrument,
        given,
        past,
        source=by.source,
        authored=authored,
        complete=True,
        has_decisions=taken.has_decisions,
    )

    response = store(session, assignment, given, judged, by, authored, status="completed")
    if judged.snapshot is not None:
        history.keep(session, assignment, taken.state, history.followed_by(past, judged.snapshot))
    if taken.has_evidence:
        worklist.settle_silence(session, assignment.id)
    if taken.begun and by.author != "patient":
        judge_abandoned(session, assignment, instrument, past)
    raise_judged(session, assignment, judged, response.id, by.actor)
    if taken.followed:  # dated back: later ones had another past
        judge_anew(session, assignment, authored, by.actor)
    assignments.complete(session, assignment, by.actor, has_messages=taken.has_messages)
    _ask_again(session, taken, judged.findings)
    if taken.begun:
        drafts.discard(session, assignment)
    return Receipt(response, again=False, findings=judged.findings)


def _ask_again(session: Session, taken: Intake, findings: tuple[Finding, ...]) -> None:
    """Plan what the answer asks for, or ask no more; most find nothing, after answers that asked for nothing."""
    if findings or taken.asks_again or taken.followed:
        afterwards.judged(session, taken.assignment, findings)


def response_to(session: Session, assignment: Assignment) -> Response | None:
    """Return the response that an assignment has, if it has one that counts."""
    return session.scalars(select(Response).where(Response.assignment_id == assignment.id, COUNTS)).first()


@metrics.counts_submissions
def submit_once(session: Session, assignment_id: uuid.UUID, given: QuestionnaireResponse, by: Authorship) -> Receipt:
    """Submit for a machine, which is told of everything that a page would pass over in kindness.

    The same identifier with the same answers is a retry and gets the first receipt. Raises Conflict for an identifier
    that stands on something else and for an assignment that is not open, AlreadyCompleted for a second response,
    NotFound for no assignment, and InvalidResponse.
    """
    try:
        receipt = submit(session, assignment_id, given, by)
    except DeadLink:
        raise Conflict("assignment") from None
    if receipt.again and not receipt.retried:
        raise AlreadyCompleted("assignment")
    return receipt


def _again(session: Session, identifier: Identifier, assignment: Assignment, given: QuestionnaireResponse) -> Receipt:
    """The receipt of the response that bears an identifier; raises Conflict unless its answers are these, or were."""
    first = find_by_identifier(session, assignment.tenant_id, identifier)
    if first is None or first.assignment_id != assignment.id or first.status == "entered-in-error":
        raise Conflict("identifier")
    instrument = instrument_of(session, assignment)
    whole = given if instrument is None else complete(instrument.questionnaire, given, first.authored_at)
    if not any(version.flat() in (given.flat(), whole.flat()) for version in versions_of(session, first)):
        raise Conflict("identifier")
    return Receipt(first, again=True, retried=True)
