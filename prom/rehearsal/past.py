"""The stored history that rules are rehearsed over: whose stays, what they reported, and what they did not answer."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from prom.assignments.models import Assignment
from prom.pathways.models import Episode
from prom.responses.models import COUNTS, Response


@dataclass(frozen=True)
class Asked:
    """Which history: of one questionnaire (its url, all versions) and tenant, from `since` until `until` (instants,
    the second left out), of some units or (None) of all."""

    questionnaire: str
    tenant_id: uuid.UUID
    since: datetime
    until: datetime
    unit_ids: Sequence[uuid.UUID] | None = None


@dataclass
class Stay:
    """One patient's stay on a pathway, as far as this questionnaire goes; reports from its beginning, oldest first."""

    episode: Episode
    reports: list[tuple[Response, Assignment]] = field(default_factory=list)
    #: What she had not answered when it was overdue, within the time that is asked for.
    silences: list[Assignment] = field(default_factory=list)

    def followed(self, asked: Asked) -> timedelta:
        """How long she was followed within the time that is asked for."""
        begin = max(self.episode.started_at, asked.since)
        return max(min(self.episode.ended_at or asked.until, asked.until) - begin, timedelta())


def stays_in(session: Session, asked: Asked) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Return episode and patient of every stay in which this was asked within the time: what is read, and of whom."""
    units: list[ColumnElement[bool]] = [] if asked.unit_ids is None else [Assignment.unit_id.in_(asked.unit_ids)]
    rows = session.execute(
        select(Assignment.episode_id, Assignment.patient_id)
        .where(
            Assignment.tenant_id == asked.tenant_id,
            Assignment.questionnaire.startswith(f"{asked.questionnaire}|", autoescape=True),
            Assignment.opens_at < asked.until,
            Assignment.expires_at >= asked.since,
            Assignment.status != "cancelled",
            *units,
        )
        .distinct()
        .order_by(Assignment.episode_id)
    )
    return [(episode_id, patient_id) for episode_id, patient_id in rows]


def stays(session: Session, asked: Asked, episode_ids: Collection[uuid.UUID]) -> list[Stay]:
    """Read some stays. What was reported before the time is read too: later reports are held against it."""
    found = {row.id: Stay(row) for row in session.scalars(select(Episode).where(Episode.id.in_(episode_ids)))}
    assignments: dict[uuid.UUID, Assignment] = {}
    for row in session.scalars(
        select(Assignment).where(
            Assignment.episode_id.in_(episode_ids),
            Assignment.questionnaire.startswith(f"{asked.questionnaire}|", autoescape=True),
        )
    ):
        assignments[row.id] = row
        if row.silence_raised_at is not None and asked.since <= row.silence_raised_at < asked.until:
            found[row.episode_id].silences.append(row)
    for response in session.scalars(
        select(Response)
        .where(Response.episode_id.in_(episode_ids), COUNTS, Response.authored_at < asked.until)
        .order_by(Response.authored_at, Response.received_at, Response.id)
    ):
        if response.assignment_id in assignments:
            found[response.episode_id].reports.append((response, assignments[response.assignment_id]))
    return list(found.values())
