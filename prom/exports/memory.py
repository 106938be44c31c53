"""Files without a place on any disk, for answers that are downloaded: Linux keeps them in memory until they close."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = Path("/proc/self/fd")


@contextmanager
def memory_file(name: str) -> Iterator[Path]:
    """Yield a path that can be written and read like any other, by this process only; gone afterwards."""
    descriptor = os.memfd_create(name)
    try:
        yield _FOLDER / str(descriptor)
    finally:
        os.close(descriptor)


def is_in_memory(path: Path) -> bool:
    """Whether a path leads to such a file."""
    return path.parent == _FOLDER
