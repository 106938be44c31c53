"""Asking now, beside the plan: a clinician, a machine, or she herself. What is open of the same is not asked twice."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.courses import JUST_NOW
from prom.assignments.links import is_answerable, is_paused
from prom.assignments.models import IS_OPEN, Assignment, Plan
from prom.assignments.opening import open_together
from prom.assignments.rows import brings, letters, row, store
from prom.assignments.same import asks, course_of, pass_over, planned
from prom.audit.service import Actor
from prom.db import new_id
from prom.errors import Conflict, NotFound
from prom.messaging import outbox
from prom.pathways.definition import Asked
from prom.pathways.models import Episode
from prom.pathways.queries import pathway as pathway_of
from prom.worklist.service import hold_episode


def ask_now(session: Session, episode: Episode, key: str, actor: Actor, origin: str) -> Assignment:
    """Ask one of the pathway's questionnaires now, by its key; she gets a message unless she asked herself.

    `origin`: clinician, patient or machine. Raises NotFound for an unknown key, Conflict for an episode that has ended
    or is paused (she would be told nothing of it), or where the same can be answered already.
    """
    known = pathway_of(session, episode.pathway_url, episode.pathway_version).asked
    asked = next((each for each in known if each.key == key), None)
    if asked is None:
        raise NotFound("key")
    refuse_to_ask(session, episode, asked, clock.now(), by_herself=origin == "patient")
    return ask(session, episode, asked, actor, origin, clock.now(), str(new_id()))


def ask(
    session: Session, of: Episode, asked: Asked, actor: Actor, origin: str, opens: datetime, name: str
) -> Assignment:
    """Make the form that opens at an instant, with its messages unless she asked herself; nothing is refused here.

    What a plan would ask of the same right after it is passed over.
    """
    made = row(of, asked, origin, f"{asked.key}:{name}", opens)
    store(session, [made], actor)
    if origin == "patient":
        return made
    outbox.put_all(session, letters(made, asked, opens))
    if opens <= clock.now() and brings(asked):
        pass_over(session, of, asked)
    return made


def refuse_to_ask(session: Session, of: Episode, asked: Asked, opens: datetime, *, by_herself: bool = False) -> None:
    """Raise Conflict where something speaks against asking at an instant: `episode`, `pause`, or `assignment`.

    The last where a form of the same is open in that window, or the plan asks the same then. The episode is held
    afterwards: two at once would both find nothing.
    """
    if of.status == "ended":
        raise Conflict("episode")
    if not by_herself and is_paused(of, opens):
        raise Conflict("pause")
    hold_what_is_due(session, of, asked)
    ends = opens + asked.window.expires
    for each in open_forms(session, of, asked):
        if each.unit_id == of.unit_id and each.opens_at < ends and _ends(each) > opens:
            raise Conflict("assignment")
    if opens > clock.now() and _is_planned(session, of, asked, opens):
        raise Conflict("plan")


def hold_what_is_due(session: Session, of: Episode, asked: Asked) -> None:
    """Hold an episode, and open what its plans ask of the same by now: the sweep may be a moment late."""
    hold_episode(session, of.id)
    items = planned(session, of, asked)
    if not items or is_paused(of, clock.now()):
        return
    due = select(Plan.id).where(Plan.episode_id == of.id, Plan.key.in_(items), Plan.next_opens_at <= clock.now())
    # Locked, and so waited for: a worker that is opening it in this moment must be seen.
    found = session.scalars(due.order_by(Plan.id).with_for_update()).all()
    if found:
        open_together(session, found)


def open_forms(session: Session, of: Episode, asked: Asked) -> list[Assignment]:
    """Return a patient's open forms that ask the same, in any episode, also those that open later; newest first."""
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.patient_id == of.patient_id, IS_OPEN, Assignment.locked_at.is_(None))
        .order_by(Assignment.opens_at.desc(), Assignment.id.desc())
    )
    return [each for each in rows if asks(each, asked)]


def answerable_forms(session: Session, of: Episode, asked: Asked) -> list[Assignment]:
    """Return those that can be answered now, begun ones first."""
    found = [each for each in open_forms(session, of, asked) if is_answerable(each, clock.now())]
    return sorted(found, key=lambda each: each.begun_at is None)


def _ends(form: Assignment) -> datetime:
    return form.begun_expires_at if form.begun_at is not None else form.expires_at


def _is_planned(session: Session, of: Episode, asked: Asked, opens: datetime) -> bool:
    """Whether a plan's own form of the same would be open at an instant, or opens right after it."""
    items = planned(session, of, asked)
    plans = select(Plan).where(Plan.episode_id == of.id, Plan.key.in_(items), Plan.next_opens_at.is_not(None))
    for plan in session.scalars(plans):
        item = items[plan.key]
        course = course_of(session, of, item)
        if course is None or plan.next_day is None or plan.next_opens_at is None:
            continue
        for each in course.ahead(plan.next_day, plan.next_opens_at):
            if each.instant > opens + JUST_NOW:
                break
            if each.instant + item.window.expires > opens:
                return True
    return False
