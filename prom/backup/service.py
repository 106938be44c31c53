"""Taking a backup while everything goes on, and restoring one into an empty database, in quarantine."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, func, insert, inspect, select, table

from prom import clock, crypto, db, schema
from prom.backup import archive, rows
from prom.backup.archive import Writer
from prom.backup.models import Quarantine
from prom.config import Settings
from prom.errors import StartRefused

#: Stands in the archive of keys; all else in the archive of data.
KEYS = "patient_key"
#: Written by the migrations themselves.
OWN = "alembic_version"

Told = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """A backup: its two archives, and how many rows each table had."""

    data: Path
    keys: Path
    rows: dict[str, int]


def take(folder: Path, told: Told) -> Taken:
    """Write both archives of one instant into a folder; `told` hears each table's name before it is read.

    Readers and writers go on meanwhile. Stopped halfway, it leaves no file that could be taken for an archive.
    """
    backup, at = db.new_id(), clock.now()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths = {kind: folder / f"prom-{at:%Y%m%dT%H%M%SZ}-{backup.hex[-8:]}.{kind}" for kind in archive.KINDS}
    with ExitStack() as stack:
        connection = stack.enter_context(_snapshot())
        writers = {kind: stack.enter_context(Writer(path, kind, backup)) for kind, path in paths.items()}
        about = {
            "database": connection.dialect.name,
            "schema": MigrationContext.configure(connection).get_current_revision(),
            "taken_at": at.isoformat(),
        }
        counts: dict[str, int] = {}
        for writer in writers.values():
            writer.add(_json(about))
        for name, columns in _tables(connection):
            told(name)
            writer = writers["keys" if name == KEYS else "data"]
            writer.add(b"T" + _json({"table": name, "columns": columns}))
            for piece in rows.read(connection, name, columns):
                writer.add(b"R" + piece)
            counts[name] = _count(connection, name)
        for writer in writers.values():
            writer.add(b"E" + _json(counts), last=True)
            writer.flush()
        for writer in writers.values():
            writer.name()
    return Taken(paths["data"], paths["keys"], counts)


def restore(settings: Settings, data: Path, keys: Path, told: Told) -> dict[str, int]:
    """Restore a backup into an empty database, whole or not at all, and leave it in quarantine.

    Brings an older version's rows to this version's schema. Returns how many rows each table of the backup has. Raises
    StartRefused, with nothing changed, for a database that is not empty, an archive that is not as it was written, or
    two that were not taken together.
    """
    crypto.load_master_key(settings)
    backup = archive.backup_of(data, "data")
    if archive.backup_of(keys, "keys") != backup:
        raise StartRefused("The two archives were not taken together. Nothing was restored.")
    about = json.loads(next(archive.pieces(data, "data")))
    engine = schema.engine_for_migrating(settings.owner_url)
    try:
        if about["database"] != engine.dialect.name:
            raise StartRefused(f"This is a backup of {about['database']}. Nothing was restored.")
        schema.refuse_unknown(about["schema"])
        with engine.begin() as connection:
            if inspect(connection).get_table_names():
                raise StartRefused("The database is not empty. Restore into a new one; nothing was changed.")
            schema.migrate(connection, about["schema"])
            counts = _put(connection, data, keys, told)
            schema.migrate(connection, "head")
            connection.execute(
                insert(Quarantine).values(
                    id=db.new_id(),
                    backup_id=backup,
                    taken_at=datetime.fromisoformat(about["taken_at"]),
                    restored_at=clock.now(),
                )
            )
            schema.grant(connection, settings)
    finally:
        engine.dispose()
    return counts


def _snapshot() -> Connection:
    """Open a connection that sees one instant, whatever is written meanwhile."""
    engine = db.engine()
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.connect()


def _tables(connection: Connection) -> Iterator[tuple[str, list[str]]]:
    """Every table with its columns' names, each after those that it points at."""
    found = MetaData()
    found.reflect(connection)
    for each in found.sorted_tables:
        if each.name != OWN:
            yield each.name, [column.name for column in each.columns]


def _put(connection: Connection, data: Path, keys: Path, told: Told) -> dict[str, int]:
    counts: dict[str, int] = {}
    # Patients stand in the data, and their keys point at them.
    for path, kind in ((data, "data"), (keys, "keys")):
        pieces = archive.pieces(path, kind)
        next(pieces)
        piece = next(pieces)
        while piece[:1] == b"T":
            head = json.loads(piece[1:])
            told(head["table"])
            reading = _Rows(pieces)
            rows.write(connection, head["table"], head["columns"], reading)
            piece = reading.after
        counts = json.loads(piece[1:])
        for _ in pieces:  # reading on to the end is what finds a file that goes on after its last piece
            raise StartRefused(f"{path} goes on after its end. Nothing was restored.")
    wrong = [name for name, count in counts.items() if _count(connection, name) != count]
    if wrong:
        raise StartRefused(f"Not all rows came back: {', '.join(wrong)}. Nothing was restored.")
    return counts


class _Rows:
    """The pieces of one table; what comes after them stays in `after`."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.after = b""

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if piece[:1] != b"R":
                self.after = piece
                return
            yield piece[1:]


def _count(connection: Connection, name: str) -> int:
    return connection.execute(select(func.count()).select_from(table(name))).scalar_one()


def _json(document: Any) -> bytes:
    return json.dumps(document).encode()
