"""Opening what is planned: many assignments at a time, each with its message, in a number of statements that does not
grow with them.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import links
from prom.assignments.models import Assignment, Plan
from prom.assignments.timing import next_occurrence
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.config import Settings
from prom.db import insert, new_id
from prom.messaging import outbox
from prom.messaging.outbox import Letter
from prom.pathways.definition import Asked
from prom.pathways.models import Episode
from prom.pathways.queries import pathways_of
from prom.patients.queries import identities, mobiles_of
from prom.staff.models import Unit

#: How many plans one transaction opens: on SQLite nobody else writes meanwhile.
AT_ONCE = 100


def due_plans(session: Session, without: Collection[uuid.UUID] = ()) -> list[uuid.UUID]:
    """Return the ids of plans whose next assignment should have opened by now, the longest due first.

    At most AT_ONCE, beside those `without` which: they were tried already, and stand before the others still.
    """
    first = (
        select(Plan.id)
        .where(Plan.next_opens_at <= clock.now())
        .order_by(Plan.next_opens_at, Plan.id)
        .limit(AT_ONCE + len(without))
    )
    return [each for each in session.scalars(first) if each not in without][:AT_ONCE]


def open_planned(session: Session, plan_id: uuid.UUID, settings: Settings) -> Assignment | None:
    """Open one plan as `open_together` does; None when nothing is due."""
    return next(iter(open_together(session, [plan_id], settings)), None)


def open_together(session: Session, plan_ids: Collection[uuid.UUID], settings: Settings) -> Sequence[Assignment]:
    """Make the next assignment of each plan with its message, and move the plans on; returns what was made.

    Idempotent: what is not due any more, or held by another worker, is passed over. An occurrence whose window is over
    already (Prom was down) is stored as expired and nobody is asked: the row stays as the trace of it.
    """
    now = clock.now()
    plans = session.scalars(
        select(Plan)
        .where(Plan.id.in_(plan_ids), Plan.next_opens_at <= now)
        .order_by(Plan.next_opens_at, Plan.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    episodes = _episodes(session, plans)
    items, zones = _items(session, episodes.values()), _zones(session)
    made = [_next_of(plan, episodes[plan.episode_id], items, zones) for plan in plans]
    opened = [assignment for assignment in made if assignment is not None]
    for assignment in opened:
        assignment.status = "expired" if assignment.expires_at <= now else "open"
    with audit.together(session):
        store(session, opened, SYSTEM)
        send_links(session, [each for each in opened if each.status == "open"], "assignment", settings)
    return opened


def _episodes(session: Session, plans: Iterable[Plan]) -> dict[uuid.UUID, Episode]:
    wanted = {plan.episode_id for plan in plans}
    return {each.id: each for each in session.scalars(select(Episode).where(Episode.id.in_(wanted)))}


def _items(session: Session, episodes: Iterable[Episode]) -> Mapping[tuple[str, str, str], Asked]:
    """What the episodes' pathways ask, by url, version and key."""
    found = pathways_of(session, episodes)
    return {(*name, each.key): each for name, pathway in found.items() for each in pathway.items}


def _zones(session: Session) -> dict[uuid.UUID, ZoneInfo]:
    return {unit_id: ZoneInfo(zone) for unit_id, zone in session.execute(select(Unit.id, Unit.zone))}


def _next_of(
    plan: Plan, of: Episode, items: Mapping[tuple[str, str, str], Asked], zones: Mapping[uuid.UUID, ZoneInfo]
) -> Assignment | None:
    """Make a plan's next assignment and move the plan on; a plan that asks nothing more comes to its end."""
    if plan.next_day is None or plan.next_opens_at is None:
        return None
    asked = items[of.pathway_url, of.pathway_version, plan.key]
    if of.status != "active" or asked.timing is None:
        plan.next_day = plan.next_opens_at = None
        return None
    made = row(of, asked, "planned", f"{plan.key}:{plan.next_day.isoformat()}", plan.next_opens_at)
    anchors = {asked.timing.start.anchor: of.anchor}
    following = next_occurrence(asked.timing, anchors, zones[of.unit_id], after=plan.next_opens_at)
    plan.next_day = following.day if following else None
    plan.next_opens_at = following.instant if following else None
    return made


def row(of: Episode, asked: Asked, origin: str, occurrence: str, opens: datetime) -> Assignment:
    """Make an assignment's row, which `store` writes: open, with its whole window."""
    return Assignment(
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


def store(session: Session, made: Sequence[Assignment], actor: Actor) -> None:
    """Write new assignments with their audit records."""
    session.add_all(made)
    session.flush()
    for assignment in made:
        audit.about(session, actor, "assignment.open", assignment)


def send_links(session: Session, to: Sequence[Assignment], kind: str, settings: Settings) -> None:
    """Put a message with a link of its own into the outbox for each assignment, all of different patients or not.

    Without a mobile number there is none; silence finds her.
    """
    patients = {each.patient_id for each in to}
    people, mobiles = identities(session, patients), mobiles_of(session, patients)
    episodes = {
        each.id: each for each in session.scalars(select(Episode).where(Episode.id.in_({a.episode_id for a in to})))
    }
    texts = pathways_of(session, episodes.values())
    made, letters = [], []
    for assignment in to:
        if (mobile := mobiles.get(assignment.patient_id)) is None:
            continue
        of = episodes[assignment.episode_id]
        words = texts[of.pathway_url, of.pathway_version].texts["sms"]
        link, token = links.minted(assignment)
        made.append(link)
        address = links.address(settings.public_address, token)
        body = words.read(people[assignment.patient_id].language)[0].replace("{link}", address)
        letters.append(_letter(assignment, kind, mobile, body))
    insert(session, *made)
    outbox.put_all(session, letters)


def _letter(assignment: Assignment, kind: str, mobile: str, body: str) -> Letter:
    return Letter(
        tenant_id=assignment.tenant_id,
        kind=kind,
        # The first message of an assignment has a key that only one can hold; a link asked for again is another one.
        key=f"{kind}:{assignment.id}" if kind == "assignment" else f"{kind}:{new_id()}",
        to=mobile,
        body=body,
        patient_id=assignment.patient_id,
        assignment_id=assignment.id,
        expires_at=assignment.begun_expires_at,
    )
