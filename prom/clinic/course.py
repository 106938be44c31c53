"""Where a patient stands on her pathway: phase, the days it is reckoned from, version, pause, and what is planned.

Whoever shows it writes the audit record.
"""

import hashlib
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import pauses
from prom.assignments.episodes import is_paused
from prom.assignments.pauses import Pause
from prom.assignments.planning import known_anchors
from prom.clinic import planned
from prom.clinic.planned import Coming, Open
from prom.clinic.queries import episodes_at
from prom.clinic.vocabulary import Reader
from prom.errors import StaleVersion
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode, EpisodeAnchor
from prom.pathways.queries import newest_offered, pathway, version_order
from prom.patients import sealing
from prom.patients.models import Patient
from prom.staff.models import Unit

#: How many of the coming questions a page lists.
LISTED = 12


@dataclass(frozen=True)
class AnchorDay:
    """A day that the pathway is reckoned from; `day` is None while it is not known."""

    code: str
    title: str
    day: date | None


@dataclass(frozen=True)
class Course:
    """An episode as it stands now. Reasons are codes of prom/assignments/episodes.py, None where there is none."""

    episode: Episode
    unit: Unit
    pathway: Pathway
    #: A newer published version of the same pathway, if there is one.
    newer: Pathway | None
    phase: str | None
    anchors: tuple[AnchorDay, ...]
    paused_until: datetime | None
    pause_reason: str | None
    #: Those that run: her unit's first, then her own.
    pauses: tuple[Pause, ...]
    end_reason: str | None
    stopped_at: datetime | None
    open_now: tuple[Open, ...]
    coming: tuple[Coming, ...]
    #: What cannot be planned yet, beside the name of the day that it waits for.
    waiting: tuple[tuple[str, str], ...]
    #: What can be asked now: key and title.
    askable: tuple[tuple[str, str], ...]
    mark: str
    reader: Reader

    @property
    def is_active(self) -> bool:
        """Whether anything is asked in it any more."""
        return self.episode.status == "active"


def load(session: Session, episode: Episode, language: str) -> Course:
    """Read an episode's course in a reader's language."""
    now, unit = clock.now(), session.get_one(Unit, episode.unit_id)
    reader, of = Reader(language, unit.zone), pathway(session, episode.pathway_url, episode.pathway_version)
    days = known_anchors(session, episode, of)
    phase = of.phase_on(reader.day_of(now), days)
    paused, running = is_paused(episode, now), pauses.running(session, episode)
    return Course(
        episode=episode,
        unit=unit,
        pathway=of,
        newer=newer_version(session, episode),
        phase=reader.words(phase.title) if phase is not None else None,
        anchors=tuple(AnchorDay(each.code, reader.words(each.title), days.get(each.code)) for each in of.anchors),
        paused_until=episode.paused_until if paused else None,
        pause_reason=next((each.reason for each in running.values()), None),
        pauses=tuple(running.values()),
        end_reason=_reason(session, episode, "end"),
        stopped_at=session.get_one(Patient, episode.patient_id).stopped_at,
        open_now=planned.open_now(session, episode, of, reader),
        coming=tuple(planned.coming(session, episode, of, days, reader)[:LISTED]),
        waiting=_waiting(of, days, reader),
        askable=tuple((each.key, planned.title_of(session, each, reader)) for each in of.asked),
        mark=mark(session, episode),
        reader=reader,
    )


def newer_version(session: Session, episode: Episode) -> Pathway | None:
    """Return the newest published version of an episode's pathway, or None where it is on it already."""
    newest = next((each for each in newest_offered(session) if each.url == episode.pathway_url), None)
    if newest is None or version_order(newest.version) <= version_order(episode.pathway_version):
        return None
    return newest


def mark(session: Session, episode: Episode) -> str:
    """Return a mark that changes with everything that a clinician can change about an episode."""
    rows = session.execute(
        select(EpisodeAnchor.code, EpisodeAnchor.day)
        .where(EpisodeAnchor.episode_id == episode.id)
        .order_by(EpisodeAnchor.code)
    )
    parts = (
        *(episode.status, episode.pathway_version, episode.anchor, episode.paused_from, episode.paused_until),
        *(tuple(row) for row in rows),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def held(session: Session, patient_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> Episode:
    """Return the patient's newest episode at some units, so held that two who change it come one after the other.

    Raises NotFound.
    """
    episode = episodes_at(session, patient_id, unit_ids)[0]
    hold(session, episode)
    return episode


def hold(session: Session, episode: Episode) -> None:
    """Lock an episode's patient until the transaction ends, and read the episode as it is then."""
    session.get_one(Patient, episode.patient_id, with_for_update={"key_share": True})
    session.refresh(episode)


def check_mark(session: Session, episode: Episode, seen: str) -> None:
    """Raise StaleVersion where an episode has changed since the page that somebody acts on was made."""
    if seen != mark(session, episode):
        raise StaleVersion("episode")


def _waiting(of: Pathway, days: Mapping[str, date], reader: Reader) -> tuple[tuple[str, str], ...]:
    names = {each.code: reader.words(each.title) for each in of.anchors}
    return tuple(
        (reader.words(item.title) if item.title is not None else item.key, names.get(item.timing.start.anchor, ""))
        for item in of.items
        if item.timing is not None and item.timing.start.anchor not in days
    )


def _reason(session: Session, episode: Episode, name: str) -> str | None:
    if getattr(episode, f"{name}_sealed") is None:
        return None
    reason: str = sealing.open_column(session, episode, name)["reason"]
    return reason
