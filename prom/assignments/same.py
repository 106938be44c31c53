"""One question has one open form for each patient: what follows where two forms would ask her the same.

The same is the same questionnaire judged by the same rules, in whatever versions, asked of the same kind of person.
"""

import uuid
from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from prom import bulk, clock
from prom.assignments.before import question_of
from prom.assignments.courses import JUST_NOW, Course, due
from prom.assignments.models import IS_OPEN, UNPLANNED, Assignment, Plan, Visit
from prom.assignments.planning import known_anchors, stand_at
from prom.assignments.rows import ASSIGNMENT, asked_at, brings, subject
from prom.audit import service as audit
from prom.audit.service import SYSTEM
from prom.db import new_id
from prom.messaging import outbox
from prom.pathways.definition import Asked
from prom.pathways.models import Episode
from prom.pathways.queries import pathway as pathway_of
from prom.staff.models import Unit
from prom.worklist.service import settle_silence


def asks(form: Assignment, asked: Asked) -> bool:
    """Whether a form asks the same as something of a pathway."""
    the_same = question_of(form.questionnaire, form.rules) == question_of(asked.questionnaire, asked.rules)
    return the_same and (form.origin != "staff") == brings(asked)


def answered(session: Session, form: Assignment) -> None:
    """Ask no more what was answered in another form; the caller holds the form and its episode.

    Forms of the same question at the same unit that nobody has begun are closed, but whoever stands before their first
    question can go on; and what a plan would ask within JUST_NOW is passed over where another form than the plan's was
    answered. What somebody holds in this moment is left to her.
    """
    if form.origin == "staff":
        return
    others = select(Assignment).where(
        Assignment.patient_id == form.patient_id,
        Assignment.id != form.id,
        IS_OPEN,
        Assignment.begun_at.is_(None),
        Assignment.opens_at <= clock.now(),
    )
    found = {each.id for each in session.scalars(others) if ask_the_same(each, form)}
    for each in _close(session, found, "answered", begun_too=False):
        if each.episode_id == form.episode_id:  # another's alerts are not held here
            settle_silence(session, each.id)
    if form.origin != "planned":
        pass_over(session, session.get_one(Episode, form.episode_id), form)


def supersede(session: Session, patient_ids: Collection[uuid.UUID]) -> None:
    """Close what these patients, a clinician or a machine had opened where a plan has now opened the same question.

    She would have two forms else, each with its reminders. A form that was begun, or before whose first question
    somebody stands, ends now and is judged on what it holds; whoever is in the middle of it can go on for a while.
    """
    newer = aliased(Assignment)
    pairs = session.execute(
        select(Assignment, newer)
        .join(newer, newer.patient_id == Assignment.patient_id)
        .where(
            IS_OPEN,
            UNPLANNED,
            bulk.among(session, Assignment.patient_id, patient_ids),
            Assignment.opens_at <= clock.now(),
        )
        .where(newer.status == "open", newer.origin == "planned", newer.opens_at >= Assignment.opens_at)
    )
    found = {older.id for older, planned in pairs if ask_the_same(older, planned)}
    _close(session, found, "cancelled", begun_too=True)


def _close(session: Session, form_ids: Collection[uuid.UUID], why: str, *, begun_too: bool) -> Sequence[Assignment]:
    """Close what can be had of some forms, and return it; whoever stands before the first question can go on."""
    stood_before = set(session.scalars(visited().where(Visit.assignment_id.in_(form_ids)))) if form_ids else set()
    found = [each for each in held(session, form_ids) if begun_too or each.begun_at is None]
    for each in found:
        close(session, each, why, is_visited=each.id in stood_before)
    return found


def visited() -> Select[uuid.UUID]:
    """Return the query for the forms that somebody has open in this moment, her birth date confirmed."""
    return select(Visit.assignment_id).where(Visit.confirmed_at.is_not(None), Visit.expires_at > clock.now())


def ask_the_same(one: Assignment, other: Assignment) -> bool:
    """Whether two forms of a patient ask the same on behalf of the same unit."""
    return (
        one.unit_id == other.unit_id
        and (one.origin == "staff") == (other.origin == "staff")
        and question_of(one.questionnaire, one.rules) == question_of(other.questionnaire, other.rules)
    )


def held(session: Session, form_ids: Collection[uuid.UUID]) -> Sequence[Assignment]:
    """Lock those of some forms that are open still, and pass over what somebody holds in this moment."""
    if not form_ids:
        return []
    return session.scalars(
        select(Assignment)
        .where(Assignment.id.in_(form_ids), IS_OPEN)
        .order_by(Assignment.id)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def close(session: Session, form: Assignment, why: str, *, is_visited: bool = False) -> None:
    """Close a form that the caller holds, because another one asks the same; `why` stands in the contact log.

    One that was begun, or that somebody has open (`is_visited`), ends now instead.
    """
    if form.begun_at is None and not is_visited:
        form.status = "cancelled"
        audit.about(session, SYSTEM, "assignment.cancel", form)
    else:
        form.expires_at = min(form.expires_at, clock.now())
        form.begun_expires_at = min(form.begun_expires_at, clock.now())
    session.flush()
    outbox.cancel(session, form.id, why)


def planned(session: Session, of: Episode, like: Asked | Assignment) -> dict[str, Asked]:
    """Return by key what an episode's pathway asks of the same by plan."""
    items = pathway_of(session, of.pathway_url, of.pathway_version).items
    question = question_of(like.questionnaire, like.rules)
    return {each.key: each for each in items if question_of(each.questionnaire, each.rules) == question}


def pass_over(session: Session, of: Episode, like: Asked | Assignment) -> None:
    """Write down as not asked what plans of an episode would ask of the same within JUST_NOW, and move them on."""
    items = planned(session, of, like)
    if not items:
        return
    soon = clock.now() + JUST_NOW
    plans = select(Plan).where(Plan.episode_id == of.id, Plan.key.in_(items), Plan.next_opens_at <= soon)
    for plan in session.scalars(plans.order_by(Plan.id).with_for_update()).all():
        _pass_over(session, of, plan, items[plan.key])


def _pass_over(session: Session, of: Episode, plan: Plan, asked: Asked) -> None:
    course = course_of(session, of, asked)
    if course is None or plan.next_day is None or plan.next_opens_at is None:
        return
    found = due(course, plan.next_day, plan.next_opens_at, clock.now() + JUST_NOW)
    for each in found.occurrences:
        columns = asked_at(asked, "planned", f"{plan.key}:{each.name}", each.instant, "cancelled")
        passed = Assignment(**dict(zip(ASSIGNMENT, (new_id(), *subject(of), *columns), strict=True)))
        session.add(passed)
        session.flush()
        audit.about(session, SYSTEM, "assignment.cancel", passed)
    plan.opened += len(found.occurrences)
    stand_at(plan, found.following)
    session.flush()


def course_of(session: Session, of: Episode, asked: Asked) -> Course | None:
    """Return when an item of an episode's pathway is asked; None for what no plan asks."""
    if asked.timing is None:
        return None
    zone = ZoneInfo(session.get_one(Unit, of.unit_id).zone)
    pathway = pathway_of(session, of.pathway_url, of.pathway_version)
    return Course(asked.timing, known_anchors(session, of, pathway), zone)
