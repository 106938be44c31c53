"""The instruments that Prom ships: one folder each, one file per version, with its scoring key and advice beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from questionnaires.advice import Advice, parse_advice
from questionnaires.definition import Questionnaire
from questionnaires.keys.scales import ScoringKey
from questionnaires.parsing import parse, read
from questionnaires.problems import Problem, QuestionnaireError
from questionnaires.scoring import parse_key

FOLDER = Path(__file__).parent / "library"
_SUFFIXES = (".yaml", ".json")


@dataclass(frozen=True)
class Instrument:
    """One version of a questionnaire with what belongs to it; `document` is the FHIR document as the file holds it."""

    name: str
    version: str
    questionnaire: Questionnaire
    key: ScoringKey | None
    advice: Advice | None
    document: Mapping[str, Any]
    #: The key's and the advice's own documents, where there are such.
    key_document: Mapping[str, Any] | None
    advice_document: Mapping[str, Any] | None


@cache
def versions(folder: Path = FOLDER) -> tuple[Instrument, ...]:
    """Return every version of every instrument, by name and then oldest first; read once per process.

    Raises QuestionnaireError, naming the file, where one is broken, cannot be published, or is not what its name says.
    """
    paths = [path for path in folder.glob("*/*") if path.suffix in _SUFFIXES and _is_questionnaire(path)]
    return tuple(_read(path) for path in sorted(paths, key=lambda path: (path.parent.name, _age(path.stem))))


def load(name: str, version: str | None = None, folder: Path = FOLDER) -> Instrument:
    """Return one instrument, its newest version unless one is named; raises KeyError when there is none."""
    found = [each for each in versions(folder) if each.name == name and version in (None, each.version)]
    if not found:
        raise KeyError(f"{name}|{version}" if version else name)
    return found[-1]


def _is_questionnaire(path: Path) -> bool:
    return not path.stem.endswith((".scoring", ".advice", ".rules", ".examples"))


def _age(version: str) -> tuple[tuple[int, str], ...]:
    # 1.10.0 is newer than 1.9.0, which the order of letters does not know.
    return tuple((int(part), "") if part.isascii() and part.isdigit() else (-1, part) for part in version.split("."))


def _read(path: Path) -> Instrument:
    name, version = path.parent.name, path.stem
    try:
        document = read(path)
        questionnaire = parse(document)
        _expect(questionnaire, name, version)
        key_document, advice_document = _beside(path, "scoring"), _beside(path, "advice")
        key = parse_key(key_document, questionnaire) if key_document is not None else None
        advice = parse_advice(advice_document, key) if key is not None and advice_document is not None else None
    except QuestionnaireError as error:
        where = Problem(None, "file-refused", "error", {"file": f"{name}/{path.name}"})
        raise QuestionnaireError([where, *error.problems]) from error
    return Instrument(name, version, questionnaire, key, advice, document, key_document, advice_document)


def _expect(questionnaire: Questionnaire, name: str, version: str) -> None:
    problems = [problem for problem in questionnaire.problems if problem.severity == "error"]
    for field, given, expected in (("name", questionnaire.name, name), ("version", questionnaire.version, version)):
        if given != expected:
            problems.append(_other(field, given, expected))
    if problems:
        raise QuestionnaireError(problems)


def _other(field: str, given: str, expected: str) -> Problem:
    return Problem(None, "other-name", "error", {"field": field, "given": given, "expected": expected})


def _beside(path: Path, what: str) -> Mapping[str, Any] | None:
    beside = path.with_name(f"{path.stem}.{what}.yaml")
    return read(beside) if beside.exists() else None
