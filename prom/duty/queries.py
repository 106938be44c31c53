"""Reading the roster: whose phones ring now, level by level, and which holes lie ahead."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.duty.holes import Stretch, holes
from prom.duty.models import Shift
from prom.errors import NotFound
from prom.staff.models import Unit

#: A hole is warned of so long before it begins; a roster that ended within this time counts as one that has a hole.
AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Hole:
    """A time for which a unit's roster names nobody at a level that it otherwise names."""

    unit_id: uuid.UUID
    level: int
    start: datetime
    end: datetime


def ringing(session: Session, unit: Unit, now: datetime) -> list[list[str]]:
    """Return the phones of each level, E.164, the level that rings first in front; never empty, no phone twice.

    The unit's own on-call phone stands where the roster names nobody at the first level, and else behind the last
    level: so there is somebody to ring at any time, whatever the roster says.
    """
    on_duty = session.execute(
        select(Shift.level, Shift.phone)
        .where(Shift.unit_id == unit.id, Shift.ends_at > now, Shift.starts_at <= now)
        .order_by(Shift.level, Shift.starts_at, Shift.id)
    ).all()
    by_level: dict[int, list[str]] = defaultdict(list)
    known = set[str]()
    if not any(level == 1 for level, _ in on_duty):
        by_level[1], known = [unit.on_call_phone], {unit.on_call_phone}
    for level, phone in on_duty:
        if phone not in known:
            by_level[level].append(phone)
            known.add(phone)
    if unit.on_call_phone not in known:
        by_level[max(by_level) + 1] = [unit.on_call_phone]
    return [by_level[level] for level in sorted(by_level)]


def shifts(session: Session, unit_id: uuid.UUID, now: datetime) -> Sequence[Shift]:
    """Return what is left of a unit's roster, in the order of time, then of levels."""
    left = select(Shift).where(Shift.unit_id == unit_id, Shift.ends_at > now)
    return session.scalars(left.order_by(Shift.starts_at, Shift.level, Shift.id)).all()


def shift(session: Session, shift_id: uuid.UUID, unit_id: uuid.UUID) -> Shift:
    """Return a shift of a unit; raises NotFound."""
    found = session.get(Shift, shift_id)
    if found is None or found.unit_id != unit_id:
        raise NotFound("shift")
    return found


def holes_ahead(session: Session, now: datetime, unit_ids: Collection[uuid.UUID] | None = None) -> list[Hole]:
    """Return the holes of the next 14 days, of some units or of all, the soonest first.

    A unit that keeps no roster has none: its own on-call phone rings at any hour.
    """
    known = select(Shift).where(Shift.ends_at > now - AHEAD)
    if unit_ids is not None:
        known = known.where(Shift.unit_id.in_(unit_ids))
    covered: dict[tuple[uuid.UUID, int], list[Stretch]] = defaultdict(list)
    for each in session.scalars(known):
        covered[each.unit_id, each.level].append(Stretch(each.starts_at, each.ends_at))
    found = [
        Hole(unit_id, level, *hole)
        for (unit_id, level), stretches in covered.items()
        for hole in holes(stretches, now, now + AHEAD)
    ]
    return sorted(found, key=lambda hole: (hole.start, hole.level))


def lasting(hole: Hole, now: datetime) -> tuple[object, ...]:
    """Return what stays the same of a hole from look to look: not the start and end that only move on with the hour."""
    starts = hole.start if hole.start > now else None
    ends = hole.end if hole.end < now + AHEAD else None
    return hole.unit_id, hole.level, starts, ends
