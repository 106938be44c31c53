"""Where counts lie: files that every process of a host adds to, so that whichever answers tells the sum.

prometheus-client keeps files for each process. Here a process has a name of its own, since a process id comes again and
two containers have the same ones, and holds a lock on a file of that name for as long as it lives: the kernel lets go
of it however the process ends. Counts of the dead are kept as long as anybody lives, for a sum that falls looks like a
restart; their gauges are not. Whoever starts when nobody else lives begins with an empty folder.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from prometheus_client import values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

#: What is set aside of the disk for each process's files, in bytes: a page that a full disk does not have would end the
#: process with SIGBUS in the middle of a request.
SET_ASIDE = {"counter": 1 << 16, "histogram": 1 << 21, "gauge_livesum": 1 << 16, "gauge_livemax": 1 << 16}


class _Process:
    """This process's name in the shared folder, and the lock that says it lives."""

    folder: Path | None = None
    name: str | None = None
    alive: TextIO | None = None


_process = _Process()


def share(folder: Path) -> None:
    """Keep the counts of this process and its children in a folder; for metrics that are made from now on.

    Raises OSError where there is no place for it; then everything stays as it was.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _starting(folder):
        _remove_dead(folder)
        _take_name(folder)
    _process.folder = folder
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # where the library's values look for it
    values.ValueClass = values.MultiProcessValue(_name)  # type: ignore[no-untyped-call]
    os.register_at_fork(after_in_child=_leave_parents_name)


def leave() -> None:
    """Let this process count for itself alone; for metrics that are made from now on."""
    _process.folder = None
    values.ValueClass = values.MutexValue


def is_shared() -> bool:
    """Whether this process's counts are part of a host's."""
    return _process.folder is not None


def collected() -> Iterable[Metric]:
    """Return the sums over all processes that share the folder."""
    assert _process.folder is not None  # noqa: S101  asked for after `share()` only
    living = _living(_process.folder)
    files = [
        str(path)
        for path in sorted(_process.folder.glob("*.db"))
        if not path.name.startswith("gauge") or _owner(path) in living
    ]
    return MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call, no-any-return]


def _name() -> str:
    """Return this process's name; one that was forked takes its own with its first count."""
    if _process.name is None and _process.folder is not None:
        with _starting(_process.folder):
            _take_name(_process.folder)
    return _process.name or ""


def _leave_parents_name() -> None:
    if _process.alive is not None:
        _process.alive.close()  # the parent still holds its own end, and with it the lock
    _process.name = _process.alive = None


def _take_name(folder: Path) -> None:
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    alive = (folder / f"{name}.alive").open("w")
    try:
        fcntl.flock(alive, fcntl.LOCK_EX)
        for kind, size in SET_ASIDE.items():
            with (folder / f"{kind}_{name}.db").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError:
        alive.close()
        raise
    _process.name, _process.alive = name, alive


def _remove_dead(folder: Path) -> None:
    living = _living(folder)
    for path in (*folder.glob("*.alive"), *folder.glob("*.db")):
        is_count = path.suffix == ".db" and not path.name.startswith("gauge")
        if _owner(path) not in living and not (is_count and living):
            path.unlink()


def _living(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.alive") if _is_locked(path)}


def _is_locked(path: Path) -> bool:
    try:
        with path.open() as probe:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _owner(path: Path) -> str:
    return path.stem.rpartition("_")[2]


@contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """Let one process at a time come or clear away: a name without its lock yet would look dead."""
    with (folder / "starting").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
