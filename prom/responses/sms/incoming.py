"""What comes in by SMS is stored before anything is done about it: sealed, once, and in a moment.

Its words are sealed with the patient's own key where one patient has the number; with the tenant's where nobody has it,
or several.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from prom import clock
from prom.db import new_id, on_postgresql, transaction
from prom.errors import Invalid
from prom.messaging.models import Incoming
from prom.messaging.recording import record
from prom.patients import phone, sealing
from prom.patients.contact import points_of_number

#: Of a longer sender or text the rest is dropped: ten joined SMS are 1,530 letters, and the vendor joins no more.
LONGEST_SENDER, LONGEST_TEXT = 40, 1600
#: How long the words of somebody whom nobody knows are kept for staff to read.
KEPT = timedelta(days=30)
BLANKED_AT_ONCE = 500


@dataclass(frozen=True)
class Came:
    """One SMS as the vendor hands it over; its repr shows neither number nor words."""

    vendor_id: str
    sender: str = field(repr=False)
    words: str = field(repr=False)


def take_in(session: Session, tenant_id: uuid.UUID, came: Came) -> bool:
    """Store what came, for the sweep to act on; False for a second delivery of the same."""
    number = as_number(came.sender)
    owners = {point.patient_id for point in points_of_number(session, tenant_id, number)}
    row = Incoming(
        id=new_id(),
        tenant_id=tenant_id,
        patient_id=next(iter(owners)) if len(owners) == 1 else None,
        vendor_id=came.vendor_id,
        received_at=clock.now(),
    )
    sealing.seal(session, row, "letter", {"from": number, "body": came.words[:LONGEST_TEXT]})
    if not _insert(session, row):
        return False
    record(session, "incoming.receive", row)
    return True


def as_number(sender: str) -> str:
    """Return the sender as E.164, as numbers are kept; what is no phone number, such as a name, stays as it is."""
    try:
        return phone.any_phone(sender, "from")
    except Invalid:
        return sender.strip()[:LONGEST_SENDER]


def _insert(session: Session, row: Incoming) -> bool:
    """Write the row; the database decides whether it came before, so that two deliveries at once are one message."""
    insert = postgresql.insert if on_postgresql(session) else sqlite.insert
    values = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    statement = insert(Incoming).values(**values).on_conflict_do_nothing(index_elements=[Incoming.vendor_id])
    return session.scalars(statement.returning(Incoming.id)).first() is not None


def waiting(session: Session, limit: int = 200) -> list[uuid.UUID]:
    """Return the ids of what nobody has acted on yet, in the order in which it came."""
    rows = select(Incoming.id).where(Incoming.handled_at.is_(None)).order_by(Incoming.received_at, Incoming.id)
    return list(session.scalars(rows.limit(limit)))


@dataclass(frozen=True)
class Unknown:
    """What somebody wrote whom nobody knows, opened for staff."""

    row: Incoming
    sender: str = field(repr=False)
    words: str = field(repr=False)


def unknown(session: Session, tenant_id: uuid.UUID, limit: int = 200) -> Sequence[Unknown]:
    """Open what came from numbers that nobody knows, newest first; whoever shows it writes the audit record."""
    rows = session.scalars(
        select(Incoming)
        .where(Incoming.tenant_id == tenant_id, Incoming.outcome == "unknown", Incoming.letter_sealed.is_not(None))
        .order_by(Incoming.received_at.desc(), Incoming.id.desc())
        .limit(limit)
    ).all()
    opened = [(row, sealing.open_column(session, row, "letter")) for row in rows]
    return [Unknown(row, letter["from"], letter["body"]) for row, letter in opened]


def blank_old() -> int:
    """Blank the words of whoever nobody knew, 30 days after they came; returns how many were blanked."""
    with transaction() as session:
        rows = session.scalars(
            select(Incoming)
            .where(Incoming.letter_sealed.is_not(None), Incoming.handled_at.is_not(None))
            .where(Incoming.received_at <= clock.now() - KEPT)
            .limit(BLANKED_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.letter_sealed = None
            record(session, "incoming.blank", row)
    return len(rows)
