"""The database: one engine per process, `transaction()` for what writes, `reading()` for what only reads.

SQLite is the embedded default and PostgreSQL what a hospital runs; both give the same promises.
"""

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from select import POLLIN, poll
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from uuid_utils.compat import uuid7

from prom import clock, metrics, postgresql, statements, writing
from prom.config import Settings
from prom.errors import StartRefused
from prom.writing import insert as insert  # offered here too: callers know one door
from prom.writing import update as update

#: SQLite before this version can corrupt a database in WAL mode.
OLDEST_SQLITE = (3, 51, 3)

#: Of a UUIDv7, all that stands after its milliseconds.
RANDOM_BITS = 80

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(naming_convention=NAMES)


class Instant(TypeDecorator[datetime]):
    """A point in time: aware and UTC in Python on both databases; a naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what has no zone, and hand SQLite the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_last_id = 0
_making_id = threading.Lock()


def new_id() -> uuid.UUID:
    """Make an id (UUIDv7, so that rows lie in the order of their making), from Prom's own clock.

    Ids that one process makes in the same millisecond follow each other too: a list ordered by time and then id tells
    what came first.
    """
    global _last_id
    made = uuid7(nanoseconds=int(clock.now().timestamp() * 1_000_000) * 1000).int
    with _making_id:
        if made <= _last_id and made >> RANDOM_BITS == _last_id >> RANDOM_BITS:
            made = _last_id + 1
        _last_id = made
    return uuid.UUID(int=made)


def new_ids(count: int) -> Iterator[uuid.UUID]:
    """Make many ids that follow each other, at a fraction of the cost of making each by itself."""
    global _last_id
    first = new_id().int
    with _making_id:
        if _last_id == first:  # else somebody was in between: those are later anyhow
            _last_id = first + count - 1
        else:
            first, _last_id = _last_id + 1, _last_id + count
    return (uuid.UUID(int=each) for each in range(first, first + count))


class _Database:
    """The process's engine and its two kinds of session."""

    engine: Engine
    writers: sessionmaker[Session]
    readers: sessionmaker[Session]


_database = _Database()


def connect(settings: Settings) -> Engine:
    """Point this process at the settings' database and return its engine; raises StartRefused for an old SQLite."""
    dispose()  # of an earlier database in this process
    engine = make_engine(settings.database_url)
    statements.watch(engine, settings.slow_query_ms)
    _database.engine = engine
    # On SQLite a transaction that will write takes the write lock at its first statement: two that read first and
    # write later would lose updates or fail halfway.
    _database.writers = _sessions(engine, "BEGIN IMMEDIATE")
    _database.readers = _sessions(engine, "BEGIN")
    return engine


def _sessions(engine: Engine, begin: str) -> sessionmaker[Session]:
    return sessionmaker(engine.execution_options(begin=begin), class_=writing.Session, expire_on_commit=False)


def make_engine(url: str) -> Engine:
    """Make an engine with Prom's safety settings for either database."""
    if not url.startswith("sqlite"):
        # The connection used last is used next: its server process has the plans and the rows at hand.
        engine = create_engine(url, pool_size=10, max_overflow=10, pool_use_lifo=True)
        event.listen(engine, "do_connect", postgresql.connect)
        event.listen(engine, "checkout", _refuse_dead)
        return engine
    if sqlite_version() < OLDEST_SQLITE:
        raise StartRefused(f"SQLite {pysqlite3.dbapi2.sqlite_version} is older than 3.51.3. Run `make setup` again.")
    engine = create_engine(url, module=pysqlite3.dbapi2)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _refuse_dead(connection: Any, _entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Let the pool replace a connection whose server has gone away, as after its restart.

    A server says nothing to an idle connection but that it ends it, so there is something to read only then. Asking it
    with a statement instead, at each transaction, would cost as much as a statement.
    """
    if connection.closed:
        raise DisconnectionError
    said = poll()
    said.register(connection.fileno(), POLLIN)
    if said.poll(0):
        raise DisconnectionError


def sqlite_version() -> tuple[int, ...]:
    """Return the version of the SQLite in use."""
    return tuple(int(part) for part in pysqlite3.dbapi2.sqlite_version.split("."))


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN, not the driver's, decides when a transaction begins
    for statement in (
        "PRAGMA busy_timeout = 30000",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA secure_delete = ON",
    ):
        connection.execute(statement)


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a session that commits at the end of the block and rolls back when anything is raised in it."""
    with _database.writers.begin() as session:
        yield session
    metrics.committed(session.info)


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session for reading what needs no audit record; nothing that it changes is kept."""
    with _database.readers() as session:
        yield session  # closing it ends the transaction without a commit, and leaves what was read readable


def engine() -> Engine:
    """Return this process's engine."""
    return _database.engine


def dispose() -> None:
    """Close the pool's connections, before a fork and at the end."""
    if hasattr(_database, "engine"):
        _database.engine.dispose()


def role_of(url: str) -> str | None:
    """Return the database role that an address signs in as."""
    return make_url(url).username


def on_postgresql(session: Session) -> bool:
    """Whether this session speaks to PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def answers(connection: Connection) -> bool:
    """Ask the database for the simplest thing, for the readiness check."""
    result: Any = connection.execute(text("SELECT 1")).scalar()
    return bool(result == 1)
