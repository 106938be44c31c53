"""Making, completing and expiring assignments.

`planning.py` says when each thing opens, and `opening.py` opens it; both are offered here too: callers know one door.
"""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import links, same
from prom.assignments.models import IS_OPEN, Assignment
from prom.assignments.opening import due_plans, open_due, open_planned, open_together
from prom.assignments.planning import plan_episode
from prom.assignments.rows import row, store
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.config import Settings
from prom.db import new_id, update
from prom.messaging import outbox
from prom.messaging.models import Kind
from prom.messaging.outbox import Letter
from prom.messaging.queries import links_since
from prom.pathways.definition import Asked
from prom.pathways.models import Episode
from prom.pathways.queries import active_episode, pathway
from prom.patients import phone
from prom.patients.queries import find_by_mobile
from prom.worklist.service import Origin, hold_episode

__all__ = [
    "answerable",
    "assign",
    "begin",
    "complete",
    "due_plans",
    "expire",
    "is_locked_out",
    "is_over",
    "lock",
    "open_due",
    "open_planned",
    "open_together",
    "origin_of",
    "over",
    "plan_episode",
    "reopen",
    "report_again",
    "send_links",
    "send_new_links",
    "silent",
    "store",
]

#: At most this many links on a patient's own request within the time below.
NEW_LINKS = 3
NEW_LINKS_WITHIN = timedelta(hours=1)


def assign(session: Session, of: Episode, asked: Asked, origin: str, actor: Actor) -> Assignment:
    """Make an assignment that opens now: she reports again, or a clinician records one."""
    made = row(of, asked, origin, f"{asked.key}:{new_id()}", clock.now())
    store(session, [made], actor)
    return made


def send_new_links(session: Session, tenant_id: uuid.UUID, given_phone: str, settings: Settings) -> None:
    """Answer "send me a new link": write to the number if it is registered, and tell nobody whether it was.

    Each patient of the number gets a link to what she is asked at present, or to a report on her own initiative.
    Raises Invalid for what is no mobile number.
    """
    for patient in find_by_mobile(session, tenant_id, phone.mobile(given_phone)):
        of = active_episode(session, patient.id)
        if of is not None:
            hold_episode(session, of.id)  # two requests at once would both find that nothing was sent yet
        if of is None or is_locked_out(session, patient.id):
            continue  # after five wrong birth dates the clinic was told, and calls her
        if links_since(session, patient.id, clock.now() - NEW_LINKS_WITHIN, [Kind.NEW_LINK]) >= NEW_LINKS:
            continue
        assignment = answerable(session, patient.id) or report_again(session, of, Actor("patient"))
        send_links(session, [assignment], "new-link", settings)


def send_links(session: Session, to: Sequence[Assignment], kind: str, _settings: Settings | None = None) -> None:
    """Put a message into the outbox for each assignment; its words, with a link of its own, are made as it is sent."""
    outbox.put_all(
        session,
        [
            Letter(
                tenant_id=each.tenant_id,
                kind=kind,
                # An assignment's first message has a key that only one can hold; a link asked for again is another one.
                key=f"{kind}:{each.id}" if kind == "assignment" else f"{kind}:{new_id()}",
                patient_id=each.patient_id,
                unit_id=each.unit_id,
                assignment_id=each.id,
                expires_at=each.begun_expires_at,
            )
            for each in to
        ],
    )


def is_locked_out(session: Session, patient_id: uuid.UUID) -> bool:
    """Whether one of the patient's assignments is locked after wrong birth dates, for as long as its window lasts."""
    locked = select(Assignment.id).where(
        Assignment.patient_id == patient_id,
        Assignment.locked_at.is_not(None),
        Assignment.begun_expires_at > clock.now(),
    )
    return session.scalars(locked).first() is not None


def report_again(session: Session, of: Episode, actor: Actor) -> Assignment:
    """Make what "I am worse: report again" asks."""
    asked = pathway(session, of.pathway_url, of.pathway_version).on_demand
    return assign(session, of, asked, "patient", actor)


