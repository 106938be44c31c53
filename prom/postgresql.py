"""PostgreSQL's driver, with one habit less: a rollback does not make it forget the statements it has prepared.

psycopg forgets them all at each rollback, in case a table that they read was made in what is rolled back. Prom makes
no tables while it runs, and every `reading()` ends with a rollback: each time some twenty statements would be read and
planned anew, ten times each, on the connection that is used most.
"""

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus


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
    return Connection.connect(*arguments, **named)
