"""A death that was registered by mistake: she is asked again from now on, and nothing is sent for the time between."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.ending import end_document
from prom.assignments.models import Assignment
from prom.assignments.planning import replan
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.errors import Conflict, Invalid, NotFound
from prom.messaging import outbox
from prom.pathways.models import Episode
from prom.patients import sealing
from prom.patients.models import Patient
from prom.worklist.service import hold_episode


def restore_person(session: Session, patient_id: uuid.UUID, why: str, actor: Actor) -> None:
    """Take back that a patient was stopped: her episodes go on as after a pause that lasted from the stop until now.

    What was withdrawn then and can be answered still is open again; what she had begun is judged by the next sweep
    where its window is over. Of the messages that were cancelled only reminders come back, whose time is still ahead.
    If a register still tells of her death she is stopped again. Raises Invalid without a reason (`why`, in words, kept
    sealed), Conflict for one who is not stopped.
    """
    if not why.strip():
        raise Invalid("why")
    patient = session.get(Patient, patient_id, with_for_update={"key_share": True}, populate_existing=True)
    if patient is None:
        raise NotFound("patient")
    if patient.stopped_at is None:
        raise Conflict("patient")
    ended = select(Episode).where(Episode.patient_id == patient_id, Episode.status == "ended").order_by(Episode.id)
    died = [each for each in session.scalars(ended).all() if end_document(session, each).get("reason") == "died"]
    for episode in died:
        _restore(session, episode, why.strip(), actor)
    patient.stopped_at = patient.stop_sealed = None
    session.flush()
    audit.record(
        session,
        actor,
        "patient.restore",
        tenant_id=patient.tenant_id,
        entity="patient",
        entity_id=patient_id,
        subjects=[patient_id],
    )


def _restore(session: Session, episode: Episode, why: str, actor: Actor) -> None:
    document = end_document(session, episode)
    withdrawn = _hold(session, [uuid.UUID(each) for each in document.get("cancelled", [])])
    hold_episode(session, episode.id)
    now, ended_at = clock.now(), episode.ended_at or clock.now()
    undone = {"why": why, "at": now.isoformat(), "ended": ended_at.isoformat()}
    sealing.seal(session, episode, "end", {"reason": None, "undone": [*document.get("undone", []), undone]})
    episode.status, episode.ended_at = "active", None
    ran_on = episode.paused_until is not None and episode.paused_until >= ended_at
    episode.paused_from = episode.paused_from if ran_on else ended_at
    episode.paused_until = max(now, episode.paused_until or now)
    if episode.pause_sealed is None:
        sealing.seal(session, episode, "pause", {"reason": "other"})
    reopened: list[uuid.UUID] = []
    for each in withdrawn:
        if each.status == "cancelled" and (each.begun_at is not None or now < each.expires_at):
            each.status = "open"
            session.flush()
            audit.about(session, actor, "assignment.reopen", each)
            reopened.append(each.id)
    outbox.bring_back_reminders(session, reopened)
    replan(session, episode)
    audit.about(session, actor, "episode.restore", episode)


def _hold(session: Session, ids: Sequence[uuid.UUID]) -> Sequence[Assignment]:
    wanted = select(Assignment).where(Assignment.id.in_(ids)).order_by(Assignment.id)
    return session.scalars(wanted.with_for_update(key_share=True)).all() if ids else []
