"""A database of the simulation's own, with its keys: thrown away afterwards, or kept as a training clinic."""

import gc
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from prom import config, db, schema
from prom.config import Settings
from prom.errors import StartRefused
from prom.simulation.service import refuse_where_patients_are

#: So many new objects in between; and each older generation so many times less often.
TIDIED_AFTER = (200_000, 20, 20)


@contextmanager
def installation(keep: Path | None, database: str | None) -> Iterator[Settings]:
    """Open an empty, migrated installation, and close it afterwards; on SQLite unless `database` is an address.

    Raises StartRefused for a folder that holds an installation, or a database with patients.
    """
    if keep is not None and (keep / "prom.sqlite").exists():
        raise StartRefused(f"{keep} holds an installation already. Choose another folder.")
    with tempfile.TemporaryDirectory(prefix="prom-simulation-") as folder:
        settings = config.from_environment(_environment(keep or Path(folder), database))
        schema.upgrade(settings)
        schema.open_installation(settings)
        if settings.is_sqlite:
            event.listen(db.engine(), "connect", _hurry)
        db.engine().dispose()
        try:
            refuse_where_patients_are()
            with _seldom_tidied():
                yield settings
        finally:
            db.dispose()


@contextmanager
def _seldom_tidied() -> Iterator[None]:
    """Look for garbage in circles seldom: by default it costs a quarter of a simulation's time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*TIDIED_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _environment(home: Path, database: str | None) -> dict[str, str]:
    """Nothing of the installation at hand, and no way to a real telephone."""
    return {"PROM_HOME": str(home), "PROM_DEMO": "1", **({"PROM_DATABASE_URL": database} if database else {})}


def _hurry(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """Wait for no disk: a power cut costs a simulation, which begins again."""
    connection.execute("PRAGMA synchronous = OFF")
