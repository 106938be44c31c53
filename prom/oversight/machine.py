"""What can go wrong beneath Prom, for the watch: clocks, the disk, keys, and locks that nobody lets go."""

import shutil
import threading
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.config import Settings
from prom.crypto import CannotOpen
from prom.db import on_postgresql
from prom.errors import StartRefused
from prom.oversight.checking import Check
from prom.staff import tenant_keys

#: Duties are minutes long: a clock that is a minute off is wrong.
MOST_APART = timedelta(minutes=1)
#: A jump is told for so long, for somebody to see to what was due in between.
JUMP_TOLD_FOR = timedelta(hours=1)
LEAST_FREE = 200_000_000
#: Prom's own transactions take milliseconds, and sweeps pass over what is locked: nobody else would notice.
LONGEST_LOCK = timedelta(seconds=60)

_LONG_LOCKS = text(
    "SELECT count(DISTINCT activity.pid) FROM pg_stat_activity activity JOIN pg_locks held ON held.pid = activity.pid "
    "WHERE activity.datname = current_database() AND activity.pid <> pg_backend_pid() AND held.granted "
    "AND held.locktype = 'relation' AND held.mode NOT IN ('AccessShareLock', 'ShareLock') "
    "AND activity.backend_type = 'client backend' AND clock_timestamp() - activity.xact_start > :longest"
)


class Steadiness:
    """Whether this process's wall clock goes as its monotonic one does, from one look to the next."""

    def __init__(self) -> None:
        self._between = threading.Lock()
        self._seen = clock.wall(), monotonic()
        self._jumped: tuple[float, timedelta] | None = None

    def jump(self) -> timedelta | None:
        """Return by how much the wall clock jumped, if it did within the last hour; forward is positive."""
        with self._between:
            wall, steady = clock.wall(), monotonic()
            by = (wall - self._seen[0]) - timedelta(seconds=steady - self._seen[1])
            if abs(by) > MOST_APART:
                self._jumped = steady, by
                self._seen = wall, steady
            if self._jumped is None or steady - self._jumped[0] > JUMP_TOLD_FOR.total_seconds():
                return None
            return self._jumped[1]


_steadiness = Steadiness()


def clocks(session: Session) -> Check:
    """Whether the wall clock is steady, and the database's own clock shows the same."""
    jump = _steadiness.jump()
    if jump is not None:
        return Check("clock", False, f"jumped by {jump.total_seconds():.0f} s")
    if not on_postgresql(session):
        return Check("clock", True, "steady")
    theirs: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    apart = abs(clock.wall() - theirs)
    return Check("clock", apart <= MOST_APART, f"{apart.total_seconds():.0f} s apart from the database's")


def disk(home: Path) -> Check:
    """Whether there is room left where Prom keeps its files, and its database where that is the embedded one."""
    free = shutil.disk_usage(home).free
    return Check("disk", free >= LEAST_FREE, f"{free // 1_000_000} MB free")


def keys(session: Session, settings: Settings | None) -> Check:
    """Whether every tenant's keys open by the master keys as they are by now, where `settings` say where they lie.

    A key file that went missing is told while all goes on: nothing would start again without it.
    """
    try:
        if settings is not None:
            crypto.keyring().read_again(settings)
        tenant_keys.load(session)
    except CannotOpen:
        return Check("keys", False, "a tenant's do not open by the master key")
    except (StartRefused, OSError):
        return Check("keys", False, "not loaded, or gone from where they are read")
    return Check("keys", True, "open")


def locks(session: Session) -> Check:
    """Whether a transaction holds what it locked for longer than any of Prom's does.

    On SQLite it would keep everybody from writing, and the jobs fall silent by their names.
    """
    if not on_postgresql(session):
        return Check("locks", True, "the embedded database: a held lock silences the jobs")
    held = session.execute(_LONG_LOCKS, {"longest": LONGEST_LOCK}).scalar_one()
    return Check("locks", held == 0, f"{held} held for more than {LONGEST_LOCK.total_seconds():.0f} s")
