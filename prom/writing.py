"""Writing rows past the ORM, which costs a fifth of its way; and `together()`: many rows in one statement.

On the way in each statement costs more than judging a report does. What a block writes by `insert()` and `update()`
waits, and goes to PostgreSQL as one statement at the block's end, or before anything else is asked of the session.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Insert, Table, Update, bindparam, orm
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.attributes import set_committed_value

#: Where a session keeps what waits.
WAITING = "prom.writing"
#: So many rows are written by one statement, of which each mixture of tables has its own.
FEW = 12


class Session(orm.Session):
    """A session that writes what waits before its own rows, which may point there, and before it asks anything."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write what waits, and then what the session itself has to write."""
        if waiting := self.info.get(WAITING):
            self.info[WAITING] = []
            _write(self.connection(), waiting)
        super().flush(objects)


@dataclass(frozen=True)
class _Write:
    """One row to be made, or with a `key` one to be changed."""

    table: Table
    values: Mapping[str, Any]
    key: Any = None

    def changes(self, other: "_Write") -> bool:
        """Whether it changes the row that another makes or changes: one statement must not write a row twice."""
        return self.key is not None and self.table is other.table and self.key in (other.key, other.values.get("id"))


#: How a row is written: its table, the names of its columns' values, and that of its id where it is changed.
_Part = tuple[Table, tuple[tuple[str, str], ...], str | None]


@contextmanager
def together(session: orm.Session) -> Iterator[None]:
    """Let what the block writes wait for its end. What the block raises leaves it unwritten, like all before it."""
    if WAITING in session.info:
        yield
        return
    session.info[WAITING] = []
    try:
        yield
        session.flush()
    finally:
        del session.info[WAITING]


def insert(session: orm.Session, *rows: DeclarativeBase) -> None:
    """Write new rows. The objects do not become the session's; what is None is left to the database."""
    if session.new or session.dirty or session.deleted:
        session.flush()  # what these rows point at may still wait there
    put(session, *((cast(Table, row.__table__), _values(row)) for row in rows))


def put(session: orm.Session, *rows: tuple[Table, Mapping[str, Any]]) -> None:
    """Write new rows, given as table and values; they point at nothing that the session has yet to write."""
    _take(session, [_Write(table, values) for table, values in rows])


def update(session: orm.Session, row: DeclarativeBase, **values: object) -> None:
    """Write some columns of the session's row, as if they had been set and flushed."""
    _take(session, [_Write(cast(Table, row.__table__), values, row.__dict__["id"])])
    for name, each in values.items():
        set_committed_value(row, name, each)


def _take(session: orm.Session, writes: Sequence[_Write]) -> None:
    waiting: list[_Write] | None = session.info.get(WAITING)
    if waiting is None:
        _write(session.connection(), writes)
        return
    if any(write.changes(earlier) for write in writes for earlier in waiting):
        session.flush()
        waiting = session.info[WAITING]
    waiting.extend(writes)


def _write(connection: Connection, writes: Sequence[_Write]) -> None:
    """Write rows: a few in one statement on PostgreSQL, else in one for all that are alike and follow each other."""
    if 1 < len(writes) <= FEW and connection.dialect.name == "postgresql":
        parts, parameters = _named(writes)
        connection.execute(_as_one(parts), parameters)
        return
    for alike in groupby(writes, lambda each: _named([each])[0]):
        rows = [_named([each])[1] for each in alike[1]]
        connection.execute(_as_one(alike[0]), rows)


def _named(writes: Sequence[_Write]) -> tuple[tuple[_Part, ...], dict[str, Any]]:
    """Name the values of some rows; what several rows have alike, such as whose they are, is sent once."""
    values: dict[str, Any] = {}
    parts = []
    for number, each in enumerate(writes):
        names = []
        for column, value in each.values.items():
            name = f"the_{column}"
            if values.setdefault(name, value) != value:
                name = f"{column}_{number}"
                values[name] = value
            names.append((column, name))
        key = None if each.key is None else f"key_{number}"
        if key is not None:
            values[key] = each.key
        parts.append((each.table, tuple(names), key))
    return tuple(parts), values


@lru_cache(maxsize=500)
def _as_one(parts: tuple[_Part, ...]) -> Insert | Update:
    """Make the statement that writes these rows: PostgreSQL looks only at its end whether each points at something."""
    *first, last = (_statement(*part) for part in parts)
    return last.add_cte(*(each.cte(f"write_{number}") for number, each in enumerate(first)))


def _statement(table: Table, names: tuple[tuple[str, str], ...], key: str | None) -> Insert | Update:
    values: dict[str, Any] = {column: bindparam(name) for column, name in names}
    return (
        table.insert().values(values)
        if key is None
        else table.update().where(table.c.id == bindparam(key)).values(values)
    )


def _values(row: DeclarativeBase) -> dict[str, Any]:
    names = _names(cast(Table, row.__table__))
    return {name: value for name in names if (value := getattr(row, name)) is not None}


@cache
def _names(table: Table) -> Sequence[str]:
    return [column.key for column in table.columns]
