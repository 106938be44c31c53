"""Finding out which client calls."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.audit.service import Actor
from prom.clients.models import Client, ClientUnit
from prom.clients.scopes import permissions_of
from prom.staff.models import Unit
from prom.staff.permissions import Permission


@dataclass(frozen=True)
class CallingClient:
    """A client that calls with a valid token, as routes and services need it."""

    client_id: uuid.UUID
    tenant_id: uuid.UUID
    name: str
    scopes: tuple[str, ...]
    permissions: frozenset[Permission]
    unit_ids: frozenset[uuid.UUID]
    #: A machine has no language of its own; its request may ask for one.
    language: str = "nb"

    @property
    def caller_id(self) -> uuid.UUID:
        """Whose allowance its requests use up."""
        return self.client_id

    @property
    def actor(self) -> Actor:
        """The client as the audit log knows it."""
        return Actor("client", self.client_id)

    def may(self, permission: Permission) -> bool:
        """Whether its scopes hold a permission; who it is itself, every client may ask."""
        return permission is Permission.OWN_SESSION or permission in self.permissions


#: Who called last, by the token's hash: what a token opens is looked up once a second, not with each request.
_remembered: dict[bytes, tuple[datetime, CallingClient]] = {}
REMEMBERED_FOR = timedelta(seconds=1)
MOST_REMEMBERED = 1000


def remembered(token: str) -> CallingClient | None:
    """Return a client that `find_client` has found within the last second, in this process."""
    until, found = _remembered.get(crypto.token_hash(token), (None, None))
    return found if until is not None and clock.now() < until else None


def remember(token: str, found: CallingClient) -> None:
    """Remember who calls with this token, for a second."""
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[crypto.token_hash(token)] = clock.now() + REMEMBERED_FOR, found


def forget() -> None:
    """Remember nobody; other processes do so within a second."""
    _remembered.clear()


def find_client(session: Session, token: str) -> CallingClient | None:
    """Return the client of a token, unless it is unknown, revoked or expired."""
    row = session.scalars(select(Client).where(Client.token_hash == crypto.token_hash(token))).first()
    if row is None or row.revoked_at is not None or row.expires_at <= clock.now():
        return None
    scopes = tuple(row.scopes.split())
    return CallingClient(
        client_id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        scopes=scopes,
        permissions=permissions_of(scopes),
        unit_ids=frozenset(session.scalars(_units_of(row))),
    )


def _units_of(client: Client) -> Select[uuid.UUID]:
    if client.all_units:
        return select(Unit.id).where(Unit.tenant_id == client.tenant_id)
    return select(ClientUnit.unit_id).where(ClientUnit.client_id == client.id)


def clients(session: Session, tenant_id: uuid.UUID) -> Sequence[Client]:
    """Return all clients of the hospital, by name."""
    return session.scalars(select(Client).where(Client.tenant_id == tenant_id).order_by(Client.name)).all()
