"""What clinicians, patients and registers do to an episode in its course. Each verb plans anew what is left to ask.

How it is paused, asked beside the plan, ends and goes on after an end that was a mistake stands in files of their own,
and is offered here too: callers know one door.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.asking import ask_now
from prom.assignments.ending import END_REASONS, end, stop_person
from prom.assignments.links import is_paused
from prom.assignments.pauses import PAUSE_REASONS, pause, resume
from prom.assignments.planning import Moved, replan
from prom.assignments.restoring import restore_person
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.catalogue.service import one as definition
from prom.db import new_id
from prom.errors import Conflict, Invalid, NotPublished
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode, EpisodeAnchor
from prom.pathways.queries import pathway as pathway_of
from prom.pathways.service import FURTHEST_ANCHOR
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
    "restore_person",
    "resume",
    "set_anchor",
    "stop_person",
]


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
