"""What clinicians, patients and registers do to an episode in its course. Each verb plans anew what is left to ask.

How it ends stands in `ending.py`, and is offered here too: callers know one door.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.asking import ask_now
from prom.assignments.ending import END_REASONS, end, stop_person
from prom.assignments.links import is_paused
from prom.assignments.models import Plan
from prom.assignments.opening import open_together
from prom.assignments.planning import Moved, replan
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.catalogue.service import one as definition
from prom.db import new_id
from prom.errors import Conflict, Invalid, NotPublished
from prom.messaging.models import IS_OPEN, Message
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode, EpisodeAnchor
from prom.pathways.queries import pathway as pathway_of
from prom.pathways.service import FURTHEST_ANCHOR
from prom.patients import sealing
from prom.worklist.service import hold_episode

__all__ = [
    "END_REASONS",
    "PAUSE_REASONS",
    "Moved",
    "ask_now",
    "change_version",
    "end",
    "is_paused",
    "pause",
    "resume",
    "set_anchor",
    "stop_person",
]

#: Why a pause.
PAUSE_REASONS = ("admitted", "wish", "holiday", "other")


def pause(session: Session, episode: Episode, until: datetime, reason: str, actor: Actor) -> None:
    """Let nothing open and send nothing until an instant (UTC), when it goes on by itself; a running one moves its end.

    What is open already stays answerable. Raises Invalid for an end that is past or an unknown reason, Conflict for an
    episode that has ended.
    """
    if reason not in PAUSE_REASONS:
        raise Invalid("reason")
    if until <= clock.now():
        raise Invalid("until")
    _refuse_ended(episode)
    if not is_paused(episode, clock.now()):
        _settle(session, episode)
        episode.paused_from = clock.now()
    episode.paused_until = until
    sealing.seal(session, episode, "pause", {"reason": reason})
    session.flush()
    audit.about(session, actor, "episode.pause", episode)


def _settle(session: Session, episode: Episode) -> None:
    """Do what is due after a pause that ran out, while it is known which days that covered."""
    if episode.paused_until is None:
        return
    hold_episode(session, episode.id)
    due = select(Plan.id).where(Plan.episode_id == episode.id, Plan.next_opens_at <= clock.now())
    open_together(session, session.scalars(due).all())


def resume(session: Session, episode: Episode, actor: Actor) -> None:
    """End a pause now; what waited for its end goes on at once. Raises Conflict where none runs."""
    if not is_paused(episode, clock.now()):
        raise Conflict("episode")
    episode.paused_until = clock.now()
    session.flush()
    session.execute(
        update(Message)
        .where(Message.patient_id == episode.patient_id, text(IS_OPEN), Message.failure == "paused")
        .values(try_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    audit.about(session, actor, "episode.resume", episode)


def set_anchor(session: Session, episode: Episode, code: str, day: date, actor: Actor) -> Sequence[Moved]:
    """Set or move a day (in the unit's zone) that timings are reckoned from, and plan anew; returns what changed.

    Raises Invalid for an anchor that the pathway does not know, a day further than a year from today, or a
    later anchor's before the first; Conflict for an episode that has ended.
    """
    _refuse_ended(episode)
    hold_episode(session, episode.id)
    known = [each.code for each in pathway_of(session, episode.pathway_url, episode.pathway_version).anchors]
    if code not in known:
        raise Invalid("anchor")
    is_before_the_first = code != known[0] and day < episode.anchor  # she would never be asked
    if is_before_the_first or abs(day - clock.now().date()) > FURTHEST_ANCHOR:
        raise Invalid("day")
    if code == known[0]:
        episode.anchor = day
    else:
        _set_further(session, episode, code, day)
    moved = replan(session, episode)
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
    _refuse_ended(episode)
    if pathway.url != episode.pathway_url:
        raise Invalid("pathway")
    if definition(session, "pathway", pathway.url, pathway.version).status != "active":
        raise NotPublished("pathway")
    hold_episode(session, episode.id)
    episode.pathway_version = pathway.version
    moved = replan(session, episode)
    audit.about(session, actor, "episode.change-version", episode)
    return moved


def _refuse_ended(episode: Episode) -> None:
    if episode.status == "ended":
        raise Conflict("episode")
