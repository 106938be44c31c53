"""Making a decision for one patient, and ending it. Each is on record, with who, when and why."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.db import new_id
from prom.decisions.models import EXPECTED_LEVEL, Decision
from prom.errors import Conflict, Invalid, StaleVersion
from prom.pathways.models import Episode
from prom.patients import sealing

#: A reason is a sentence or two, not a note for the record.
LONGEST_REASON = 500


@dataclass(frozen=True)
class Making:
    """What is to be decided: its kind, what it is about, the decision itself, and why."""

    kind: str
    #: Among the episode's decisions of its kind only one stands about this.
    subject: str
    what: Mapping[str, Any]
    reason: str
    ends_at: datetime | None = None


def make(
    session: Session, episode: Episode, making: Making, actor: Actor, seen: Collection[uuid.UUID] = ()
) -> Decision:
    """Let a decision stand from now on, in the place of the one before it; the caller has checked what it says.

    `seen` are those that stood when the clinician decided. Raises Invalid without a reason, StaleVersion where one
    stands that she has not seen, Conflict for an episode that has ended.
    """
    reason = making.reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid("reason")
    _hold(session, episode)
    subject = crypto.keyed_hash(episode.tenant_id, "decision", f"{episode.id}|{making.kind}|{making.subject}")
    before = session.scalars(
        select(Decision).where(
            Decision.episode_id == episode.id, Decision.subject_hash == subject, Decision.ended_at.is_(None)
        )
    ).first()
    now = clock.now()
    if before is not None:
        if before.id not in seen and (before.ends_at is None or now < before.ends_at):
            raise StaleVersion("decision")
        _end(before, min(now, before.ends_at or now), "replaced", actor)
        session.flush()
    row = Decision(
        id=new_id(),
        tenant_id=episode.tenant_id,
        patient_id=episode.patient_id,
        episode_id=episode.id,
        unit_id=episode.unit_id,
        kind=making.kind,
        subject_hash=subject,
        made_at=now,
        made_by=actor.id,
        ends_at=making.ends_at,
    )
    sealing.seal(session, row, "words", {"what": dict(making.what), "reason": reason})
    session.add(row)
    session.flush()
    audit.about(session, actor, f"{row.kind}.decide", row)
    return row


def take_back(session: Session, row: Decision, actor: Actor) -> None:
    """End a decision: from now on she is judged as everybody is. Raises StaleVersion for one that has ended."""
    _hold(session, session.get_one(Episode, row.episode_id))
    session.refresh(row)
    if row.ended_at is not None or (row.ends_at is not None and row.ends_at <= clock.now()):
        raise StaleVersion("decision")
    _end(row, clock.now(), "taken-back", actor)
    session.flush()
    audit.about(session, actor, f"{row.kind}.take-back", row)


def broken(session: Session, decision_ids: Collection[uuid.UUID], at: datetime) -> None:
    """End what was expected and what a report of this moment has shown to be worse; idempotent.

    The caller holds the episode.
    """
    for row in session.scalars(select(Decision).where(Decision.id.in_(decision_ids)).order_by(Decision.id)):
        if row.ended_at is None or at < row.ended_at:
            _end(row, at, "broken", SYSTEM)
            audit.about(session, SYSTEM, f"{row.kind}.broken", row)
    session.flush()


def course_changed(session: Session, episode: Episode, actor: Actor) -> None:
    """End what is expected: a new cycle, regimen or version began. The caller holds the episode."""
    expected = select(Decision).where(
        Decision.episode_id == episode.id, Decision.kind == EXPECTED_LEVEL, Decision.ended_at.is_(None)
    )
    now = clock.now()
    for row in session.scalars(expected.order_by(Decision.id)):
        if row.ends_at is not None and now < row.ends_at:
            _end(row, now, "course-changed", actor)
            audit.about(session, actor, f"{row.kind}.course-changed", row)
    session.flush()


def _hold(session: Session, episode: Episode) -> None:
    """Lock the episode, as whoever judges a report of it does: a decision comes before a report or after it."""
    session.execute(select(Episode.id).where(Episode.id == episode.id).with_for_update(key_share=True))
    session.refresh(episode)
    if episode.status == "ended":
        raise Conflict("episode")


def _end(row: Decision, at: datetime, because: str, actor: Actor) -> None:
    row.ended_at, row.ended_because = at, because
    row.ended_by = actor.id if actor.kind == "clinician" else None
