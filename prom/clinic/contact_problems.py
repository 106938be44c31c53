"""The patients of some units who cannot be reached as things stand. Whoever shows them writes the audit record."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from prom.audit.service import Actor
from prom.errors import NotFound
from prom.pathways.models import Episode
from prom.patients.contact import Code, resolve_problems
from prom.patients.models import ContactProblem
from prom.patients.queries import Identity, identities, mobiles_of
from prom.staff.models import Unit


@dataclass(frozen=True)
class Unreached:
    """One problem with whose it is."""

    problem: ContactProblem
    person: Identity
    mobile: str | None
    unit: Unit


def count(session: Session, unit_ids: Collection[uuid.UUID]) -> int:
    """Return how many problems are open."""
    found = session.scalar(select(func.count()).select_from(ContactProblem).where(*_open_at(unit_ids)))
    return found or 0


def rows(session: Session, unit_ids: Collection[uuid.UUID]) -> Sequence[tuple[ContactProblem, Unit]]:
    """Return the open problems of the units' active patients, oldest first, each beside the unit."""
    problems = session.scalars(
        select(ContactProblem).where(*_open_at(unit_ids)).order_by(ContactProblem.raised_at, ContactProblem.id)
    ).all()
    found = session.execute(
        select(Episode.patient_id, Unit)
        .join(Unit, Unit.id == Episode.unit_id)
        .where(_active_at(unit_ids), Episode.patient_id.in_({each.patient_id for each in problems}))
    )
    units = {row.patient_id: row.Unit for row in found}
    return [(each, units[each.patient_id]) for each in problems]


def opened(session: Session, unit_ids: Collection[uuid.UUID]) -> list[Unreached]:
    """Return the same with who each patient is."""
    found = rows(session, unit_ids)
    ids = {each.patient_id for each, _ in found}
    people, mobiles = identities(session, ids), mobiles_of(session, ids)
    return [Unreached(each, people[each.patient_id], mobiles.get(each.patient_id), unit) for each, unit in found]


def resolve(session: Session, problem_id: uuid.UUID, unit_ids: Collection[uuid.UUID], actor: Actor) -> ContactProblem:
    """Write down that a problem is settled; a second time changes nothing. Raises NotFound for another unit's."""
    problem = session.get(ContactProblem, problem_id)
    hers = select(Episode.id).where(Episode.unit_id.in_(unit_ids))
    if problem is None or session.scalars(hers.where(Episode.patient_id == problem.patient_id)).first() is None:
        raise NotFound("contact_problem")
    if problem.resolved_at is None:
        resolve_problems(session, problem.patient_id, [cast(Code, problem.code)], actor)
    return problem


def _active_at(unit_ids: Collection[uuid.UUID]) -> ColumnElement[bool]:
    return Episode.unit_id.in_(unit_ids) & (Episode.status == "active")


def _open_at(unit_ids: Collection[uuid.UUID]) -> tuple[ColumnElement[bool], ...]:
    hers = select(Episode.patient_id).where(_active_at(unit_ids))
    return ContactProblem.resolved_at.is_(None), ContactProblem.patient_id.in_(hers)
