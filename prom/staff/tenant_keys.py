"""The tenants' keys as they are stored: wrapped by a master key, and wrapped again when that is changed.

What patients' keys and lookups are made with does not change by it, so everything goes on meanwhile.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import crypto
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.staff.models import Tenant


def load(session: Session) -> None:
    """Unwrap all tenants' keys into this process's memory; raises CannotOpen when no master key opens them."""
    for tenant in session.scalars(select(Tenant)):
        crypto.keyring().add_tenant(tenant.id, tenant.wrapping_key, tenant.lookup_key)


def behind(session: Session) -> list[Tenant]:
    """Return the tenants whose keys are not wrapped by the newest master key."""
    ring = crypto.keyring()
    tenants = session.scalars(select(Tenant).order_by(Tenant.id))
    return [each for each in tenants if not ring.sealed_by_newest(each.id, each.wrapping_key, each.lookup_key)]


def wrap_again(session: Session, actor: Actor) -> Iterator[Tenant]:
    """Wrap what is behind by the newest master key, and yield each tenant that was; all are in one transaction."""
    for tenant in behind(session):
        tenant.wrapping_key, tenant.lookup_key = crypto.keyring().wrap_tenant(tenant.id)
        session.flush()
        audit.record(session, actor, "keys.rewrap", tenant_id=tenant.id, entity="tenant", entity_id=tenant.id)
        yield tenant
