"""A patient's own pause: no questions for a while that she chooses, thirty days at most. Her unit sees it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import episodes, pauses
from prom.errors import Conflict, Invalid
from prom.my_page.present import Present
from prom.my_page.sessions import Me

#: The lengths that she chooses among, in days; the longest is the most.
LENGTHS = (1, 3, 7, 14, 30)


@dataclass(frozen=True)
class Length:
    """One length, and the local day on which questions come again."""

    days: int
    until: date


def lengths(zone: str) -> list[Length]:
    """Return what she can choose, as days of her unit's zone."""
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    return [Length(days, today + timedelta(days=days)) for days in LENGTHS]


def pause(session: Session, me: Me, here: Present, days: int) -> None:
    """Pause all that is asked of her until the beginning of a local day.

    Raises Invalid for a length that is not offered, Conflict where nothing is asked of her any more.
    """
    if days not in LENGTHS:
        raise Invalid("days")
    if here.unit is None or not here.active:
        raise Conflict("episode")
    zone = ZoneInfo(here.unit.zone)
    day = clock.now().astimezone(zone).date() + timedelta(days=days)
    for each in here.active:
        episodes.pause(session, each, datetime.combine(day, time(), zone), "wish", me.actor)


def resume(session: Session, me: Me, here: Present) -> None:
    """End her own pause; without one nothing changes, and her unit's goes on."""
    for each in here.active:
        if pauses.PATIENT in pauses.running(session, each):
            episodes.resume(session, each, me.actor)


def runs(session: Session, here: Present) -> bool:
    """Whether a pause of her own runs, which she can end."""
    return any(pauses.PATIENT in pauses.running(session, each) for each in here.active)
