"""How often a code is asked for to one number, whosever it is: who guesses is held back like whoever is her."""

import uuid
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.my_page.models import CodeAttempt

#: At most so many within an hour count; what is asked for beyond them gets nothing and prolongs nothing.
MOST = 3
WITHIN = timedelta(hours=1)
#: How many old ones a single asking deletes at most.
DELETED_AT_ONCE = 100


def allow(session: Session, tenant_id: uuid.UUID, mobile: str) -> bool:
    """Count that a code is asked for to a number (E.164); False where there were too many within the hour.

    To be called with the patients of the number locked, so that of two who ask at once each sees the other. Nothing in
    here depends on whether the number is anybody's.
    """
    _forget_old(session)
    number_hash = crypto.keyed_hash(tenant_id, "code-attempt", mobile)
    lately = select(func.count()).where(
        CodeAttempt.number_hash == number_hash, CodeAttempt.created_at > clock.now() - WITHIN
    )
    if (session.scalar(lately) or 0) >= MOST:
        return False
    session.add(CodeAttempt(tenant_id=tenant_id, number_hash=number_hash, created_at=clock.now()))
    session.flush()
    return True


def _forget_old(session: Session) -> None:
    """Those that another one is deleting in this moment are left to it: two never wait for each other."""
    old = (
        select(CodeAttempt.id)
        .where(CodeAttempt.created_at <= clock.now() - WITHIN)
        .limit(DELETED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(old).all()
    session.execute(delete(CodeAttempt).where(CodeAttempt.id.in_(found)))
