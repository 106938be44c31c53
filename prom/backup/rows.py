"""The rows of a table as bytes and back, for either database: PostgreSQL's own binary COPY, and JSON on SQLite."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Connection, text

#: So many bytes of PostgreSQL's stream, or rows of SQLite, to a piece.
BYTES_AT_ONCE = 1_000_000
ROWS_AT_ONCE = 1000


def read(connection: Connection, table: str, columns: Sequence[str]) -> Iterator[bytes]:
    """Read a table's rows in pieces, as they stand in the connection's snapshot."""
    if connection.dialect.name == "postgresql":
        yield from _copy_out(connection, table, columns)
        return
    wanted = text(f"SELECT {_names(connection, columns)} FROM {_names(connection, [table])}")  # noqa: S608  # own schema
    for part in connection.execute(wanted.execution_options(yield_per=ROWS_AT_ONCE)).partitions():
        yield json.dumps([[_plain(value) for value in row] for row in part], ensure_ascii=False).encode()


def write(connection: Connection, table: str, columns: Sequence[str], pieces: Iterable[bytes]) -> None:
    """Put the pieces of one table into it, in the connection's transaction."""
    into = f"{_names(connection, [table])} ({_names(connection, columns)})"
    if connection.dialect.name == "postgresql":
        with (
            cast(Any, connection.connection).cursor() as cursor,
            cursor.copy(f"COPY {into} FROM STDIN (FORMAT BINARY)") as copy,
        ):
            for piece in pieces:
                copy.write(piece)
        return
    marks = ", ".join("?" * len(columns))
    for piece in pieces:
        rows = [tuple(_value(value) for value in row) for row in json.loads(piece)]
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", rows)  # noqa: S608  # own schema


def _copy_out(connection: Connection, table: str, columns: Sequence[str]) -> Iterator[bytes]:
    what = f"COPY {_names(connection, [table])} ({_names(connection, columns)}) TO STDOUT (FORMAT BINARY)"
    with cast(Any, connection.connection).cursor() as cursor, cursor.copy(what) as copy:
        held = bytearray()
        for part in copy:
            held += part
            if len(held) >= BYTES_AT_ONCE:
                yield bytes(held)
                held.clear()
        yield bytes(held)


def _names(connection: Connection, names: Sequence[str]) -> str:
    return ", ".join(connection.dialect.identifier_preparer.quote(name) for name in names)


def _plain(value: Any) -> Any:
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _value(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value
