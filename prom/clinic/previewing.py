"""What a change would do, before anybody confirms it: the change is made, looked at, and undone."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from prom.assignments.planning import known_anchors
from prom.clinic import planned
from prom.clinic.planned import Coming
from prom.clinic.vocabulary import Reader
from prom.pathways.models import Episode
from prom.pathways.queries import pathway
from prom.staff.models import Unit

#: What is done to an episode.
Verb = Callable[[Session, Episode], object]


@dataclass(frozen=True)
class Changes:
    """What would be different within half a year: no longer asked, asked anew, and withdrawn though it is open now."""

    gone: tuple[Coming, ...]
    new: tuple[Coming, ...]
    withdrawn: tuple[str, ...]
    stays: int


def changes(session: Session, episode: Episode, verb: Verb, language: str) -> Changes:
    """Return what a verb would change; nothing of it stays, not even its audit record. Raises what the verb raises.

    Whatever the session held is read anew afterwards.
    """
    reader = Reader(language, session.get_one(Unit, episode.unit_id).zone)
    before, was_open = _planned(session, episode, reader)
    tried = session.begin_nested()
    try:
        verb(session, episode)
        after, is_open = _planned(session, episode, reader)
    finally:
        tried.rollback()
    session.expire_all()
    return Changes(
        gone=tuple(sorted(before - after)),
        new=tuple(sorted(after - before)),
        withdrawn=tuple(title for key, title in was_open.items() if key not in is_open),
        stays=len(before & after),
    )


def _planned(session: Session, episode: Episode, reader: Reader) -> tuple[set[Coming], dict[uuid.UUID, str]]:
    session.flush()
    session.expire_all()
    of = pathway(session, episode.pathway_url, episode.pathway_version)
    days = known_anchors(session, episode, of)
    is_open = {each.assignment.id: each.title for each in planned.open_now(session, episode, of, reader)}
    return set(planned.coming(session, episode, of, days, reader)), is_open
