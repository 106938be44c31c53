"""What an answer asks for: one more question the next day, until what was found is gone.

The plan of such a question (`after:<key>`) remembers the assignment whose answer asked for it, so that a correction can
take it back, and counts how often it was asked in a row.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from prom import clock
from prom.assignments import same
from prom.assignments.models import IS_OPEN, Assignment, Plan
from prom.assignments.planning import new_plan, stand_at
from prom.assignments.timing import DAY, Occurrence, instant_of
from prom.audit import service as audit
from prom.audit.service import SYSTEM
from prom.messaging import outbox
from prom.pathways.definition import AfterAnswer, Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import pathway as pathway_of
from prom.staff.models import Unit


def judged(session: Session, assignment: Assignment, findings: Iterable[Finding]) -> None:
    """Do what `plan_after` does, by the pathway that the assignment's episode is on."""
    of = session.get_one(Episode, assignment.episode_id)
    runs = plan_after(session, assignment, findings, pathway_of(session, of.pathway_url, of.pathway_version))
    if runs and assignment.status == "completed" and assignment.origin == "planned":
        same.answered(session, assignment)  # what the earlier answer asked for may be open beside it


def judged_anew(
    session: Session,
    episode_id: uuid.UUID,
    found: Sequence[tuple[Assignment, Collection[Finding]]],
    in_error: Assignment | None = None,
) -> None:
    """Do what `judged` does for all answers of an episode that a correction judged anew, `found` oldest first.

    What an answer had asked for and asks for no more, such as one `in_error`, is taken back only where no later one
    asks for the same. The caller holds the episode.
    """
    of = session.get_one(Episode, episode_id)
    pathway = pathway_of(session, of.pathway_url, of.pathway_version)
    plans = _held(session, episode_id, pathway)
    for after in pathway.after_answers:
        fires = {own.id: after.finding in _fired(findings) for own, findings in found}
        if in_error is not None:
            fires = {in_error.id: False, **fires}
        if after.plan_key in plans:
            _hand_on(session, plans[after.plan_key], fires, in_error)
    for own, findings in found:
        plan_after(session, own, findings, pathway)


def _hand_on(session: Session, plan: Plan, fires: Mapping[uuid.UUID, bool], in_error: Assignment | None) -> None:
    """Let a plan whose cause asks no more stand on the next answer that does; `fires` tells it by assignment."""
    if plan.cause_id is None or fires.get(plan.cause_id, True):
        return
    heir = next((each for each, does in fires.items() if does), None)
    if heir is not None:
        plan.cause_id = heir
    elif in_error is not None and plan.cause_id == in_error.id:
        _take_back(session, plan)
    session.flush()


def plan_after(session: Session, assignment: Assignment, findings: Iterable[Finding], pathway: Pathway) -> bool:
    """Plan what the answer to an assignment asks for, by what judging it found; nothing where the pathway asks nothing.

    Returns whether an earlier answer had asked for something.

    To be called again when the answer was corrected: what it had planned, and nobody has answered or begun, is taken
    back where it no longer finds the same. The caller holds the assignment and its episode.
    """
    if not pathway.after_answers:
        return False
    fired = _fired(findings)
    plans = _held(session, assignment.episode_id, pathway)
    runs = any(plan.cause_id is not None for plan in plans.values())
    for after in pathway.after_answers:
        plan = plans.get(after.plan_key)
        if after.finding in fired:
            _ask_again(session, assignment, after, plan)
        elif plan is not None and plan.cause_id == assignment.id:
            _take_back(session, plan)
        elif plan is not None and _is_newer(session, assignment, plan):
            stand_at(plan, None)  # what was found is gone
            plan.opened, plan.cause_id = 0, None
    session.flush()
    return runs


def _fired(findings: Iterable[Finding]) -> set[str]:
    return {each.rule for each in findings if each.kind == "rule"}


def _held(session: Session, episode_id: uuid.UUID, pathway: Pathway) -> dict[str, Plan]:
    """The plans of what answers asked for, locked, by key."""
    wanted = [each.plan_key for each in pathway.after_answers]
    if not wanted:
        return {}
    found = select(Plan).where(Plan.episode_id == episode_id, Plan.key.in_(wanted))
    return {each.key: each for each in session.scalars(found.order_by(Plan.id).with_for_update())}


def _ask_again(session: Session, assignment: Assignment, after: AfterAnswer, plan: Plan | None) -> None:
    """Plan one more, unless one waits, this very answer was followed already, or it was asked often enough."""
    of = session.get_one(Episode, assignment.episode_id)
    if of.status != "active":
        return
    if plan is None:
        plan = new_plan(of, after.plan_key)
        session.add(plan)
    if plan.next_opens_at is not None or plan.cause_id == assignment.id or plan.opened >= after.most:
        return
    zone = ZoneInfo(session.get_one(Unit, of.unit_id).zone)
    day = (assignment.completed_at or clock.now()).astimezone(zone).date() + after.after_days * DAY
    instant = instant_of(day, after.at, zone)
    asked_that_day = plan.last_opened_at is not None and plan.last_opened_at.astimezone(zone).date() >= day
    if asked_that_day or instant + after.ask.window.expires <= clock.now():  # a correction of what is long past
        return
    stand_at(plan, Occurrence(day, instant, day.isoformat()))
    plan.cause_id = assignment.id
    audit.about(session, SYSTEM, "assignment.follow", assignment)


def _is_newer(session: Session, assignment: Assignment, plan: Plan) -> bool:
    """Whether an answer that found nothing was judged by the same rules as the one that found something, and later."""
    cause = session.get(Assignment, plan.cause_id) if plan.cause_id is not None else None
    if cause is None or cause.rules is None or assignment.rules is None:
        return False
    the_same = cause.rules.partition("|")[0] == assignment.rules.partition("|")[0]
    answered = assignment.completed_at or clock.now()
    return (the_same or assignment.occurrence.startswith(f"{plan.key}:")) and (
        cause.completed_at is None or cause.completed_at <= answered
    )


def _take_back(session: Session, plan: Plan) -> None:
    """Ask no more what the answer no longer asks for; what somebody is answering in this moment is left."""
    if plan.next_opens_at is not None:
        stand_at(plan, None)
        plan.cause_id = None
        return
    opened = (
        select(Assignment)
        .where(Assignment.episode_id == plan.episode_id, IS_OPEN, Assignment.begun_at.is_(None))
        .where(Assignment.origin == "answer", Assignment.occurrence.startswith(f"{plan.key}:", autoescape=True))
        .with_for_update(key_share=True, skip_locked=True)
    )
    for each in session.scalars(opened).all():
        each.status = "cancelled"
        session.flush()
        outbox.cancel(session, each.id)
        audit.about(session, SYSTEM, "assignment.cancel", each)
        plan.opened, plan.cause_id = max(plan.opened - 1, 0), None
