"""Putting many rows into tables at once: COPY on PostgreSQL, executemany on SQLite, through a connection of their own.

Foreign keys are not looked up for each row there, and SQLite does not wait for the disk; constraints within a row and
unique ones hold. What was put in is checked afterwards by opening a sample with the real code.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from typing import Any, cast

import psycopg
import pysqlite3.dbapi2
from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String, Table, Uuid
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, make_url

from prom.config import Settings
from prom.db import Base, Instant

#: Puts rows into a table: the model, and mappings from column to value, absent ones being NULL.
Put = Callable[[type[Base], Iterable[Mapping[str, Any]]], None]
#: What PostgreSQL calls the columns' types.
_TYPES: Mapping[type, str] = {
    Uuid: "uuid",
    String: "varchar",
    LargeBinary: "bytea",
    Instant: "timestamptz",
    Integer: "int4",
    Boolean: "bool",
    Date: "date",
}
#: Rows of one batch share their instants.
_REMEMBERED = 256


@contextmanager
def loading(settings: Settings) -> Iterator[Put]:
    """Open a connection as the owner and give what puts rows in; all of them are there when the block ends."""
    url = make_url(settings.owner_url)
    if settings.is_sqlite:
        with closing(_sqlite(url)) as connection:
            yield lambda model, rows: _execute_many(connection, _table(model), rows)
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with _postgresql(url) as connection:
        yield lambda model, rows: _copy(connection, _table(model), rows)


def tidy(settings: Settings) -> None:
    """Let PostgreSQL look over what was put in, as it does by itself some minutes later; SQLite has no need of it."""
    if not settings.is_sqlite:
        with _postgresql(make_url(settings.owner_url)) as connection:
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE")


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _sqlite(url: URL) -> Any:
    connection = pysqlite3.dbapi2.connect(url.database, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = OFF",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA cache_size = -400000",  # KiB: the indexes of what is being filled in
        "BEGIN",
    ):
        connection.execute(statement)
    return connection


def _postgresql(url: URL) -> psycopg.Connection:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(plain)
    row = connection.execute(
        "SELECT has_parameter_privilege('session_replication_role', 'SET')"
    ).fetchone()  # else each row's keys are looked up, which is slower and as good
    if row and row[0]:
        connection.execute("SET session_replication_role = replica")
    connection.commit()
    return connection


def _copy(connection: psycopg.Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    names = [column.name for column in table.columns]
    statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types([_TYPES[type(column.type)] for column in table.columns])
        for row in rows:
            copy.write_row([row.get(name) for name in names])
    connection.commit()


def _execute_many(connection: Any, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    makers = [(column.name, _bound(column)) for column in table.columns]
    names, places = ", ".join(name for name, _ in makers), ", ".join("?" * len(makers))
    values = ([make(row[name]) if name in row else None for name, make in makers] for row in rows)
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({places})"  # noqa: S608 (our own names)
    connection.executemany(statement, values)
    connection.execute("COMMIT")
    connection.execute("BEGIN")


def _bound(column: Column[Any]) -> Callable[[Any], Any]:
    """Return what SQLAlchemy itself does to a value of this column on its way in."""
    dialect = sqlite.dialect()
    processor = column.type.dialect_impl(dialect).bind_processor(dialect)
    if processor is None:
        return lambda value: value
    return lru_cache(_REMEMBERED)(processor) if isinstance(column.type, Instant) else processor
