"""Reporting a safety problem, and saying that one has been seen. It reaches the watch, and an address if one is set."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from prom import clock
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import new_id
from prom.errors import Invalid, NotFound
from prom.language import text
from prom.messaging import outbox
from prom.patients import sealing
from prom.safety.models import SafetyProblem
from prom.settings.queries import effective
from prom.staff.queries import clinician_names

#: The setting that holds the address which is told.
RECIPIENT = "safetyMail"
#: So long a mail is tried; the watch stays red beside it.
LASTS = timedelta(days=3)
MOST_LETTERS = 4000
#: How many that have been seen are listed, the newest.
LISTED = 100


@dataclass(frozen=True)
class Reported:
    """A problem, opened."""

    id: uuid.UUID
    words: str
    by: str
    at: datetime
    seen_at: datetime | None
    seen_by: str | None


def report(session: Session, tenant_id: uuid.UUID, by: Actor, words: str, address: str) -> SafetyProblem:
    """Store what somebody found, sealed, and put a mail without it into the outbox where an address is set.

    `address` is where it is read. Raises Invalid for no words, or for more than anybody reads.
    """
    told = words.strip()
    if not told or len(told) > MOST_LETTERS or by.id is None:
        raise Invalid("words")
    row = SafetyProblem(id=new_id(), tenant_id=tenant_id, reported_by=by.id, reported_at=clock.now())
    sealing.seal(session, row, "problem", {"words": told})
    session.add(row)
    session.flush()
    _record(session, by, "safety-problem.report", row)
    recipient = effective(session, RECIPIENT, tenant_id=tenant_id).value
    if recipient:
        letter = outbox.Letter(
            tenant_id=tenant_id,
            kind="staff",
            key=f"safety:{row.id}",
            to=str(recipient),
            body=text("mail.safety", "nb", address=address),
            expires_at=clock.now() + LASTS,
        )
        outbox.put(session, letter)
    return row


def see(session: Session, tenant_id: uuid.UUID, problem_id: uuid.UUID, by: Actor) -> None:
    """Say that a problem has been looked at; the first who does is kept. Raises NotFound."""
    row = session.get(SafetyProblem, problem_id, with_for_update=True)
    if row is None or row.tenant_id != tenant_id:
        raise NotFound("safety-problem")
    if row.seen_at is None:
        row.seen_at, row.seen_by = clock.now(), by.id
        session.flush()
        _record(session, by, "safety-problem.see", row)


def listed(session: Session, tenant_id: uuid.UUID, by: Actor) -> Sequence[Reported]:
    """Open all that nobody has seen, and the newest of the others; the reading is on record."""
    ours = select(SafetyProblem).where(SafetyProblem.tenant_id == tenant_id)
    unseen = session.scalars(ours.where(SafetyProblem.seen_at.is_(None)).order_by(SafetyProblem.reported_at)).all()
    seen = session.scalars(
        ours.where(SafetyProblem.seen_at.is_not(None)).order_by(SafetyProblem.reported_at.desc()).limit(LISTED)
    ).all()
    rows = [*unseen, *seen]
    names = clinician_names(session, [each for row in rows for each in (row.reported_by, row.seen_by) if each])
    audit.record(session, by, "safety-problem.list", tenant_id=tenant_id, entity="safety_problem", reason="safety")
    return [
        Reported(
            row.id,
            sealing.open_column(session, row, "problem")["words"],
            names.get(row.reported_by, ""),
            row.reported_at,
            row.seen_at,
            names.get(row.seen_by) if row.seen_by else None,
        )
        for row in rows
    ]


def unseen(session: Session) -> int:
    """Count what nobody has seen."""
    return session.scalar(select(func.count()).select_from(SafetyProblem).where(SafetyProblem.seen_at.is_(None))) or 0


def _record(session: Session, by: Actor, action: str, row: SafetyProblem) -> None:
    audit.record(
        session, by, action, tenant_id=row.tenant_id, entity="safety_problem", entity_id=row.id, reason="safety"
    )
