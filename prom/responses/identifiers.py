"""The identifier that a machine gives its response: sealed with the answers, and found again by a keyed hash."""

import uuid
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from prom import crypto
from prom.responses.models import Response


@dataclass(frozen=True)
class Identifier:
    """A name that its system gives to one response only, so that a retry is known as one."""

    system: str
    value: str

    def hashed(self, tenant_id: uuid.UUID) -> bytes:
        """Return the keyed hash that it is found by."""
        return crypto.keyed_hash(tenant_id, "response-identifier", f"{len(self.system)}|{self.system}|{self.value}")


_NAMED = select(Response).where(
    Response.tenant_id == bindparam("tenant"), Response.identifier_hash == bindparam("hash")
)


def find_by_identifier(session: Session, tenant_id: uuid.UUID, identifier: Identifier) -> Response | None:
    """Return the hospital's response of this identifier, whatever its status; whoever shows it writes the record."""
    return session.scalars(_NAMED, {"tenant": tenant_id, "hash": identifier.hashed(tenant_id)}).first()
