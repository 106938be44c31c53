"""Counting what is asked of the database: statements by their text, and on PostgreSQL the true round trips."""

import os
import re
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

#: What begins a transaction and ends it is told apart.
_NOT_COUNTED = re.compile(r"BEGIN\b")
_SPACE = re.compile(r"\s+")


@dataclass
class Asked:
    """All that was asked within a block. `round_trips` is None on SQLite, which has none."""

    statements: int = 0
    commits: int = 0
    round_trips: int | None = None
    #: By text: how often, and for how many seconds.
    by_text: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))

    def detail(self, submissions: int) -> list[dict[str, Any]]:
        """Return each statement's count and milliseconds per submission, the costliest first."""
        rows = [
            {
                "statement": text,
                "each": round(count / submissions, 3),
                "ms": round(1000 * seconds / submissions, 4),
            }
            for text, (count, seconds) in self.by_text.items()
        ]
        return sorted(rows, key=lambda row: -float(row["ms"]))


@contextmanager
def counted(engine: Engine) -> Iterator[Asked]:
    """Count what this engine asks within the block, on a connection that is open already: one thread at a time."""
    asked = Asked()
    engine.dispose()
    with _traced(engine, asked), _heard(engine, asked):
        yield asked


@contextmanager
def _heard(engine: Engine, asked: Asked) -> Iterator[None]:
    begun: list[float] = []

    def before(_connection: Any, _cursor: Any, _text: str, *_: Any) -> None:
        begun.append(time.perf_counter())

    def after(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        seconds = time.perf_counter() - begun.pop()
        entry = asked.by_text[_SPACE.sub(" ", text).strip()]
        entry[0] += 1
        entry[1] += seconds
        asked.statements += not _NOT_COUNTED.match(text)

    def commit(_connection: Any) -> None:
        asked.commits += 1

    hooks = (("before_cursor_execute", before), ("after_cursor_execute", after), ("commit", commit))
    for name, hook in hooks:
        event.listen(engine, name, hook)
    try:
        yield
    finally:
        for name, hook in hooks:
            event.remove(engine, name, hook)


@contextmanager
def _traced(engine: Engine, asked: Asked) -> Iterator[None]:
    """Let libpq write down every message; a turn from asking to answering is a round trip."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        trace = partial(_trace, Path(folder))
        event.listen(engine, "connect", trace)
        try:
            with engine.connect():  # a new connection asks for itself what no submission asks
                pass
            before = _turns(Path(folder))
            yield
            asked.round_trips = _turns(Path(folder)) - before
        finally:
            event.remove(engine, "connect", trace)
            engine.dispose()


def _trace(folder: Path, connection: Any, _entry: Any) -> None:
    descriptor = os.open(folder / uuid.uuid4().hex, os.O_WRONLY | os.O_CREAT, 0o600)
    connection.pgconn.trace(descriptor)  # it writes what is asked at once, and closes the file with itself


def _turns(folder: Path) -> int:
    """Count how often a question follows a reply; a line is: instant, F (to the server) or B (back), the rest."""
    turns = 0
    for path in folder.iterdir():
        last = "B"
        for line in path.read_text(errors="replace").splitlines():
            parts = line.split("\t", 2)
            if len(parts) == 3 and parts[1] in ("F", "B"):  # a text with a line end in it goes on in the next line
                turns += parts[1] == "F" and last == "B"
                last = parts[1]
    return turns
