"""Many rows in one statement: COPY on PostgreSQL, one prepared statement on SQLite, inside the caller's transaction.

For what grows with the number of patients. Constraints hold as for any other insert; a row that breaks one undoes all.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import Any, cast

from psycopg import sql
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    any_,
    literal,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute, Session

from prom.db import Base, Instant, on_postgresql

#: What PostgreSQL calls the columns' types.
TYPES: dict[type, str] = {
    Uuid: "uuid",
    String: "varchar",
    LargeBinary: "bytea",
    Instant: "timestamptz",
    Integer: "int4",
    Boolean: "bool",
    Date: "date",
}

Row = Sequence[Any]


def put(connection: Connection, model: type[Base], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Write new rows, each a sequence of values for the columns of these names; absent columns are NULL."""
    table = cast(Table, model.__table__)
    if connection.dialect.name == "postgresql":
        _copy(connection, table, names, rows)
    elif values := [dict(zip(names, row, strict=True)) for row in rows]:
        connection.execute(table.insert(), values)


def change(connection: Connection, model: type[Base], names: Sequence[str], rows: Collection[Row]) -> None:
    """Change these columns of existing rows; the first value of each is the row's id."""
    if not rows:
        return
    table = cast(Table, model.__table__)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_update(table, tuple(names)), tuple(map(list, zip(*rows, strict=True))))
        return
    statement = f"UPDATE {table.name} SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?"  # noqa: S608
    makers = [_bound(connection, table.c[name]) for name in (*names, "id")]
    values = [tuple(make(each) for make, each in zip(makers, (*row[1:], row[0]), strict=True)) for row in rows]
    connection.exec_driver_sql(statement, values)


def among(
    session: Session, column: InstrumentedAttribute[uuid.UUID], ids: Collection[uuid.UUID]
) -> ColumnElement[bool]:
    """Whether a column holds one of many ids: one array on PostgreSQL, where thousands of parameters cost too much."""
    if on_postgresql(session):
        return column == any_(literal(list(ids), ARRAY(Uuid())))
    return column.in_(ids)


def _copy(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Row]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver = cast(Any, connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([_type(table.c[name]) for name in names])
        for row in rows:
            copy.write_row(row)


@cache
def _update(table: Table, names: tuple[str, ...]) -> str:
    arrays = ", ".join(f"%b::{_type(table.c[name])}[]" for name in ("id", *names))
    columns = ", ".join(f"{name} = new.{name}" for name in names)
    return (
        f"UPDATE {table.name} SET {columns} "  # noqa: S608 (our own names)
        f"FROM unnest({arrays}) AS new(id, {', '.join(names)}) WHERE {table.name}.id = new.id"
    )


def _type(column: Column[Any]) -> str:
    return TYPES[type(column.type)]


def _bound(connection: Connection, column: Column[Any]) -> Callable[[Any], Any]:
    """Return what SQLAlchemy itself does to a value of this column on its way in."""
    processor = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return processor if processor is not None else lambda value: value
