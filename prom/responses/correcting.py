"""Correcting what was stored: amended or entered in error, and everything that came after judged anew."""

from datetime import datetime

from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import afterwards
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.errors import Conflict, PreconditionFailed
from prom.responses import drafts, history
from prom.responses.completing import complete
from prom.responses.judging import instrument_of, judge
from prom.responses.models import WHOLE, Response
from prom.responses.raising import raise_judged
from prom.responses.storing import Authorship, changed, refuse_invalid, replace
from prom.worklist import service as worklist
from questionnaires.answers import QuestionnaireResponse
from questionnaires.validation import validate


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
    authored = by.authored_at or response.authored_at
    if instrument is not None:
        given = complete(instrument.questionnaire, given, authored)
        refuse_invalid(tuple(validate(instrument.questionnaire, given, complete=True)))
    since = min(authored, response.authored_at)
    # Scored here; what it raises is found when it and all that followed are judged in their order, below.
    judged = judge(
        session, assignment, instrument, given, history.EMPTY, source=by.source, authored=authored, complete=True
    )
    replace(session, response, given, judged, by, authored)
    judge_anew(session, assignment, since, by.actor)
    audit.about(session, by.actor, "response.amend", response)


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
    changed(response)
    session.flush()
    worklist.withdraw(session, response.id, actor)
    worklist.leave_to(session, assignment.id, response.id)
    judge_anew(session, assignment, response.authored_at, actor, in_error=assignment)
    assignments.reopen(session, assignment, actor)
    audit.about(session, actor, "response.enter-in-error", response)


def judge_anew(
    session: Session, assignment: Assignment, since: datetime, actor: Actor, *, in_error: Assignment | None = None
) -> None:
    """Rebuild the state without what was wrong, and hold every later response against the right past.

    `in_error` is the assignment whose answer counts no more: what that had asked for is taken back.
    """
    rows, found = history.responses_in(session, assignment), []
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
        raised = raise_judged(session, own, judged, row.id, actor, anew=True)
        withdrawn = worklist.withdraw(session, row.id, actor, keep=judged.findings)
        found.append((own, judged.findings))
        if raised or withdrawn:  # what it asks its patient to do is another now: whoever asks what is new must see it
            row.updated_at = clock.now()
        row.rechecked_at = None  # the auditor looks at it again
    afterwards.judged_anew(session, assignment.episode_id, found, in_error)
    history.keep(session, assignment, history.state_of(session, assignment), history.rebuilt(session, rows))
