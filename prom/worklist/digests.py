"""A mail to a unit's staff that alerts wait which nobody has taken: how many, and where. At most one each morning."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from prom import clock
from prom.messaging import mail, outbox
from prom.settings.queries import Owner, effective_many
from prom.staff.models import Unit
from prom.worklist.models import OPEN, Alert

#: Not before this local time; a mail that could not be sent by then is worth nothing after the day's work.
FROM = time(8)
LASTS = timedelta(hours=9)
#: The setting that holds the address of a unit's staff.
RECIPIENT = "staffMail"


def put_digests(session: Session, address: str) -> int:
    """Put today's mail into the outbox for each unit that wants one and has something waiting; returns how many.

    `address` is where staff sign in. The mail names neither patient, nor unit, nor what it is about.
    """
    units = session.scalars(select(Unit).order_by(Unit.id)).all()
    chosen = effective_many(session, RECIPIENT, [Owner(unit.tenant_id, unit.id) for unit in units])
    put = 0
    for unit, recipient in zip(units, chosen, strict=True):
        local = clock.now().astimezone(ZoneInfo(unit.zone))
        waiting = _unclaimed(session, unit) if recipient.value and local.time() >= FROM else 0
        if waiting:
            put += outbox.put(session, _letter(unit, str(recipient.value), waiting, address, local)) is not None
    return put


def _unclaimed(session: Session, unit: Unit) -> int:
    open_ones = select(func.count()).select_from(Alert).where(text(OPEN), Alert.claimed_by.is_(None))
    return session.scalar(open_ones.where(Alert.unit_id == unit.id)) or 0


def _letter(unit: Unit, to: str, waiting: int, address: str, local: datetime) -> outbox.Letter:
    return outbox.Letter(
        tenant_id=unit.tenant_id,
        unit_id=unit.id,
        kind="staff",
        key=f"staff:{unit.id}:{local.date()}",
        to=to,
        body=mail.words(waiting, address),
        expires_at=clock.now() + LASTS,
    )
