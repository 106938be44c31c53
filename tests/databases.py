"""A fresh, migrated database for each test that asks for one, on SQLite or on PostgreSQL.

Migrating takes longer than copying, so each run of the tests migrates one template and copies it. The processes of a
run (pytest-xdist) share the template and the PostgreSQL server through a folder, whose name stands in the environment.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, TextIO

import pysqlite3

from tests import postgresql
from tests.postgresql import Migrate

KIND = os.environ.get("PROM_TEST_DATABASE", "sqlite")
"""Which database the run is on: "sqlite" or "postgresql"."""

ENOUGH_MEMORY = 4 * 1024**3
"""How many bytes have to be free in memory before a run keeps its databases there."""

_FOLDER = "PROM_TEST_FOLDER"
_PREFIX = "prom-test-"
_alive: list[TextIO] = []


class Addresses(NamedTuple):
    """One database as two roles see it, as SQLAlchemy addresses. On SQLite, which has no roles, both are the same."""

    owner: str
    application: str


def begin_run() -> None:
    """Make the folder that the processes of this run share, pytest's tmp_path included. Only its first process may."""
    place = _fastest_place()
    _remove_abandoned_runs(place)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    # As root the server runs under another account, which has to pass through, but need not list.
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    _alive.append(_lock(folder / "alive", fcntl.LOCK_EX))
    os.environ[_FOLDER] = str(folder)
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


def end_run() -> None:
    """Stop the server if one was started, and remove everything. Only the process that began the run may."""
    _remove_run(Path(os.environ.pop(_FOLDER)))
    _alive.pop().close()


def new_database(migrate: Migrate, folder: Path, template: str = "migrated") -> Addresses:
    """Return a copy of a template: a database with the newest schema, and with the rows that `migrate` puts in.

    `migrate` is called once per run and template, whoever comes first; see tests.postgresql.Migrate. On SQLite the file
    is prom.sqlite in the folder given, which is the test's own.
    """
    if KIND == "sqlite":
        file = _run_folder() / f"{template}.sqlite"
        _once(template, lambda: _make_sqlite_template(file, migrate))
        shutil.copyfile(file, folder / "prom.sqlite")
        return _sqlite(folder / "prom.sqlite")
    server = _server()
    _once(template, lambda: postgresql.make_template(server, f"template_{template}", migrate))
    return _on_server(server, postgresql.copy_template(server, f"template_{template}"))


def empty_database(folder: Path) -> Addresses:
    """Return a database without a schema, for tests of the migrations themselves."""
    if KIND == "sqlite":
        return _sqlite(folder / "prom.sqlite")
    server = _server()
    name = postgresql.new_name()
    postgresql.create(server, name)
    return _on_server(server, name)


def remove_database(addresses: Addresses) -> None:
    """Remove a database of this run, cutting off whoever is still connected. SQLite's goes with the test's folder."""
    if KIND == "postgresql":
        name = addresses.owner.rpartition("/prom_")[2].partition("?")[0]
        postgresql.drop(_server(), f"prom_{name}")


def _sqlite(path: Path) -> Addresses:
    return Addresses(f"sqlite:///{path}", f"sqlite:///{path}")


def _on_server(server: Path, name: str) -> Addresses:
    roles = (postgresql.OWNER, postgresql.APPLICATION)
    return Addresses(*(postgresql.address(server, role, name) for role in roles))


def _make_sqlite_template(path: Path, migrate: Migrate) -> None:
    path.unlink(missing_ok=True)
    migrate(*_sqlite(path))
    # Only the file itself is copied, so what the write-ahead log still holds has to be in it.
    with closing(pysqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _server() -> Path:
    folder = _run_folder() / "server"
    _once("server", lambda: _start_server(folder))
    return folder


def _start_server(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    folder.chmod(0o755)
    postgresql.start(folder)


def _fastest_place() -> str:
    """Memory where there is enough of it: copying a PostgreSQL database takes a tenth of the time it takes on disk.

    Else /tmp, and not TMPDIR: the path of a socket may be no longer than about 100 bytes.
    """
    memory = "/dev/shm"
    if os.path.isdir(memory) and os.access(memory, os.W_OK):
        state = os.statvfs(memory)
        if state.f_bavail * state.f_frsize > ENOUGH_MEMORY and not state.f_flag & os.ST_NOEXEC:
            return memory
    return "/tmp"


def _remove_abandoned_runs(place: str) -> None:
    """Clear away what a run that was killed left behind: its lock is free, since the kernel lets go of it."""
    for alive in Path(place).glob(f"{_PREFIX}*/alive"):
        try:
            lock = _lock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        with lock:
            _remove_run(alive.parent)


def _remove_run(folder: Path) -> None:
    try:
        if (folder / "server.done").exists():
            postgresql.stop(folder / "server")
    finally:
        shutil.rmtree(folder)


def _lock(path: Path, how: int) -> TextIO:
    file = path.open("w")
    try:
        fcntl.flock(file, how)
    except OSError:
        file.close()
        raise
    return file


def _run_folder() -> Path:
    return Path(os.environ[_FOLDER])


def _once(name: str, make: Callable[[], None]) -> None:
    """Call `make` in one process of this run; the others wait until it is done. If it raises, the next one tries."""
    done = _run_folder() / f"{name}.done"
    if done.exists():
        return
    with _lock(_run_folder() / f"{name}.lock", fcntl.LOCK_EX):
        if not done.exists():
            make()
            done.touch()
