"""Reading staff and units."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.errors import NotFound
from prom.staff.models import Clinician, Tenant, Unit, UnitMembership


def the_tenant(session: Session) -> Tenant:
    """Return the tenant; raises NotFound before there is one. One database serves one hospital so far."""
    tenant = session.scalars(select(Tenant).order_by(Tenant.created_at)).first()
    if tenant is None:
        raise NotFound("tenant")
    return tenant


def units_of(session: Session, clinician_id: uuid.UUID) -> Sequence[Unit]:
    """Return the units where a clinician works, by name."""
    return session.scalars(
        select(Unit).join(UnitMembership).where(UnitMembership.clinician_id == clinician_id).order_by(Unit.name)
    ).all()


def all_units(session: Session, tenant_id: uuid.UUID) -> Sequence[Unit]:
    """Return every unit of a tenant by name."""
    return session.scalars(select(Unit).where(Unit.tenant_id == tenant_id).order_by(Unit.name)).all()


def unit(session: Session, unit_id: uuid.UUID) -> Unit:
    """Return a unit; raises NotFound."""
    found = session.get(Unit, unit_id)
    if found is None:
        raise NotFound("unit")
    return found


def unit_by_name(session: Session, name: str) -> Unit:
    """Return the unit of this name; raises NotFound."""
    found = session.scalars(select(Unit).where(Unit.name == name)).first()
    if found is None:
        raise NotFound("unit")
    return found


def clinician_by_username(session: Session, username: str) -> Clinician | None:
    """Return who signs in with this name, if anyone."""
    return session.scalars(select(Clinician).where(Clinician.username == username)).first()


def clinician_names(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the display names of clinicians by id."""
    rows = session.execute(select(Clinician.id, Clinician.display_name).where(Clinician.id.in_(set(ids))))
    return {row.id: row.display_name for row in rows}
