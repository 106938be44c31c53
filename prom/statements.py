"""Watching the database from this side: slow statements, statements of a request, connections in use.

Only the statement's text is logged, with places where its values go.
"""

import re
from collections.abc import Callable
from time import perf_counter
from typing import Any, cast

import structlog
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import QueuePool

from prom import logs, metrics

log = structlog.get_logger()

LONGEST = 1000
#: A value that stands in the text itself: ours hold states only, but one day somebody writes more.
LITERAL = re.compile(r"'[^']*'?")
BEGAN = "prom.began"


def watch(engine: Engine, slow_ms: int | None) -> None:
    """Measure an engine's pool; where `slow_ms` is given, also count its statements and log those that take as long."""
    if isinstance(engine.pool, QueuePool):
        event.listen(engine, "checkout", lambda *_: metrics.connections_in_use(_taken(engine)))
        # Told before it is back in the pool.
        event.listen(engine, "checkin", lambda *_: metrics.connections_in_use(_taken(engine) - 1))
    if slow_ms is not None:
        event.listen(engine, "before_cursor_execute", _note_begin)
        event.listen(engine, "after_cursor_execute", _watch_statements(slow_ms))


def _taken(engine: Engine) -> int:
    return cast(QueuePool, engine.pool).checkedout()


def _note_begin(connection: Connection, *_: Any) -> None:
    connection.info[BEGAN] = perf_counter()


def _watch_statements(slow_ms: int) -> Callable[..., None]:
    def watch_statement(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        milliseconds = (perf_counter() - connection.info[BEGAN]) * 1000
        origin = logs.origin()
        if origin is not None and not statement.startswith("BEGIN"):  # PostgreSQL's is sent by the driver, uncounted
            origin.statements = (origin.statements or 0) + 1
        if milliseconds >= slow_ms:
            endpoint, text = origin.endpoint if origin is not None else None, without_values(statement)
            log.warning("slow statement", ms=round(milliseconds, 1), endpoint=endpoint, statement=text)

    return watch_statement


def without_values(statement: str) -> str:
    """Return a statement on one line, cut, and without any value that stands in it."""
    return " ".join(LITERAL.sub("?", statement).split())[:LONGEST]