def answerable(session: Session, patient_id: uuid.UUID) -> Assignment | None:
    """Return the patient's newest assignment that can be answered now and is hers to answer."""
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.patient_id == patient_id, IS_OPEN, Assignment.origin != "staff")
        .order_by(Assignment.opens_at.desc(), Assignment.id.desc())
    )
    return next((row for row in rows if links.is_answerable(row, clock.now())), None)


def lock(session: Session, assignment_id: uuid.UUID) -> Assignment:
    """Return an assignment, locked until the transaction ends: two submits of it come one after the other."""
    # Not FOR UPDATE: rows that only point at it, such as a visit, may be written meanwhile.
    return session.get_one(Assignment, assignment_id, with_for_update={"key_share": True}, populate_existing=True)


def begin(assignment: Assignment) -> None:
    """Note the first saved answer: a begun assignment stays open longer."""
    assignment.begun_at = assignment.begun_at or clock.now()


def complete(session: Session, assignment: Assignment, actor: Actor, *, has_messages: bool = True) -> None:
    """Note that it is answered, and take back what was not sent yet; `has_messages` is False where none is there."""
    update(session, assignment, status="completed", completed_at=clock.now())
    if has_messages:
        outbox.cancel(session, assignment.id, "answered")
    audit.about(session, actor, "assignment.complete", assignment)
    if assignment.origin != "planned":
        same.answered(session, assignment)


def reopen(session: Session, assignment: Assignment, actor: Actor) -> None:
    """Note that its response was entered in error: a planned one can be answered again while its window lasts.

    If nobody does, that is silence anew, also where an earlier silence was settled by the wrong answer.
    """
    assignment.completed_at = assignment.silence_raised_at = assignment.silence_checked_at = None
    ends = assignment.begun_expires_at
    assignment.status = "open" if assignment.origin != "staff" and clock.now() < ends else "cancelled"
    session.flush()
    audit.about(session, actor, "assignment.reopen", assignment)


def expire(session: Session, assignment: Assignment) -> None:
    """Close an assignment that nobody answered in its window."""
    assignment.status = "expired"
    assignment.silence_checked_at = None  # rules that wait longer than the first look are judged now
    session.flush()
    outbox.cancel(session, assignment.id, "expired")
    audit.about(session, SYSTEM, "assignment.expire", assignment)


def silent(session: Session, limit: int = 200) -> list[uuid.UUID]:
    """Return the ids of open assignments past due that are not on the call list yet, but for those in a pause."""
    now = clock.now()
    return list(
        session.scalars(
            select(Assignment.id)
            .join(Episode, Episode.id == Assignment.episode_id)
            .where(
                IS_OPEN,
                or_(Episode.paused_until.is_(None), Episode.paused_until <= now),
                Assignment.origin != "staff",
                Assignment.overdue_at <= now,
                Assignment.silence_raised_at.is_(None),
            )
            .order_by(Assignment.overdue_at)
            .limit(limit)
        )
    )


def over(session: Session, limit: int = 200) -> list[uuid.UUID]:
    """Return the ids of open assignments whose window has ended: the longer one for those that were begun."""
    now = clock.now()
    untouched = Assignment.begun_at.is_(None) & (Assignment.expires_at <= now)
    return list(
        session.scalars(
            select(Assignment.id)
            .where(IS_OPEN, untouched | (Assignment.begun_expires_at <= now))
            .order_by(Assignment.expires_at)
            .limit(limit)
        )
    )


def is_over(assignment: Assignment) -> bool:
    """Whether an assignment is still open although its window has ended."""
    ends = assignment.expires_at if assignment.begun_at is None else assignment.begun_expires_at
    return assignment.status == "open" and min(ends, assignment.begun_expires_at) <= clock.now()


def origin_of(assignment: Assignment, response_id: uuid.UUID | None = None) -> Origin:
    """Return what the worklist needs to know of where findings come from."""
    return Origin(
        tenant_id=assignment.tenant_id,
        patient_id=assignment.patient_id,
        episode_id=assignment.episode_id,
        unit_id=assignment.unit_id,
        assignment_id=assignment.id,
        response_id=response_id,
    )
