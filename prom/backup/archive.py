"""The file of a backup: pieces, each sealed for its place in the row of pieces, the last one known as the last.

A file that is cut, put together from two, reordered or changed in one bit does not open. Nothing in it is readable
but what kind it is and the backup's id.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from prom import crypto
from prom.crypto import CannotOpen, Place
from prom.errors import StartRefused

MAGIC = b"PROM backup 1\n"
PURPOSE = "the sealing of backups"
#: What holds the rows, and what holds the patients' keys: kept apart, and for as long as each may be.
KINDS = ("data", "keys")
#: Of a file's first bytes: what it is, which of the two, and the backup's id.
HEAD = len(MAGIC) + 4 + 16
LENGTH = 4


class Writer:
    """Writes one archive. The file has its name only when all of it is on the disk; until then it ends in .part."""

    def __init__(self, path: Path, kind: str, backup: uuid.UUID) -> None:
        self._path, self._kind, self._backup = path, kind, backup
        self._part = path.with_name(f"{path.name}.part")
        self._key = crypto.keyring().derive(PURPOSE)
        self._count = 0

    def __enter__(self) -> "Writer":
        if self._path.exists():
            raise StartRefused(f"{self._path} is there already. Nothing was written.")
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._file.write(MAGIC + self._kind.encode() + self._backup.bytes)
        return self

    def add(self, piece: bytes, *, last: bool = False) -> None:
        """Seal a piece and put it behind the others."""
        sealed = crypto.seal_bytes(self._key, piece, _place(self._kind, self._backup, self._count, last=last))
        self._file.write(len(sealed).to_bytes(LENGTH) + sealed)
        self._count += 1

    def flush(self) -> None:
        """Put all of it on the disk, still without its name."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def name(self) -> None:
        """Give the file its name: from now on it is an archive."""
        self._part.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._file.close()  # on a full disk this fails once more
        finally:
            self._part.unlink(missing_ok=True)


def backup_of(path: Path, kind: str) -> uuid.UUID:
    """Return the id of the backup that a file belongs to; raises StartRefused where it is no archive of this kind."""
    with path.open("rb") as file:
        return _head(path, kind, file)


def pieces(path: Path, kind: str) -> Iterator[bytes]:
    """Open an archive piece by piece; raises StartRefused at the first that is not as it was written, or missing."""
    with path.open("rb") as file:
        backup = _head(path, kind, file)
        count, last = 0, False
        while length := file.read(LENGTH):
            sealed = file.read(int.from_bytes(length))
            if last:
                raise _damaged(path)
            last = file.peek(1) == b""
            yield _open(path, sealed, _place(kind, backup, count, last=last))
            count += 1
        if not last:
            raise _damaged(path)


def _head(path: Path, kind: str, file: BinaryIO) -> uuid.UUID:
    head = file.read(HEAD)
    if len(head) < HEAD or not head.startswith(MAGIC + kind.encode()):
        raise StartRefused(f"{path} is not an archive of a backup's {kind}. Nothing was restored.")
    return uuid.UUID(bytes=head[-16:])


def _open(path: Path, sealed: bytes, place: Place) -> bytes:
    for key in crypto.keyring().derive_by_each(PURPOSE):
        try:
            return crypto.open_bytes(key, sealed, place)
        except CannotOpen:
            continue
    raise _damaged(path)


def _damaged(path: Path) -> StartRefused:
    return StartRefused(
        f"{path} does not open: it is damaged or cut, or the master key is not the one of its day. "
        "Nothing was restored."
    )


def _place(kind: str, backup: uuid.UUID, count: int, *, last: bool) -> Place:
    return Place("backup", f"{kind} {'last' if last else 'more'}", backup, uuid.UUID(int=count))
