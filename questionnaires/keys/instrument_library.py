"""The instrument keys that Prom ships: one folder each, one file per version; and one that a hospital wrote itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from questionnaires.documents import read
from questionnaires.keys.instrument_keys import InstrumentKey, parse_instrument
from questionnaires.problems import Problem, QuestionnaireError

FOLDER = Path(__file__).parent.parent / "instruments"


@cache
def names(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the names of all shipped keys, in the order of letters."""
    return tuple(sorted({path.parent.name for path in folder.glob("*/*.yaml")}))


@cache
def load(name: str, folder: Path = FOLDER) -> InstrumentKey:
    """Return a shipped key, its newest version unless `name|version` names one; raises KeyError when there is none."""
    name, _, version = name.partition("|")
    if name not in names(folder):
        raise KeyError(name)
    paths = [path for path in (folder / name).glob("*.yaml") if version in ("", path.stem)]
    if not paths:
        raise KeyError(f"{name}|{version}")
    path = max(paths, key=lambda path: _age(path.stem))
    key = read_key(path)
    if (key.name, key.version) != (name, path.stem):
        raise QuestionnaireError([_other(path, key)])
    return key


def read_key(path: Path) -> InstrumentKey:
    """Return the key in a file of one's own; raises QuestionnaireError, naming the file, and OSError."""
    try:
        return parse_instrument(read(path))
    except QuestionnaireError as error:
        where = Problem(None, "file-refused", "error", {"file": f"{path.parent.name}/{path.name}"})
        raise QuestionnaireError([where, *error.problems]) from error


def _age(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isascii() and part.isdigit())


def _other(path: Path, key: InstrumentKey) -> Problem:
    expected = f"{path.parent.name}|{path.stem}"
    return Problem(None, "other-name", "error", {"field": "name", "given": key.canonical, "expected": expected})
