"""From one pathway to the next: what a patient is on ends in the moment in which the other begins."""

import uuid
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy.orm import Session

from prom import clock
from prom.assignments.episodes import end
from prom.audit.service import Actor
from prom.clinic.course import held
from prom.clinic.registration import Stay, start
from prom.errors import Conflict, Invalid
from prom.pathways.models import Episode
from prom.pathways.queries import active_episode
from prom.patients.queries import patient

#: Why one pathway gives way to another: it is done, or it was the wrong one.
REASONS = ("finished", "error")
#: The same form within so long is the button pressed twice.
TWICE_WITHIN = timedelta(minutes=10)


def hand_on(
    session: Session, patient_id: uuid.UUID, unit_ids: Collection[uuid.UUID], stay: Stay, ends: str, actor: Actor
) -> Episode:
    """Start a patient's next stay, and end the one that she may be on, for one of `REASONS`.

    The same within a few minutes returns what it has started. Raises NotFound where she is at none of the units,
    Invalid for an unknown reason, and Conflict where everything about her was stopped, or another unit has her.
    """
    newest = held(session, patient_id, unit_ids)
    if just_started(newest, stay):
        return newest
    present = active_episode(session, patient_id)
    if present is not None:
        if present.unit_id not in unit_ids:
            raise Conflict("episode")
        if ends not in REASONS:
            raise Invalid("ends")
        end(session, present, ends, actor)
    return start(session, patient(session, patient_id), stay, actor)


def just_started(episode: Episode, stay: Stay) -> bool:
    """Whether an episode is what a form for this stay has started a moment ago."""
    same = (episode.pathway_url, episode.pathway_version, episode.anchor, episode.unit_id) == (
        *(stay.pathway.url, stay.pathway.version, stay.anchor, stay.unit.id),
    )
    return same and episode.status == "active" and clock.now() - episode.started_at < TWICE_WITHIN
