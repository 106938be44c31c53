"""A file of persons that the hospital keeps, such as a nightly extract of its patient system: CSV or JSON.

Columns or keys: nationalNumber, died, protected, reserved, notDigital; all but the first may be absent: no. The
file is read again whenever it was replaced. One that cannot be read to its end is not used at all: half a list would
say of somebody who has died that nobody knows her.
"""

import csv
import io
import json
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prom.patients.person_source import NotKnown, Person, Unreachable

#: The names in the file, and those of `Person`.
NAMES = {"died": "died", "protected": "protected", "reserved": "reserved", "notDigital": "not_digital"}
NUMBER = "nationalNumber"
#: What people write for yes and no; an empty field is no.
YES = frozenset({"true", "1", "yes", "ja"})
NO = frozenset({"", "false", "0", "no", "nei"})


class FileSource:
    """A `PersonSource` over a file. What it holds lies in memory for as long as the file stays as it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._persons: dict[str, Person] = {}
        self._reading = threading.Lock()

    def look_up(self, national_number: str) -> Person:
        """Return what the file says now; raises NotKnown, or Unreachable for a file that is absent or wrong."""
        with self._reading:
            found = self._current().get(national_number)
        if found is None:
            raise NotKnown
        return found

    def _current(self) -> dict[str, Person]:
        try:
            known = self._path.stat()
            stamp = (known.st_mtime_ns, known.st_size, known.st_ino)
            if stamp != self._stamp:
                self._persons, self._stamp = read(self._path.read_text(encoding="utf-8-sig")), stamp
        except OSError:
            raise Unreachable("file-absent") from None
        except (ValueError, csv.Error):
            raise Unreachable("file-unreadable") from None
        return self._persons


def read(text: str) -> dict[str, Person]:
    """Read a whole file; raises ValueError for one that says anything that cannot be understood, or a number twice."""
    rows = _json(text) if text.lstrip().startswith(("[", "{")) else _csv(text)
    found: dict[str, Person] = {}
    for row in rows:
        number = _number(row)
        if number in found:
            raise ValueError("a person stands there twice")
        found[number] = Person(**{ours: _flag(row.get(name)) for name, ours in NAMES.items()})
    return found


def _csv(text: str) -> Iterable[Mapping[str, Any]]:
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",", strict=True)
    _check_names(rows.fieldnames or ())
    for row in rows:
        if None in row or None in row.values():
            raise ValueError("a line is too long or too short")
        yield row


def _json(text: str) -> Iterable[Mapping[str, Any]]:
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise ValueError("it is no list")
    for row in rows:
        if not isinstance(row, dict):
            raise ValueError("a person is no object")
        _check_names(row)
        yield row


def _check_names(names: Iterable[str]) -> None:
    """A misspelt "died" must not mean that everybody lives."""
    given = {name.strip() for name in names}
    if NUMBER not in given or given - {NUMBER, *NAMES}:
        raise ValueError("the names are others")


def _number(row: Mapping[str, Any]) -> str:
    number = row[NUMBER]
    digits = "".join(number.split()) if isinstance(number, str) else ""
    if len(digits) != 11 or not digits.isascii() or not digits.isdecimal():
        raise ValueError("a number is none")
    return digits


def _flag(value: object) -> bool:
    words = "" if value is None else str(value).strip().lower()
    if words not in YES | NO:
        raise ValueError("neither yes nor no")
    return words in YES
