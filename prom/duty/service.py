"""Putting phones on the roster and taking them off. Each leaves an audit record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.audit import service as audit
from prom.audit.service import Actor
from prom.db import new_id
from prom.duty.models import Shift
from prom.errors import Invalid
from prom.patients.phone import mobile
from prom.staff.models import Unit

LEVELS = (1, 2, 3)
#: A longer one is taken for a slip of the pen, such as a wrong year.
LONGEST = timedelta(days=31)
LONGEST_NAME = 100


@dataclass(frozen=True)
class Planned:
    """A shift as people write it: local wall time of the unit, `YYYY-MM-DD HH:MM`; the level is "1", "2" or "3"."""

    starts: str
    ends: str
    level: str
    phone: str
    name: str


def add(session: Session, unit: Unit, planned: Planned, actor: Actor) -> Shift | None:
    """Put a phone on duty, or change who has it until when; None where the very same is there already.

    Raises Invalid naming the field.
    """
    made = _shift(unit, planned)
    there = select(Shift).where(
        Shift.unit_id == unit.id,
        Shift.level == made.level,
        Shift.phone == made.phone,
        Shift.starts_at == made.starts_at,
    )
    known = session.scalars(there).first()
    if known is None:
        session.add(made)
    elif (known.ends_at, known.name) == (made.ends_at, made.name):
        return None
    else:
        known.ends_at, known.name = made.ends_at, made.name
        made = known
    session.flush()
    _record(session, actor, "roster.add", unit)
    return made


def add_all(session: Session, unit: Unit, planned: Sequence[Planned], actor: Actor) -> int:
    """Put all on duty or none; returns how many are new or changed.

    Raises Invalid naming the field and, from 1, the shift.
    """
    added = 0
    for number, each in enumerate(planned, 1):
        try:
            added += add(session, unit, each, actor) is not None
        except Invalid as refused:
            raise Invalid(refused.field, shift=number) from None
    return added


def remove(session: Session, unit: Unit, shift: Shift, actor: Actor) -> None:
    """Take a phone off duty. The unit's own on-call phone cannot be taken off: somebody is always left."""
    session.delete(shift)
    session.flush()
    _record(session, actor, "roster.remove", unit)


def _shift(unit: Unit, planned: Planned) -> Shift:
    starts, ends = _instant("starts", planned.starts, unit), _instant("ends", planned.ends, unit)
    if not timedelta() < ends - starts <= LONGEST or ends <= clock.now():
        raise Invalid("ends")
    if planned.level.strip() not in map(str, LEVELS):
        raise Invalid("level")
    name = planned.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid("name")
    return Shift(
        id=new_id(),
        tenant_id=unit.tenant_id,
        unit_id=unit.id,
        level=int(planned.level),
        phone=mobile(planned.phone, "phone"),
        name=name,
        starts_at=starts,
        ends_at=ends,
    )


def _instant(field: str, text: str, unit: Unit) -> datetime:
    """Read a unit's wall time: one that its clocks leave out is refused, of one that comes twice the first counts."""
    try:
        wall = datetime.strptime(text.strip().replace("T", " "), "%Y-%m-%d %H:%M")  # noqa: DTZ007 (wall time)
    except ValueError:
        raise Invalid(field) from None
    at = wall.replace(tzinfo=ZoneInfo(unit.zone)).astimezone(UTC)
    if at.astimezone(ZoneInfo(unit.zone)).replace(tzinfo=None) != wall:
        raise Invalid(field)
    return at


def _record(session: Session, actor: Actor, action: str, unit: Unit) -> None:
    audit.record(
        session,
        actor,
        action,
        tenant_id=unit.tenant_id,
        entity="unit",
        entity_id=unit.id,
        unit_id=unit.id,
        reason="setting",
    )
