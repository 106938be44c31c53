"""Making the hospital: its tenant with keys, its units and its staff."""

import zoneinfo
from collections.abc import Sequence

from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.db import new_id
from prom.errors import Invalid
from prom.staff.models import Clinician, Tenant, Unit, UnitMembership
from prom.staff.permissions import Role
from prom.staff.queries import clinician_by_username

SHORTEST_PASSWORD = 12


def create_tenant(session: Session, name: str) -> Tenant:
    """Make the organisation and its keys."""
    tenant_id = new_id()
    wrapping, lookup = crypto.keyring().make_tenant(tenant_id)
    tenant = Tenant(id=tenant_id, name=name, wrapping_key=wrapping, lookup_key=lookup, created_at=clock.now())
    session.add(tenant)
    session.flush()
    return tenant


def create_unit(
    session: Session, tenant: Tenant, name: str, *, phone: str, on_call_phone: str, zone: str = "Europe/Oslo"
) -> Unit:
    """Make a unit. Phones are E.164; raises Invalid for a zone that is none, and where there is no phone to ring."""
    for field, number in (("phone", phone), ("on_call_phone", on_call_phone)):
        if not number.strip():
            raise Invalid(field)
    if zone not in zoneinfo.available_timezones():
        raise Invalid("zone")
    unit = Unit(tenant_id=tenant.id, name=name, phone=phone, on_call_phone=on_call_phone, zone=zone)
    session.add(unit)
    session.flush()
    return unit


def add_clinician(
    session: Session,
    tenant: Tenant,
    *,
    username: str,
    display_name: str,
    role: str,
    password: str,
    units: Sequence[Unit],
    language: str = "nb",
) -> Clinician:
    """Add somebody who signs in; raises Invalid naming the field: a taken name, an unknown role, a short password."""
    if role not in set(Role):
        raise Invalid("role", allowed=", ".join(Role))
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password", shortest=SHORTEST_PASSWORD)
    if clinician_by_username(session, username) is not None:
        raise Invalid("username")
    clinician = Clinician(
        tenant_id=tenant.id,
        username=username,
        display_name=display_name,
        role=role,
        language=language,
        password_hash=crypto.hash_password(password),
        failed_attempts=0,
        active=True,
    )
    session.add(clinician)
    session.flush()
    session.add_all(UnitMembership(clinician_id=clinician.id, unit_id=unit.id) for unit in units)
    session.flush()
    return clinician
