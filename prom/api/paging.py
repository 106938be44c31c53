"""Lists in parts: newest first, each part beginning after the last id of the one before it.

Ids lie in the order of their making (UUIDv7), so that what comes in meanwhile shifts nothing, and nothing is counted.
"""

import base64
import binascii
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

T = TypeVar("T")

#: How many a part holds unless asked otherwise, and at most.
USUAL, MOST = 50, 200


@dataclass(frozen=True)
class Cut:
    """Which part of a list is wanted: so many, older than this id."""

    limit: int = USUAL
    before: uuid.UUID | None = None


@dataclass(frozen=True)
class Part(Generic[T]):
    """A part of a list, and the cursor of the one that follows; None at the end."""

    items: Sequence[T]
    next_cursor: str | None


def part(session: Session, query: Select[T], key: InstrumentedAttribute[uuid.UUID], cut: Cut) -> Part[T]:
    """Return a part of what a query finds, newest first. The query has no order of its own."""
    if cut.before is not None:
        query = query.where(key < cut.before)
    rows = session.scalars(query.order_by(key.desc()).limit(cut.limit + 1)).all()
    found = rows[: cut.limit]
    return Part(found, cursor(getattr(found[-1], key.key)) if len(rows) > cut.limit else None)


def cursor(row_id: uuid.UUID) -> str:
    """Return the cursor of what follows a row."""
    return base64.urlsafe_b64encode(row_id.bytes).decode().rstrip("=")


def read(text: str) -> uuid.UUID:
    """Return the id in a cursor; raises ValueError for what is none of ours."""
    try:
        raw = base64.b64decode(text + "==", altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("no cursor") from None
    if len(raw) != len(uuid.UUID(int=0).bytes) or cursor(uuid.UUID(bytes=raw)) != text:
        raise ValueError("no cursor")
    return uuid.UUID(bytes=raw)
