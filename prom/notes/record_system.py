"""What every hospital's record system looks like from inside: a door that takes a note under a key.

To bring another system, write a class with `file` in a module of its own and let `record_system_of` name it.
"""

import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from prom.config import Settings


@dataclass(frozen=True)
class Note:
    """A note in clear, only ever in memory; its repr shows nothing of it."""

    #: The key: the same for every try. A system that has it already answers as if it had taken it now.
    id: uuid.UUID
    text: str = field(repr=False)
    #: A FHIR R4 document as JSON; its `identifier` holds the same key.
    document: str = field(repr=False)


class Refused(Exception):
    """The system did not take the note, or nobody knows whether it did; it is tried again under the same key.

    `code` is short and the system's own, and holds nothing of the note.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RecordSystem(Protocol):
    """A way into the record. A call answers within 20 seconds, and no database transaction is open meanwhile."""

    def file(self, note: Note) -> None:
        """Put a note into the record, once for each key; raises Refused."""


class Folder:
    """A folder that the hospital's integration engine empties: `KEY.json` holds the document, `KEY.txt` the words.

    Each file appears whole or not at all, the words first: whoever sees the document has both. The same note written
    again is the same two files.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def file(self, note: Note) -> None:
        """Write both files and let the disk confirm them; raises Refused."""
        try:
            self._write(f"{note.id}.txt", note.text.encode())
            self._write(f"{note.id}.json", note.document.encode())
        except OSError as error:
            raise Refused(f"folder-{error.errno}") from None

    def _write(self, name: str, content: bytes) -> None:
        # Readable by its owner alone until it has its name, and by the folder's group from then on.
        # One name for each file: what a killed try has left is written over by the next, and lies about in no other.
        temporary = self._path / f".{name}.part"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fchmod(file.fileno(), 0o640)
                os.fsync(file.fileno())
            temporary.replace(self._path / name)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def record_system_of(settings: Settings) -> RecordSystem | None:
    """Return the record system that PROM_RECORD names; None where none is configured and notes are pasted by hand."""
    return Folder(settings.record) if settings.record is not None else None
