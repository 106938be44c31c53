"""What nobody sent: silence past due, a window that ends, and begun forms, which are judged on what they hold."""

import uuid

from sqlalchemy.orm import Session

from alerts.observation import History
from prom import clock
from prom.assignments import afterwards, links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.assignments.service import origin_of
from prom.audit.service import SYSTEM
from prom.catalogue.queries import Instrument
from prom.pathways.models import Episode
from prom.responses import drafts, history
from prom.responses.judging import Judged, instrument_of, judge, judge_silence
from prom.responses.raising import raise_judged
from prom.responses.storing import Authorship, store
from prom.worklist import service as worklist


def raise_silence(session: Session, assignment_id: uuid.UUID) -> bool:
    """Put a patient who has not answered in time on the call list, once, but not in a pause.

    Returns whether it was to be done.
    """
    assignment = assignments.lock(session, assignment_id)
    if assignment.status != "open" or assignment.silence_raised_at is not None or _is_paused(session, assignment):
        return False
    findings = judge_silence(session, assignment, begun=assignment.begun_at is not None)
    worklist.raise_alerts(session, origin_of(assignment), findings)
    assignment.silence_raised_at = clock.now()
    return True


def expire(session: Session, assignment_id: uuid.UUID) -> bool:
    """Close an assignment whose window is over; one that was begun is stored and judged on what it holds.

    Silence over a window that ends in a pause is nobody's: nothing was expected of her.
    """
    assignment = assignments.lock(session, assignment_id)
    if not assignments.is_over(assignment) or links.is_being_answered(session, assignment, clock.now()):
        return False
    begun = drafts.of_assignment(session, assignment)
    if begun is not None:
        _judge_begun(session, assignment, begun)
    if not _is_paused(session, assignment):
        # Once more, for the rules that wait longer than the first look at silence; what that raised already is not new.
        findings = judge_silence(session, assignment, begun=begun is not None)
        worklist.raise_alerts(session, origin_of(assignment), findings)
        assignment.silence_raised_at = assignment.silence_raised_at or clock.now()
    assignments.expire(session, assignment)
    return True


def _is_paused(session: Session, assignment: Assignment) -> bool:
    """Whether she is paused now, as the row stands when the assignment is held: no pause that begins is overlooked."""
    episode = session.get_one(Episode, assignment.episode_id, populate_existing=True)
    return links.is_paused(episode, clock.now())


def _judge_begun(session: Session, assignment: Assignment, begun: drafts.Opened) -> None:
    worklist.hold_episode(session, assignment.episode_id)
    past = history.read_or_rebuild(session, assignment, history.state_of(session, assignment))
    judged = _judge_draft(session, assignment, instrument_of(session, assignment), past, begun)
    by = Authorship("patient", SYSTEM, begun.language)
    response = store(session, assignment, begun.response, judged, by, begun.saved_at, status="in-progress")
    raise_judged(session, assignment, judged, response.id)
    afterwards.judged(session, assignment, judged.findings)
    drafts.discard(session, assignment)


def judge_abandoned(session: Session, assignment: Assignment, instrument: Instrument | None, past: History) -> None:
    """Somebody else has answered for her: what she had typed herself is judged before her begun form goes."""
    begun = drafts.of_assignment(session, assignment)
    if begun is not None:
        raise_judged(session, assignment, _judge_draft(session, assignment, instrument, past, begun))


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
