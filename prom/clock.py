"""The only source of the present: every other module asks `now()`, so that a test or a simulation can move time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_moved: datetime | None = None
_lock = threading.Lock()


def now() -> datetime:
    """Return the present instant, always aware and in UTC."""
    return _moved if _moved is not None else datetime.now(UTC)


def wall() -> datetime:
    """Return what the machine's own clock shows, moved or not: only for whoever asks whether that clock is right."""
    return datetime.now(UTC)


def move_to(instant: datetime | None) -> None:
    """Hold the clock of this whole process at an instant; None lets it run again."""
    global _moved
    if instant is not None and instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    with _lock:
        _moved = instant.astimezone(UTC) if instant is not None else None


@contextmanager
def moved_to(instant: datetime) -> Iterator[None]:
    """Hold the clock at an instant for the length of a block, for tests and the simulated clinic."""
    before = _moved
    move_to(instant)
    try:
        yield
    finally:
        move_to(before)
