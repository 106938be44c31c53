"""How often a code is asked for with one number and one birth date, whosever they are.

Both are counted together, so that a stranger who knows the number and guesses at the birth date takes no try from her.
"""

import uuid
from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.my_page.models import CodeAttempt

#: At most so many within an hour count; what is asked for beyond them gets nothing and prolongs nothing.
MOST = 3
WITHIN = timedelta(hours=1)
#: How many old ones a single asking deletes at most.
DELETED_AT_ONCE = 100


def allow(session: Session, tenant_id: uuid.UUID, mobile: str, born: date, browser: str) -> bool:
    """Count that a code is asked for with a number (E.164) and a birth date; False for too many within the hour.

    `browser` is empty but for one that she came in with before: what others ask takes nothing from that one.

    To be called with the patients of the number locked, so that of two who ask at once each sees the other. Nothing in
    here depends on whether the number is anybody's.
    """
    _forget_old(session)
    number_hash = crypto.keyed_hash(tenant_id, "code-attempt", f"{mobile}|{born.isoformat()}|{browser}")
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
