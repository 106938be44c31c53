"""Making assignments when they open, sending their links, completing and expiring them."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import links
from prom.assignments.models import IS_OPEN, Assignment, Plan
from prom.assignments.timing import next_occurrence
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.config import Settings
from prom.db import new_id, update
from prom.messaging import outbox
from prom.messaging.models import Kind
from prom.messaging.queries import links_since
from prom.pathways.definition import Asked
from prom.pathways.models import Episode
from prom.pathways.queries import active_episode, episode, pathway
from prom.patients import phone
from prom.patients.queries import find_by_mobile, identity, mobile_of
from prom.staff.models import Unit
from prom.worklist.service import Origin, hold_episode

#: At most this many links on a patient's own request within the time below.
NEW_LINKS = 3
NEW_LINKS_WITHIN = timedelta(hours=1)


def plan_episode(session: Session, started: Episode) -> None:
    """Write down when each planned questionnaire of a new episode opens for the first time."""
    zone = _zone(session, started.unit_id)
    for asked in pathway(session, started.pathway_url, started.pathway_version).items:
        if asked.timing is None:
            continue
        day, opens_at = next_occurrence(asked.timing, started.anchor, zone, after=None)
        session.add(
            Plan(
                id=new_id(),
                tenant_id=started.tenant_id,
                patient_id=started.patient_id,
                episode_id=started.id,
                key=asked.key,
                next_day=day,
                next_opens_at=opens_at,
            )
        )
    session.flush()


def due_plans(session: Session, limit: int = 200) -> list[uuid.UUID]:
    """Return the ids of plans whose next assignment should have opened by now."""
    return list(
        session.scalars(
            select(Plan.id).where(Plan.next_opens_at <= clock.now()).order_by(Plan.next_opens_at).limit(limit)
        )
    )


def open_planned(session: Session, plan_id: uuid.UUID, settings: Settings) -> Assignment | None:
    """Make the plan's next assignment with its message, and move the plan on. Idempotent; None when nothing is due.

    An occurrence whose window is over already (Prom was down) is stored as expired and nobody is asked twice: the row
    stays as the trace of it.
    """
    plan = session.scalars(
        select(Plan).where(Plan.id == plan_id, Plan.next_opens_at <= clock.now()).with_for_update(skip_locked=True)
    ).first()
    if plan is None or plan.next_day is None or plan.next_opens_at is None:
        return None
    of = episode(session, plan.episode_id)
    asked = next(each for each in pathway(session, of.pathway_url, of.pathway_version).items if each.key == plan.key)
    if of.status != "active" or asked.timing is None:
        plan.next_day = plan.next_opens_at = None
        return None
    assignment = _make(
        session, of, asked, "planned", f"{plan.key}:{plan.next_day.isoformat()}", opens_at=plan.next_opens_at
    )
    zone = _zone(session, of.unit_id)
    plan.next_day, plan.next_opens_at = next_occurrence(asked.timing, of.anchor, zone, after=plan.next_day)
    if assignment.expires_at <= clock.now():
        assignment.status = "expired"
    else:
        send_link(session, assignment, "assignment", settings)
    return assignment


def assign(session: Session, of: Episode, asked: Asked, origin: str, actor: Actor) -> Assignment:
    """Make an assignment that opens now: she reports again, or a clinician records one."""
    return _make(session, of, asked, origin, f"{asked.key}:{new_id()}", actor=actor)


def _make(
    session: Session,
    of: Episode,
    asked: Asked,
    origin: str,
    occurrence: str,
    opens_at: datetime | None = None,
    actor: Actor = SYSTEM,
) -> Assignment:
    opens = opens_at or clock.now()
    assignment = Assignment(
        id=new_id(),
        tenant_id=of.tenant_id,
        patient_id=of.patient_id,
        episode_id=of.id,
        unit_id=of.unit_id,
        origin=origin,
        occurrence=occurrence,
        questionnaire=asked.questionnaire,
        rules=asked.rules,
        status="open",
        opens_at=opens,
        due_at=opens + asked.window.due,
        overdue_at=opens + asked.window.overdue,
        expires_at=opens + asked.window.expires,
        begun_expires_at=opens + asked.window.begun_expires,
        wrong_birth_dates=0,
    )
    session.add(assignment)
    session.flush()
    audit.about(session, actor, "assignment.open", assignment)
    return assignment


def send_link(session: Session, assignment: Assignment, kind: str, settings: Settings) -> None:
    """Put a message with its own link into the outbox. Without a mobile number there is none; silence finds her."""
    to = mobile_of(session, assignment.patient_id)
    if to is None:
        return
    of = episode(session, assignment.episode_id)
    words = pathway(session, of.pathway_url, of.pathway_version).texts["sms"]
    language = identity(session, assignment.patient_id).language
    link = links.address(settings.public_address, links.mint(session, assignment))
    # The first message of an assignment has a key that only one can hold; a link asked for again is another message.
    key = f"{kind}:{assignment.id}" if kind == "assignment" else f"{kind}:{new_id()}"
    outbox.put(
        session,
        tenant_id=assignment.tenant_id,
        kind=kind,
        key=key,
        to=to,
        body=words.read(language)[0].replace("{link}", link),
        patient_id=assignment.patient_id,
        assignment_id=assignment.id,
        expires_at=assignment.begun_expires_at,
    )


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
        send_link(session, assignment, "new-link", settings)


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
        outbox.cancel(session, assignment.id)
    audit.about(session, actor, "assignment.complete", assignment)


def reopen(session: Session, assignment: Assignment, actor: Actor) -> None:
    """Note that its response was entered in error: a planned one can be answered again while its window lasts.

    If nobody does, that is silence anew, also where an earlier silence was settled by the wrong answer.
    """
    assignment.completed_at = assignment.silence_raised_at = None
    ends = assignment.begun_expires_at
    assignment.status = "open" if assignment.origin != "staff" and clock.now() < ends else "cancelled"
    session.flush()
    audit.about(session, actor, "assignment.reopen", assignment)


def expire(session: Session, assignment: Assignment) -> None:
    """Close an assignment that nobody answered in its window."""
    assignment.status = "expired"
    session.flush()
    outbox.cancel(session, assignment.id)
    audit.about(session, SYSTEM, "assignment.expire", assignment)


def silent(session: Session, limit: int = 200) -> list[uuid.UUID]:
    """Return the ids of open assignments past due that are not on the call list yet."""
    return list(
        session.scalars(
            select(Assignment.id)
            .where(
                IS_OPEN,
                Assignment.origin != "staff",
                Assignment.overdue_at <= clock.now(),
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


def _zone(session: Session, unit_id: uuid.UUID) -> ZoneInfo:
    return ZoneInfo(session.get_one(Unit, unit_id).zone)
