"""Which worker leads: what only one may do, the one that holds the lock does.

On PostgreSQL it is a session's advisory lock on a connection of its own: a leader that is killed, or whose line breaks,
has lost it in that moment, and the server itself says so. On SQLite, which is one host's, it is a lock on a file in
PROM_HOME, and the kernel takes it back from whoever dies. The row in the table `leader` only tells who it is.

A leader that is cut off may still be finishing a sweep while the next one begins. So leading saves work and calls
outside; what must not happen twice is kept so by locks and keys on the rows themselves.
"""

import fcntl
import os
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TextIO

import structlog
from sqlalchemy import NullPool, create_engine, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from prom import clock
from prom.config import Settings
from prom.db import on_postgresql, transaction
from prom.oversight.models import Leader

#: The lock's number, in the database's own list of such locks: the letters "prom".
LOCK = 0x70726F6D
#: What is led. One row, for there is one kind of leader.
WORKER = "worker"
#: How often the leader writes down that it is there.
SEEN_EVERY = timedelta(seconds=10)
#: A host that vanishes closes nothing: the server finds out by asking, within about 15 seconds, and frees the lock.
ASKED = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 2}
ASKS = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2"

log = structlog.get_logger()


class _Advisory:
    """The lock on PostgreSQL: as long as this session lives and says so."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"application_name": "prom leader", "connect_timeout": 5, "options": ASKS, **ASKED},
        )
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take the lock if it is free; False while another holds it, or the server cannot be reached."""
        try:
            connection = self._engine.connect()
            if connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
                self._connection = connection
                return True
            connection.close()
        except SQLAlchemyError as error:
            log.warning("no lead to be had", error=type(error).__name__)
        return False

    def still_held(self) -> bool:
        """Ask the server over the very session that holds it: an answer means that it holds it still."""
        try:
            return self._connection is not None and self._connection.scalar(text("SELECT 1")) == 1
        except SQLAlchemyError:
            return False

    def let_go(self) -> None:
        """End the session, and the lock with it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()


class _File:
    """The lock on SQLite: a file that the kernel keeps for us while we live."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.home / "worker.lock"
        self._file: TextIO | None = None

    def take(self) -> bool:
        """Take the lock if it is free."""
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def still_held(self) -> bool:
        """Whether we hold the file that has the name now: one that was removed locks nobody out."""
        try:
            return self._file is not None and os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except OSError:
            return False

    def let_go(self) -> None:
        """Close the file, and let the lock go with it."""
        file, self._file = self._file, None
        if file is not None:
            file.close()


class Leading:
    """This process's part in the leading: it asks for the lock, and knows whether it has it. Safe between threads."""

    def __init__(self, settings: Settings) -> None:
        self._lock = _File(settings) if settings.is_sqlite else _Advisory(settings.database_url)
        self._between = threading.Lock()
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self._since: datetime | None = None
        self._seen_at: datetime | None = None

    @property
    def leads(self) -> bool:
        """Whether this process led when it last asked."""
        return self._since is not None

    def holds(self) -> bool:
        """Whether this process leads at this moment; takes the lead where nobody has it."""
        with self._between:
            if self._since is not None and not self._lock.still_held():
                log.warning("lead lost")
                self._lock.let_go()
                self._since = None
            if self._since is None and self._lock.take():
                self._since, self._seen_at = clock.now(), None
                log.info("leading")
            if self._since is not None:
                self._write_down(self._since)
            return self._since is not None

    def let_go(self) -> None:
        """Give the lead to whoever asks next."""
        with self._between:
            if self._since is not None:
                with suppress(SQLAlchemyError), transaction() as session:
                    session.execute(delete(Leader).where(Leader.holder == self._holder))
            self._since = None
            self._lock.let_go()

    def _write_down(self, since: datetime) -> None:
        now = clock.now()
        if self._seen_at is not None and now - self._seen_at < SEEN_EVERY:
            return
        values = {"holder": self._holder, "since": since, "seen_at": now}
        with transaction() as session:
            insert = postgresql.insert if on_postgresql(session) else sqlite.insert
            statement = insert(Leader).values(name=WORKER, **values)
            session.execute(statement.on_conflict_do_update(index_elements=[Leader.name], set_=values))
        self._seen_at = now


@dataclass(frozen=True)
class Led:
    """Who leads: its host and process, since when, and when it last said so."""

    holder: str
    since: datetime
    seen_at: datetime


def who_leads(session: Session) -> Led | None:
    """Return who leads, or who did last; None where nobody has, or the last one stopped cleanly."""
    row = session.scalars(select(Leader).where(Leader.name == WORKER)).first()
    return Led(row.holder, row.since, row.seen_at) if row is not None else None
