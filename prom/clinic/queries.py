"""What the staff's pages read beyond what each feature offers. Whoever shows it writes the audit record."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.assignments.models import Assignment
from prom.errors import NotFound
from prom.messaging.models import Message
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import episodes_of, pathway, version_order
from prom.responses.models import PatientState, Response
from prom.staff.models import Unit
from prom.worklist.models import IS_OPEN, Alert


def episodes_at(session: Session, patient_id: uuid.UUID, unit_ids: Collection[uuid.UUID]) -> Sequence[Episode]:
    """Return a patient's episodes at some units, newest first; raises NotFound where there is none."""
    found = [each for each in episodes_of(session, patient_id) if each.unit_id in unit_ids]
    if not found:
        raise NotFound("patient")
    return found


def units_by_id(session: Session, unit_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Unit]:
    """Return units by id."""
    found = session.scalars(select(Unit).where(Unit.id.in_(set(unit_ids))).order_by(Unit.name))
    return {unit.id: unit for unit in found}


def episodes_on(session: Session, pathway_url: str, episode_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these episodes are on any version of a pathway."""
    on = select(Episode.id).where(Episode.id.in_(episode_ids), Episode.pathway_url == pathway_url)
    return set(session.scalars(on))


def pathways_waiting(session: Session, unit_ids: Collection[uuid.UUID]) -> dict[str, Pathway]:
    """Return url -> the pathway, of each that somebody with an open alert at these units is on; its newest version."""
    query = select(Episode.pathway_url, Episode.pathway_version).join(Alert, Alert.episode_id == Episode.id)
    found = session.execute(query.where(Alert.unit_id.in_(unit_ids), IS_OPEN).distinct())
    ordered = sorted(found, key=lambda each: (each.pathway_url, version_order(each.pathway_version)))
    return {each.pathway_url: pathway(session, *each) for each in ordered}


def states_of(session: Session, episode_ids: Iterable[uuid.UUID]) -> Sequence[PatientState]:
    """Return what is kept of the past of many episodes."""
    return session.scalars(
        select(PatientState).where(PatientState.episode_id.in_(set(episode_ids))).order_by(PatientState.id)
    ).all()


def locked_alerts(session: Session, patient_id: uuid.UUID, alert_ids: Iterable[uuid.UUID]) -> Sequence[Alert]:
    """Return these alerts of a patient, locked until the transaction ends, always in the same order."""
    return session.scalars(
        select(Alert)
        .where(Alert.patient_id == patient_id, Alert.id.in_(set(alert_ids)))
        .order_by(Alert.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def responses_of(session: Session, episode_ids: Collection[uuid.UUID], since: datetime | None) -> Sequence[Response]:
    """Return the responses of some episodes, newest first, those entered in error among them."""
    query = select(Response).where(Response.episode_id.in_(episode_ids))
    if since is not None:
        query = query.where(Response.authored_at >= since)
    return session.scalars(query.order_by(Response.authored_at.desc(), Response.id.desc())).all()


def assignments_of(
    session: Session, episode_ids: Collection[uuid.UUID], since: datetime | None
) -> Sequence[Assignment]:
    """Return what some episodes were asked, newest first."""
    query = select(Assignment).where(Assignment.episode_id.in_(episode_ids))
    if since is not None:
        query = query.where(Assignment.opens_at >= since)
    return session.scalars(query.order_by(Assignment.opens_at.desc(), Assignment.id.desc())).all()


def messages_of(session: Session, assignment_ids: Collection[uuid.UUID]) -> Sequence[Message]:
    """Return the messages sent for some assignments, oldest first; their letters stay sealed."""
    return session.scalars(
        select(Message).where(Message.assignment_id.in_(assignment_ids)).order_by(Message.created_at, Message.id)
    ).all()
