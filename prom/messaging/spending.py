"""How many SMS may leave in an hour: a fault that writes to everybody again and again must not go on all night."""

import threading
import uuid
from datetime import timedelta
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from prom import clock
from prom.messaging.models import Kind, Message
from prom.settings.queries import effective
from prom.staff.models import Tenant

#: The setting that holds the limit.
LIMIT = "smsPerHour"
HOUR = timedelta(hours=1)
#: A run counts again after so many messages; several workers at once may go over by so many each.
COUNT_AFTER = 20


def sent_and_allowed(session: Session, tenant_id: uuid.UUID) -> tuple[int, int]:
    """Return how many SMS (segments) left in the last hour, those that nothing holds back too, and how many may."""
    sent = session.scalar(
        select(func.coalesce(func.sum(func.coalesce(Message.segments, 1)), 0)).where(
            Message.accepted_at > clock.now() - HOUR, Message.tenant_id == tenant_id, Message.kind != Kind.STAFF
        )
    )
    allowed = effective(session, LIMIT, tenant_id=tenant_id).value
    return int(sent or 0), int(allowed or 0)


def spent(session: Session) -> frozenset[uuid.UUID]:
    """Return the tenants that may send no more SMS now."""
    tenants = session.scalars(select(Tenant.id)).all()
    counted = {tenant_id: sent_and_allowed(session, tenant_id) for tenant_id in tenants}
    return frozenset(tenant_id for tenant_id, (sent, allowed) in counted.items() if sent >= allowed)


class Spending:
    """Whose hour is used up, as one run knows it; for all its senders together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = count()
        self._spent: frozenset[uuid.UUID] = frozenset()

    def spent(self, session: Session) -> frozenset[uuid.UUID]:
        """Return the tenants that may send no more, counted anew every now and then."""
        with self._lock:
            if next(self._asked) % COUNT_AFTER == 0:
                self._spent = spent(session)
            return self._spent
