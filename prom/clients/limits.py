"""Rate limits, kept in the database: what one caller may ask in a minute, over all processes together.

A process asks the database for a handful of requests at a time and hands them out itself: one statement for many
requests. What it holds when the minute ends is forgotten, so a caller may get less than the limit, never more.
"""

import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from prom import clock
from prom.clients.models import Allowance
from prom.db import on_postgresql, transaction
from prom.errors import TooMany

WINDOW = timedelta(minutes=1)
#: Requests that a process takes from the database at once, at most and as a share of the limit.
HANDFUL = 500
SHARE = 20


BEFORE = datetime.min.replace(tzinfo=UTC)


@dataclass
class _Purse:
    """What this process may still hand out to one caller in the window that began then."""

    window: datetime = BEFORE
    left: int = 0
    #: Set when the database has no more to give: nobody asks it again until the window ends.
    used_up: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


_purses: dict[uuid.UUID, _Purse] = {}


def spend(caller_id: uuid.UUID, limit: int) -> None:
    """Take one request from a caller's allowance; raises TooMany with the seconds to wait when it is used up."""
    purse = _purses.setdefault(caller_id, _Purse())
    with purse.lock:
        now = clock.now()
        window = now - timedelta(seconds=now.timestamp() % WINDOW.total_seconds())
        if purse.window != window:
            purse.window, purse.left, purse.used_up = window, 0, False
        if purse.left == 0 and not purse.used_up:
            purse.left = _grant(caller_id, window, limit)
            purse.used_up = purse.left == 0
        if purse.used_up:
            raise TooMany(retry_after=int((window + WINDOW - now).total_seconds()) + 1)
        purse.left -= 1


def _grant(caller_id: uuid.UUID, window: datetime, limit: int) -> int:
    """Ask the database for a handful; returns how many there still were."""
    wanted = max(1, min(HANDFUL, limit // SHARE))
    with transaction() as session:
        granted = _count(session, caller_id, window, wanted)
    return 0 if granted is None else max(0, min(wanted, limit - (granted - wanted)))


def _count(session: Session, caller_id: uuid.UUID, window: datetime, wanted: int) -> int | None:
    """Count what is wanted in; returns the sum of the window, or None where a later window runs already."""
    insert = postgresql.insert if on_postgresql(session) else sqlite.insert
    statement = insert(Allowance).values(caller_id=caller_id, window_began_at=window, granted=wanted)
    in_this_window = Allowance.window_began_at == statement.excluded.window_began_at
    statement = statement.on_conflict_do_update(
        index_elements=[Allowance.caller_id],
        set_={
            "window_began_at": statement.excluded.window_began_at,
            "granted": case((in_this_window, Allowance.granted + wanted), else_=wanted),
        },
        where=Allowance.window_began_at <= statement.excluded.window_began_at,
    )
    return session.execute(statement.returning(Allowance.granted)).scalar()


def forget() -> None:
    """Forget what this process holds, as a restart does."""
    _purses.clear()
