"""PostgreSQL's driver, with two habits less.

A rollback does not make it forget the statements it has prepared. psycopg forgets them all at each rollback, in case a
table that they read was made in what is rolled back. Prom makes no tables while it runs, and every `reading()` ends
with a rollback: each time some twenty statements would be read and planned anew, ten times each, on the connection
that is used most.

A result does not describe its columns before somebody looks at one. SQLAlchemy asks of each result whether it has any,
and what they are only of a statement's first; a submission reads some sixty of them.
"""

from typing import Any

import psycopg
from psycopg import Column
from psycopg.pq import TransactionStatus


class Cursor(psycopg.Cursor[Any]):
    """A cursor whose columns are described when somebody looks at one."""

    @property
    def description(self) -> Any:
        """The result's columns, in order; None where the statement returned no rows."""
        result = self.pgresult
        return _Columns(self, result.nfields) if result and result.nfields else super().description


class _Columns:
    """The columns of the result that a cursor holds now, each described when it is asked for."""

    def __init__(self, cursor: Cursor, count: int) -> None:
        self._cursor, self._places = cursor, range(count)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: int) -> Column:
        return Column(self._cursor, self._places[place])


class Connection(psycopg.Connection[Any]):
    """A connection that keeps its prepared statements for as long as it lives."""

    def rollback(self) -> None:
        """Take back the transaction, if there is one; raises OperationalError where the server is gone."""
        if self.pgconn.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            self.pgconn.exec_(b"ROLLBACK")
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            super().rollback()


def connect(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> Connection:
    """Open a connection for an engine's pool, in the place of SQLAlchemy's own (its event `do_connect`)."""
    return Connection.connect(*arguments, cursor_factory=Cursor, **named)
