"""How a patient can be reached: what stands in the way of it, and whether she wants messages at all.

A problem is for her unit to see to; it is raised once, however often the same is found. That she wants no SMS is a flag
of the hospital's own, on the number that messages go to: it has nothing to do with what the public registers say.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.audit import service as audit
from prom.audit.service import SYSTEM, Actor
from prom.db import new_id, on_postgresql
from prom.errors import Invalid
from prom.patients import queries, service
from prom.patients.models import ContactPoint, ContactProblem

Code = Literal["opted-out", "landline", "unreachable", "no-number", "not-digital", "reserved"]
#: Why a patient may not be reached, as the table knows it.
CODES: tuple[Code, ...] = get_args(Code)
#: What another number settles. That she wants no messages, or is not digital, is no matter of the number.
OF_THE_NUMBER: tuple[Code, ...] = ("landline", "unreachable", "no-number")


def raise_problem(session: Session, patient_id: uuid.UUID, code: Code, actor: Actor = SYSTEM) -> bool:
    """Write down that a patient cannot be reached; returns whether it is news.

    While the same problem is open nothing is added, also where two workers find it in one moment. Raises NotFound.
    """
    patient = queries.patient(session, patient_id)
    insert = postgresql.insert if on_postgresql(session) else sqlite.insert
    row_id = new_id()
    statement = insert(ContactProblem).values(
        id=row_id, tenant_id=patient.tenant_id, patient_id=patient_id, code=code, raised_at=clock.now()
    )
    statement = statement.on_conflict_do_nothing(
        index_elements=[ContactProblem.patient_id, ContactProblem.code], index_where=text("resolved_at IS NULL")
    )
    session.flush()  # she herself may still wait there
    if session.scalars(statement.returning(ContactProblem.id)).first() is None:
        return False
    _record(session, actor, "contact-problem.raise", patient.tenant_id, patient_id, "contact_problem", row_id)
    return True


def resolve_problems(session: Session, patient_id: uuid.UUID, codes: Iterable[Code], actor: Actor = SYSTEM) -> int:
    """Write down that these problems are settled; returns how many were open."""
    found = session.scalars(
        select(ContactProblem).where(
            ContactProblem.patient_id == patient_id,
            ContactProblem.code.in_(tuple(codes)),
            ContactProblem.resolved_at.is_(None),
        )
    ).all()
    for problem in found:
        problem.resolved_at = clock.now()
        _record(session, actor, "contact-problem.resolve", problem.tenant_id, patient_id, "contact_problem", problem.id)
    session.flush()
    return len(found)


def open_problems(session: Session, patient_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Sequence[ContactProblem]]:
    """Return patient -> her open problems, oldest first; whoever shows them writes the audit record."""
    rows = session.scalars(
        select(ContactProblem)
        .where(ContactProblem.patient_id.in_(set(patient_ids)), ContactProblem.resolved_at.is_(None))
        .order_by(ContactProblem.raised_at, ContactProblem.id)
    )
    found: dict[uuid.UUID, list[ContactProblem]] = {}
    for row in rows:
        found.setdefault(row.patient_id, []).append(row)
    return {patient_id: tuple(problems) for patient_id, problems in found.items()}


def opt_out(session: Session, patient_id: uuid.UUID, point: ContactPoint, actor: Actor) -> None:
    """Send no more messages to this number of hers, and let her unit know; a second time changes nothing."""
    _check_owner(patient_id, point)
    if point.opted_out_at is None:
        point.opted_out_at = clock.now()
        session.flush()
        _record(session, actor, "contact.opt-out", point.tenant_id, patient_id, "contact_point", point.id)
    raise_problem(session, patient_id, "opted-out", actor)


def opt_in(session: Session, patient_id: uuid.UUID, point: ContactPoint, actor: Actor) -> None:
    """Send messages to this number of hers again; a second time changes nothing."""
    _check_owner(patient_id, point)
    if point.opted_out_at is not None:
        point.opted_out_at = None
        session.flush()
        _record(session, actor, "contact.opt-in", point.tenant_id, patient_id, "contact_point", point.id)
    resolve_problems(session, patient_id, ["opted-out"], actor)


def is_opted_out(session: Session, patient_id: uuid.UUID) -> bool:
    """Whether she wants no messages to the number that they would go to; without a number False."""
    return bool(opted_out(session, [patient_id]))


def opted_out(session: Session, patient_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Return those who want no messages to the number that they would go to."""
    points = queries.points_of(session, patient_ids)
    return frozenset(patient_id for patient_id, point in points.items() if point.opted_out_at is not None)


def points_of_number(session: Session, tenant_id: uuid.UUID, mobile: str) -> Sequence[ContactPoint]:
    """Return the contact points in use that hold a number (E.164): of nobody, of one, or of all who share a phone."""
    wanted = crypto.keyed_hash(tenant_id, "phone", mobile)
    return session.scalars(
        select(ContactPoint)
        .where(ContactPoint.tenant_id == tenant_id, ContactPoint.value_hash == wanted, ContactPoint.active)
        .order_by(ContactPoint.id)
    ).all()


def change_mobile(session: Session, patient_id: uuid.UUID, mobile: str, actor: Actor) -> ContactPoint:
    """Let messages go to another number (E.164) from now on; a wish for no messages stays with her, not the number.

    Whatever was wrong with the number before is settled by it. Raises NotFound.
    """
    patient = queries.patient(session, patient_id)
    silent = is_opted_out(session, patient_id)
    for old in session.scalars(
        select(ContactPoint).where(
            ContactPoint.patient_id == patient_id, ContactPoint.kind == "sms", ContactPoint.active
        )
    ):
        old.active = False
    point = service.add_contact_point(session, patient, mobile)
    point.opted_out_at = clock.now() if silent else None
    session.flush()
    _record(session, actor, "contact.change", patient.tenant_id, patient_id, "contact_point", point.id)
    resolve_problems(session, patient_id, OF_THE_NUMBER, actor)
    return point


def _check_owner(patient_id: uuid.UUID, point: ContactPoint) -> None:
    if point.patient_id != patient_id:
        raise Invalid("contact_point")


def _record(
    session: Session,
    actor: Actor,
    action: str,
    tenant_id: uuid.UUID,
    patient_id: uuid.UUID,
    entity: str,
    row_id: uuid.UUID,
) -> None:
    audit.record(session, actor, action, tenant_id=tenant_id, entity=entity, entity_id=row_id, subjects=[patient_id])
