"""Registering machine clients and taking their access away."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.clients.models import Client, ClientUnit
from prom.clients.queries import forget
from prom.clients.scopes import canonical
from prom.db import new_id
from prom.errors import Conflict, Invalid, NotFound
from prom.staff.models import Unit


def add(
    session: Session,
    tenant_id: uuid.UUID,
    *,
    name: str,
    scopes: Iterable[str],
    units: Iterable[Unit],
    expires_at: datetime,
    actor: Actor,
) -> tuple[Client, str]:
    """Register a client and return it with its token, which is told this once; without units it reaches all.

    Raises Invalid naming a wrong field, and Conflict for a name that is taken.
    """
    if not name.strip():
        raise Invalid("name")
    if expires_at <= clock.now():
        raise Invalid("expires")
    if session.scalars(select(Client.id).where(Client.tenant_id == tenant_id, Client.name == name.strip())).first():
        raise Conflict("name")
    token, reached = crypto.new_token(), list(units)
    client = Client(
        id=new_id(),
        tenant_id=tenant_id,
        name=name.strip(),
        token_hash=crypto.token_hash(token),
        scopes=" ".join(canonical(scopes)),
        all_units=not reached,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    session.add(client)
    session.flush()
    session.add_all(ClientUnit(client_id=client.id, unit_id=unit.id) for unit in reached)
    _record(session, client, "client.add", actor)
    return client, token


def by_name(session: Session, tenant_id: uuid.UUID, name: str) -> Client:
    """Return a client; raises NotFound."""
    found = session.scalars(select(Client).where(Client.tenant_id == tenant_id, Client.name == name)).first()
    if found is None:
        raise NotFound("client")
    return found


def revoke(session: Session, client: Client, actor: Actor) -> None:
    """Take a client's access away, in all processes within a second; idempotent."""
    client.revoked_at = client.revoked_at or clock.now()
    forget()
    _record(session, client, "client.revoke", actor)


def _record(session: Session, client: Client, action: str, actor: Actor) -> None:
    audit.record(
        session, actor, action, tenant_id=client.tenant_id, entity="client", entity_id=client.id, reason="access"
    )
