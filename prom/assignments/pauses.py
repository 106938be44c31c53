"""Pauses: nothing opens and nothing is sent until an instant. Hers and her unit's stand side by side.

The episode's own columns tell from when until when it is paused at all, which is what sweeps read. Whose pauses these
are stands sealed beside the reason; neither of the two shortens or ends the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.links import is_paused
from prom.assignments.models import Plan
from prom.assignments.opening import open_together
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.errors import Conflict, Invalid
from prom.messaging.models import IS_OPEN, Message
from prom.pathways.models import Episode
from prom.patients import sealing
from prom.worklist.service import hold_episode

#: Why a pause.
PAUSE_REASONS = ("admitted", "wish", "holiday", "other")
#: Whose a pause is; her unit's stands first.
UNIT, PATIENT = "unit", "patient"


@dataclass(frozen=True)
class Pause:
    """One pause that runs: whose it is, until when, and why."""

    whose: str
    until: datetime
    reason: str


def running(session: Session, episode: Episode) -> dict[str, Pause]:
    """Return the pauses of an episode that run now, by whose they are. Whoever shows them writes the audit record."""
    now = clock.now()
    if episode.paused_until is None or not is_paused(episode, now):
        return {}
    document = sealing.open_column(session, episode, "pause")
    if UNIT not in document and PATIENT not in document:  # of a version that knew one pause
        return {UNIT: Pause(UNIT, episode.paused_until, document["reason"])}
    found = {whose: _read(whose, document[whose]) for whose in (UNIT, PATIENT) if whose in document}
    return {whose: each for whose, each in found.items() if each.until > now}


def _read(whose: str, given: Mapping[str, Any]) -> Pause:
    return Pause(whose, datetime.fromisoformat(given["until"]), given["reason"])


def pause(session: Session, episode: Episode, until: datetime, reason: str, actor: Actor) -> None:
    """Let nothing open and send nothing until an instant (UTC), when it goes on by itself; one of theirs moves its end.

    The actor's kind tells whether it is hers. What is open already stays answerable. Raises Invalid for an end that is
    past or an unknown reason, Conflict for an episode that has ended.
    """
    if reason not in PAUSE_REASONS:
        raise Invalid("reason")
    if until <= clock.now():
        raise Invalid("until")
    if episode.status == "ended":
        raise Conflict("episode")
    _settle(session, episode)
    whose = PATIENT if actor.kind == "patient" else UNIT
    _keep(session, episode, {**running(session, episode), whose: Pause(whose, until, reason)})
    audit.about(session, actor, "episode.pause", episode)


def resume(session: Session, episode: Episode, actor: Actor) -> None:
    """End a pause now; where no other runs, what waited for its end goes on at once. Raises Conflict where none runs.

    She ends hers alone. A clinician ends the unit's, and hers only where no other is left to end.
    """
    _settle(session, episode)
    found = running(session, episode)
    whose = PATIENT if actor.kind == "patient" or UNIT not in found else UNIT
    if whose not in found:
        raise Conflict("episode")
    del found[whose]
    _keep(session, episode, found)
    audit.about(session, actor, "episode.resume", episode)


def _settle(session: Session, episode: Episode) -> None:
    """Hold the episode; after a pause that ran out do what is due, while it is known which days that covered."""
    hold_episode(session, episode.id)  # she and a clinician at once would each keep but their own
    session.refresh(episode, ["paused_from", "paused_until", "pause_sealed"])
    if episode.paused_until is not None and not is_paused(episode, clock.now()):
        due = select(Plan.id).where(Plan.episode_id == episode.id, Plan.next_opens_at <= clock.now())
        open_together(session, session.scalars(due).all())


def _keep(session: Session, episode: Episode, pauses: Mapping[str, Pause]) -> None:
    """Write down the pauses that run, and let what waits for their end wait no longer than that."""
    now = clock.now()
    if not is_paused(episode, now):
        episode.paused_from = now
    episode.paused_until = max((each.until for each in pauses.values()), default=now)
    document: dict[str, Any] = {
        each.whose: {"until": each.until.isoformat(), "reason": each.reason} for each in pauses.values()
    }
    if pauses:
        document["reason"] = (pauses.get(UNIT) or pauses[PATIENT]).reason
        sealing.seal(session, episode, "pause", document)
    session.flush()
    session.execute(
        update(Message)
        .where(Message.patient_id == episode.patient_id, text(IS_OPEN), Message.failure == "paused")
        .where(Message.try_at > episode.paused_until)
        .values(try_at=episode.paused_until)
        .execution_options(synchronize_session=False)
    )
