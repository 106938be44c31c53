"""What clinicians, patients and registers do to an episode in its course. Each verb plans anew what is left to ask."""

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.models import Assignment
from prom.assignments.rows import row, store
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.errors import Conflict, Invalid, NotFound
from prom.pathways.definition import Asked, Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import pathway as pathway_of
from prom.patients import sealing

#: Why a pause, and why an end.
PAUSE_REASONS = ("admitted", "wish", "holiday", "other")
END_REASONS = ("finished", "withdrawn", "died", "moved", "error")


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
        episode.paused_from = clock.now()
    episode.paused_until = until
    sealing.seal(session, episode, "pause", {"reason": reason})
    session.flush()
    audit.about(session, actor, "episode.pause", episode)


def is_paused(episode: Episode, now: datetime) -> bool:
    """Whether nothing opens at an instant."""
    return episode.paused_until is not None and now < episode.paused_until


def resume(session: Session, episode: Episode, actor: Actor) -> None:
    """End a pause now; raises Conflict where none runs."""
    if not is_paused(episode, clock.now()):
        raise Conflict("episode")
    episode.paused_until = clock.now()
    session.flush()
    audit.about(session, actor, "episode.resume", episode)


def set_anchor(session: Session, episode: Episode, code: str, day: date, actor: Actor) -> None:
    """Set or move a day (in the unit's zone) that timings are reckoned from, and plan anew.

    Raises Invalid for an anchor that the pathway does not know, or a day further than a year from today; Conflict for
    an episode that has ended.
    """
    _refuse_ended(episode)


def change_version(session: Session, episode: Episode, pathway: Pathway, actor: Actor) -> None:
    """Let the episode go on by another published version of its pathway, and plan anew.

    Raises Invalid for another pathway, NotPublished for a draft, Conflict for an episode that has ended.
    """
    _refuse_ended(episode)


def end(session: Session, episode: Episode, reason: str, actor: Actor) -> None:
    """End an episode: what is open is cancelled, nothing more is planned, and she is told that nobody reads any more.

    Not told where she died or the episode was an error. A form that she has begun is judged on what it holds by the
    next sweep. Raises Invalid for an unknown reason, Conflict for one that has ended.
    """
    if reason not in END_REASONS:
        raise Invalid("reason")
    _refuse_ended(episode)


def stop_person(session: Session, patient_id: uuid.UUID, reason: str, actor: Actor) -> None:
    """Stop everything about a patient for good, such as at her death (`died`): nothing is asked or sent any more.

    A second time changes nothing. Raises NotFound.
    """


def ask_now(session: Session, episode: Episode, key: str, actor: Actor, origin: str) -> Assignment:
    """Ask one of the pathway's questionnaires now, by its key; she gets a message unless she asked herself.

    `origin`: clinician, patient or machine. Raises NotFound for an unknown key, Conflict for an episode that has ended
    or where the same can be answered already.
    """
    _refuse_ended(episode)
    made = row(episode, _asked(session, episode, key), origin, f"{key}:{uuid.uuid4()}", clock.now())
    store(session, [made], actor)
    return made


def _asked(session: Session, episode: Episode, key: str) -> Asked:
    known = pathway_of(session, episode.pathway_url, episode.pathway_version).asked
    found = next((each for each in known if each.key == key), None)
    if found is None:
        raise NotFound("key")
    return found


def _refuse_ended(episode: Episode) -> None:
    if episode.status == "ended":
        raise Conflict("episode")
