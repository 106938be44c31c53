"""How an episode ends, and how everything about a person is stopped for good."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import case, null, select, text, update
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.models import IS_OPEN as ASSIGNMENT_IS_OPEN
from prom.assignments.models import Assignment, Plan
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.errors import Conflict, Invalid, NotFound
from prom.messaging import outbox
from prom.messaging.models import IS_OPEN, STOPPED, Kind, Message, State
from prom.messaging.outbox import Letter
from prom.pathways.models import Episode
from prom.pathways.service import end_episode
from prom.patients import sealing
from prom.patients.models import Patient
from prom.worklist.service import hold_episode

END_REASONS = ("finished", "withdrawn", "died", "moved", "error")
#: Nobody is told that nobody reads any more, and a form that was begun is judged no more.
WITHOUT_WORDS = ("died", "error")
#: For how long it is worth saying that nobody reads any more.
ENDED_LASTS = timedelta(days=7)
#: How often the locks are begun anew.
TRIES = 5
#: What goes to staff about a patient, and goes on when she is stopped.
TO_STAFF = (Kind.ON_CALL.value, Kind.STAFF.value)


def end(session: Session, episode: Episode, reason: str, actor: Actor) -> None:
    """End an episode: what is open is cancelled, nothing more is planned, and she is told that nobody reads any more.

    Not told where she died or the episode was an error. A form that she has begun is judged on what it holds by the
    next sweep. Raises Invalid for an unknown reason, Conflict for one that has ended.
    """
    if reason not in END_REASONS:
        raise Invalid("reason")
    if episode.status == "ended":
        raise Conflict("episode")
    found = _hold(session, episode)
    session.execute(
        update(Plan)
        .where(Plan.episode_id == episode.id, Plan.next_opens_at.is_not(None))
        .values(next_day=None, next_opens_at=None)
    )
    cancelled = [str(each.id) for each in found if _close(session, each, reason, actor)]
    sealing.seal(session, episode, "end", {**end_document(session, episode), "reason": reason, "cancelled": cancelled})
    end_episode(session, episode, actor)
    if reason not in WITHOUT_WORDS:
        outbox.put(session, _nobody_reads(episode))


def end_document(session: Session, episode: Episode) -> dict[str, Any]:
    """Return what is kept sealed of an episode's end: reason, what was cancelled by it, and ends that were undone."""
    return sealing.open_column(session, episode, "end") if episode.end_sealed is not None else {}


def _hold(session: Session, episode: Episode) -> Sequence[Assignment]:
    """Lock an episode's open assignments, itself and its plans, in the order in which everybody does.

    What the opening sweep has made meanwhile may be held by her who answers it and waits for the episode, which we
    have: so all is let go, and locked from the beginning. Raises Conflict where that happens again and again.
    """
    known = session.info.get("held_episodes")
    for _ in range(TRIES):
        attempt = session.begin_nested()
        found = session.scalars(
            select(Assignment)
            .where(Assignment.episode_id == episode.id, ASSIGNMENT_IS_OPEN)
            .order_by(Assignment.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).all()
        hold_episode(session, episode.id)
        session.execute(select(Plan.id).where(Plan.episode_id == episode.id).order_by(Plan.id).with_for_update())
        present = select(Assignment.id).where(Assignment.episode_id == episode.id, ASSIGNMENT_IS_OPEN)
        if set(session.scalars(present)) <= {each.id for each in found}:
            attempt.commit()
            return found
        attempt.rollback()
        session.info["held_episodes"] = known
    raise Conflict("episode")


def _close(session: Session, assignment: Assignment, reason: str, actor: Actor) -> bool:
    """Cancel an open assignment; one that was begun ends now instead, and the sweep judges it. Returns which it was."""
    is_cancelled = assignment.begun_at is None or reason in WITHOUT_WORDS
    if is_cancelled:
        assignment.status = "cancelled"
        audit.about(session, actor, "assignment.cancel", assignment)
    else:
        assignment.begun_expires_at = min(assignment.begun_expires_at, clock.now())
    session.flush()
    outbox.cancel(session, assignment.id, "stopped" if reason == "died" else "ended")
    return is_cancelled


def _nobody_reads(episode: Episode) -> Letter:
    return Letter(
        tenant_id=episode.tenant_id,
        kind=Kind.ENDED,
        key=f"{Kind.ENDED.value}:{episode.id}",
        patient_id=episode.patient_id,
        unit_id=episode.unit_id,
        expires_at=clock.now() + ENDED_LASTS,
    )


def stop_person(session: Session, patient_id: uuid.UUID, reason: str, actor: Actor) -> None:
    """Stop everything about a patient for good, such as at her death (`died`): nothing is asked or sent any more.

    A second time changes nothing. Raises NotFound.
    """
    patient = session.get(Patient, patient_id, with_for_update={"key_share": True}, populate_existing=True)
    if patient is None:
        raise NotFound("patient")
    if patient.stopped_at is not None:
        return
    active = select(Episode).where(Episode.patient_id == patient_id, Episode.status == "active").order_by(Episode.id)
    for episode in session.scalars(active).all():
        end(session, episode, "died" if reason == "died" else "withdrawn", actor)
    sealing.seal(session, patient, "stop", {"reason": reason})
    patient.stopped_at = clock.now()
    session.flush()
    _send_nothing(session, patient_id)
    audit.record(
        session,
        actor,
        "patient.stop",
        tenant_id=patient.tenant_id,
        entity="patient",
        entity_id=patient_id,
        subjects=[patient_id],
    )


def _send_nothing(session: Session, patient_id: uuid.UUID) -> None:
    # What may be at the vendor already keeps its words: by them it is found there, and erased.
    words = case((Message.state == State.PENDING.value, null()), else_=Message.letter_sealed)
    session.execute(
        update(Message)
        .where(Message.patient_id == patient_id, text(IS_OPEN), Message.kind.not_in(TO_STAFF))
        .values(state=State.CANCELLED.value, settled_at=clock.now(), failure=STOPPED, letter_sealed=words)
    )
