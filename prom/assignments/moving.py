"""Moving the days that an episode is reckoned from, and changing its version: what is left to ask is planned anew.

What becomes of what was asked, in each case, stands as a table in docs/pathways.md.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import same
from prom.assignments.before import is_planned, split
from prom.assignments.courses import Course, reach
from prom.assignments.models import IS_OPEN, Assignment, Plan
from prom.assignments.opening import open_together
from prom.assignments.planning import Moved, known_anchors, replan
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.catalogue.service import one as definition
from prom.db import new_id
from prom.decisions import service as decisions
from prom.errors import Conflict, Invalid, NotPublished
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode, EpisodeAnchor
from prom.pathways.queries import pathway as pathway_of
from prom.pathways.service import FURTHEST_ANCHOR
from prom.worklist.service import hold_episode, settle_silence

#: Why the messages of a form were not sent that was withdrawn, in the contact log.
WITHDRAWN = "moved"


def set_anchor(session: Session, episode: Episode, code: str, day: date, actor: Actor) -> Sequence[Moved]:
    """Set or move a day (in the unit's zone) that timings are reckoned from, and plan anew; returns what changed.

    Forms that lie on the wrong day now and that nobody is answering are withdrawn. Raises Invalid for an anchor that
    the pathway does not know, a day further than a year from today, or one that would put a later anchor's day before
    the first; Conflict for an episode that has ended.
    """
    if episode.status == "ended":
        raise Conflict("episode")
    hold_episode(session, episode.id)
    pathway = pathway_of(session, episode.pathway_url, episode.pathway_version)
    if code not in [each.code for each in pathway.anchors]:
        raise Invalid("anchor")
    first = pathway.anchors[0].code
    days = {**known_anchors(session, episode, pathway), code: day}
    is_before_the_first = any(each < days[first] for each in days.values())  # she would never be asked
    if is_before_the_first or abs(day - clock.now().date()) > FURTHEST_ANCHOR:
        raise Invalid("day")
    _open_due(session, episode)
    if code == first:
        episode.anchor = day
    else:
        _set_further(session, episode, code, day)
    session.flush()
    decisions.course_changed(session, episode, actor)
    _withdraw(session, episode, pathway)
    moved = replan(session, episode, code)
    audit.about(session, actor, "episode.set-anchor", episode)
    return moved


def _set_further(session: Session, episode: Episode, code: str, day: date) -> None:
    found = session.scalars(
        select(EpisodeAnchor).where(EpisodeAnchor.episode_id == episode.id, EpisodeAnchor.code == code)
    ).first()
    if found is None:
        found = EpisodeAnchor(
            id=new_id(),
            tenant_id=episode.tenant_id,
            patient_id=episode.patient_id,
            episode_id=episode.id,
            code=code,
        )
        session.add(found)
    found.day, found.set_at = day, clock.now()


def change_version(session: Session, episode: Episode, pathway: Pathway, actor: Actor) -> Sequence[Moved]:
    """Let the episode go on by another published version of its pathway, and plan anew; returns what changed.

    Raises Invalid for another pathway, NotPublished for a draft, Conflict for an episode that has ended.
    """
    if episode.status == "ended":
        raise Conflict("episode")
    if pathway.url != episode.pathway_url:
        raise Invalid("pathway")
    if definition(session, "pathway", pathway.url, pathway.version).status != "active":
        raise NotPublished("pathway")
    hold_episode(session, episode.id)
    _open_due(session, episode)
    episode.pathway_version = pathway.version
    session.flush()
    decisions.course_changed(session, episode, actor)
    _withdraw(session, episode, pathway)
    moved = replan(session, episode)
    audit.about(session, actor, "episode.change-version", episode)
    return moved


def _open_due(session: Session, episode: Episode) -> None:
    """Do what is due by the old days, so that what Prom has missed is told, and nothing that was never due."""
    due = select(Plan.id).where(Plan.episode_id == episode.id, Plan.next_opens_at <= clock.now())
    # Locked, and so waited for: what a worker opens in this moment by the old days must be seen, and withdrawn.
    open_together(session, session.scalars(due.order_by(Plan.id).with_for_update()).all())


def _withdraw(session: Session, episode: Episode, pathway: Pathway) -> None:
    """Withdraw what is open on a day that the new course does not have, with its messages; the name becomes free.

    Whoever has begun, or stands before the first question, goes on. What somebody holds is being answered, and is left.
    """
    courses = {each.key: (same.course_of(session, episode, each), each.window.expires) for each in pathway.items}
    found = session.scalars(
        select(Assignment)
        .where(Assignment.episode_id == episode.id, IS_OPEN, Assignment.begun_at.is_(None))
        .where(Assignment.origin.in_(("planned", "staff")), Assignment.id.not_in(same.visited()))
    ).all()
    wrong = [each.id for each in found if not _has_its_place(each, courses)]
    for each in same.held(session, wrong):
        if each.begun_at is None:
            each.occurrence = f"{each.occurrence}:withdrawn:{each.id.hex}"
            same.close(session, each, WITHDRAWN)
            settle_silence(session, each.id)


def _has_its_place(form: Assignment, courses: Mapping[str, tuple[Course | None, timedelta]]) -> bool:
    """What no plan has asked, or no longer asks, is left alone."""
    key, name = split(form.occurrence)
    course, window = courses.get(key, (None, timedelta()))
    if course is None or not is_planned(name):
        return True
    return course.near(form.opens_at, reach(course, window))
