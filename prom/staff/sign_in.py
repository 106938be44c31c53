"""Signing in with a password, and the sessions that follow. A federated sign-in will end in `begin_session` too."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.staff.models import Clinician, StaffSession
from prom.staff.permissions import PERMISSIONS, Permission, Role
from prom.staff.queries import clinician_by_username, units_of

ATTEMPTS_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)
IDLE_LIMIT = timedelta(hours=1)
#: How often a session's last use is written down; each write costs a transaction.
SEEN_EVERY = timedelta(minutes=1)

#: Checked for an unknown name, so that it takes as long as a wrong password for a known one.
_NOBODY = crypto.hash_password(crypto.new_token())


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, as pages and services need it."""

    clinician_id: uuid.UUID
    tenant_id: uuid.UUID
    display_name: str
    role: Role
    language: str
    unit_ids: frozenset[uuid.UUID]
    session_id: uuid.UUID

    @property
    def caller_id(self) -> uuid.UUID:
        """Whose allowance her requests use up."""
        return self.clinician_id

    @property
    def actor(self) -> Actor:
        """The same person as the audit log knows her."""
        return Actor("clinician", self.clinician_id, self.role)

    def may(self, permission: Permission) -> bool:
        """Whether the role holds a permission."""
        return permission in PERMISSIONS[self.role]


def check_password(session: Session, username: str, password: str) -> Clinician | None:
    """Return the clinician for a right password, else None; counts failures and locks the account for a while.

    The count must be committed although the sign-in failed: do not raise inside the same transaction.
    """
    clinician = session.scalars(select(Clinician).where(Clinician.username == username).with_for_update()).first()
    right = crypto.password_matches(clinician.password_hash if clinician else _NOBODY, password)
    if clinician is None:
        return None
    if not clinician.active or _is_locked(clinician):
        _record(session, clinician, "session.refuse")
        return None
    if right:
        clinician.failed_attempts = 0
        clinician.locked_until = None
        return clinician
    clinician.failed_attempts += 1
    if clinician.failed_attempts >= ATTEMPTS_BEFORE_LOCK:
        clinician.locked_until = clock.now() + LOCKED_FOR
        clinician.failed_attempts = 0
    _record(session, clinician, "session.refuse")
    return None


def is_locked(session: Session, username: str) -> bool:
    """Whether an account is locked at present."""
    clinician = clinician_by_username(session, username)
    return clinician is not None and _is_locked(clinician)


def _is_locked(clinician: Clinician) -> bool:
    return clinician.locked_until is not None and clinician.locked_until > clock.now()


def begin_session(session: Session, clinician: Clinician) -> str:
    """Start a session and return its token; only the token's hash is stored."""
    token, now = crypto.new_token(), clock.now()
    session.add(
        StaffSession(
            clinician_id=clinician.id,
            token_hash=crypto.token_hash(token),
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LASTS,
        )
    )
    _record(session, clinician, "session.begin")
    return token


def find_session(session: Session, token: str) -> SignedIn | None:
    """Return who holds a token, if its session is neither ended, nor too old, nor idle for too long."""
    now = clock.now()
    row = session.scalars(select(StaffSession).where(StaffSession.token_hash == crypto.token_hash(token))).first()
    if row is None or row.ended_at is not None or row.expires_at <= now or row.seen_at + IDLE_LIMIT <= now:
        return None
    clinician = session.get_one(Clinician, row.clinician_id)
    if not clinician.active:
        return None
    return SignedIn(
        clinician_id=clinician.id,
        tenant_id=clinician.tenant_id,
        display_name=clinician.display_name,
        role=Role(clinician.role),
        language=clinician.language,
        unit_ids=frozenset(unit.id for unit in units_of(session, clinician.id)),
        session_id=row.id,
    )


def needs_seen(session: Session, signed_in: SignedIn) -> bool:
    """Whether the session's last use was written down too long ago."""
    return session.get_one(StaffSession, signed_in.session_id).seen_at + SEEN_EVERY <= clock.now()


def mark_seen(session: Session, signed_in: SignedIn) -> None:
    """Write down that the session is in use."""
    session.get_one(StaffSession, signed_in.session_id).seen_at = clock.now()


def end_session(session: Session, signed_in: SignedIn) -> None:
    """End a session; its token opens nothing any more."""
    row = session.get_one(StaffSession, signed_in.session_id)
    row.ended_at = clock.now()
    _record(session, session.get_one(Clinician, row.clinician_id), "session.end")


def _record(session: Session, clinician: Clinician, action: str) -> None:
    audit.record(
        session,
        Actor("clinician", clinician.id, clinician.role),
        action,
        tenant_id=clinician.tenant_id,
        entity="clinician",
        entity_id=clinician.id,
        reason="sign-in",
    )
