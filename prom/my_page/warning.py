"""Whoever has her old number is told that it was changed, so that nobody takes her messages over in silence."""

import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from prom import clock, language
from prom.messaging import outbox
from prom.messaging.models import Kind
from prom.messaging.outbox import Letter
from prom.patients import phone
from prom.patients.models import ContactPoint
from prom.patients.queries import identity
from prom.staff.models import Unit

#: For so long it is worth telling.
LASTS = timedelta(days=2)


def warn_old_number(session: Session, patient_id: uuid.UUID, old: str, now: ContactPoint, unit: Unit) -> None:
    """Write to the number (E.164) that was hers, once for each change. It tells nothing but that, and whom to call."""
    words = language.text(
        "message.number-changed", identity(session, patient_id).language, phone=phone.as_spoken(unit.phone)
    )
    outbox.put(
        session,
        Letter(
            tenant_id=now.tenant_id,
            kind=Kind.CODE,
            key=f"number-changed:{now.id}",
            to=old,
            body=words,
            expires_at=clock.now() + LASTS,
            patient_id=patient_id,
        ),
    )
