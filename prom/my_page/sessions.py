"""A session on her own page: it begins with a code, and ends after 20 minutes without a sign of her, or by her."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import new_id
from prom.my_page.models import PatientSession
from prom.patients.queries import patient

IDLE_LIMIT = timedelta(minutes=20)
LASTS = timedelta(hours=4)
#: Her last sign is written down at most this often, so that reading a page seldom writes.
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Me:
    """The patient whose page this is."""

    patient_id: uuid.UUID
    tenant_id: uuid.UUID
    session_id: uuid.UUID

    @property
    def actor(self) -> Actor:
        """She, as the audit log knows her."""
        return Actor("patient", self.session_id)


def begin(session: Session, patient_id: uuid.UUID) -> str:
    """Begin a session and return its token; only its hash is stored."""
    token, now = crypto.new_token(), clock.now()
    row = PatientSession(
        id=new_id(),
        tenant_id=patient(session, patient_id).tenant_id,
        patient_id=patient_id,
        token_hash=crypto.token_hash(token),
        created_at=now,
        seen_at=now,
        expires_at=now + LASTS,
    )
    session.add(row)
    session.flush()
    _record(session, row, "my-page.begin")
    return token


def find(session: Session, token: str | None) -> Me | None:
    """Return whose session a token is of; None for none, one that has ended, and one without a sign of her for long."""
    if not token:
        return None
    row = session.scalars(select(PatientSession).where(PatientSession.token_hash == crypto.token_hash(token))).first()
    now = clock.now()
    if row is None or row.ended_at is not None or min(row.expires_at, row.seen_at + IDLE_LIMIT) <= now:
        return None
    if patient(session, row.patient_id).stopped_at is not None:
        return None
    if row.seen_at + SEEN_EVERY <= now:
        row.seen_at = now
        session.flush()
    return Me(row.patient_id, row.tenant_id, row.id)


def end(session: Session, me: Me) -> None:
    """End a session; its token opens nothing any more."""
    row = session.get_one(PatientSession, me.session_id)
    row.ended_at = clock.now()
    session.flush()
    _record(session, row, "my-page.end")


def _record(session: Session, row: PatientSession, action: str) -> None:
    audit.record(
        session,
        Actor("patient", row.id),
        action,
        tenant_id=row.tenant_id,
        entity="patient",
        entity_id=row.patient_id,
        subjects=[row.patient_id],
        reason="sign-in",
    )
