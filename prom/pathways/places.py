"""The places of a pathway document, read by name and type; a refusal names the place, what stands there, and what
would be right. PURE.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from prom.pathways.problems import PathwayError, PathwayProblem
from questionnaires.definition import Texts

Word = TypeVar("Word", bound=StrEnum)
Made = TypeVar("Made")

TEXTS = "a text in each language, as in {nb: ..., nn: ..., en: ...}"
HOUR = 'an hour as "09:00", in quotation marks'
VERSIONED = 'an address and a version with | between them, as in "urn:prom:questionnaire:symptom-check|1.0.0"'
NAME = "a short name of small letters, digits and hyphens, as in weekly-check"

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_HOUR = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_VERSIONED = re.compile(r"[^|\s]+\|[^|\s]+")
_LONGEST_SHOWN = 40


@dataclass(frozen=True)
class Place:
    """One mapping of a document and the way to it. Every method raises PathwayError where it is not what it must be."""

    way: str
    values: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Tell whether something stands under this key."""
        return self.values.get(name) is not None

    def only(self, known: Collection[str]) -> None:
        """Refuse other keys: a mistyped one must not pass for its default."""
        problems = []
        for name in map(str, self.values):
            if name not in known:
                close = get_close_matches(name, known, 1)
                meant = f" (did you mean '{close[0]}'?)" if close else ""
                values = {"field": name, "meant": meant, "known": ", ".join(sorted(known))}
                problems.append(PathwayProblem(self.way, "unknown", values))
        if problems:
            raise PathwayError(problems)

    def needs(self, *names: str) -> None:
        """Refuse where one of these keys is missing, naming all that are."""
        missing = [name for name in names if not self.has(name)]
        if missing:
            raise PathwayError(PathwayProblem(self.way, "missing", {"field": name}) for name in missing)

    def refuse(self, code: str, field: str, **values: object) -> NoReturn:
        """Refuse what stands under a key."""
        given = {"field": field, **{name: str(value) for name, value in values.items()}}
        raise PathwayError([PathwayProblem(self.way, code, given)])

    def wrong(self, name: str, wanted: str) -> NoReturn:
        """Refuse a missing value, or one of the wrong kind, saying what it must be."""
        if not self.has(name):
            self.refuse("missing-of-kind", name, wanted=wanted)
        self.refuse("wrong", name, wanted=wanted, found=shown(self.values[name]))

    def text(self, name: str, wanted: str = "a text") -> str:
        """Return a text that is not blank."""
        value = self.values.get(name)
        return value if isinstance(value, str) and value.strip() else self.wrong(name, wanted)

    def name(self, name: str) -> str:
        """Return a short name that can stand in keys and addresses."""
        value = self.text(name, NAME)
        return value if _NAME.fullmatch(value) else self.wrong(name, NAME)

    def versioned(self, name: str) -> str:
        """Return `url|version`."""
        value = self.text(name, VERSIONED)
        return value if _VERSIONED.fullmatch(value) else self.wrong(name, VERSIONED)

    def texts(self, name: str) -> Texts:
        """Return a text in its languages."""
        value = self.values.get(name)
        if not isinstance(value, Mapping) or not value:
            self.wrong(name, TEXTS)
        if not all(isinstance(part, str) and part.strip() for pair in value.items() for part in pair):
            self.wrong(name, TEXTS)
        return Texts.of(value)

    def whole(self, name: str, low: int, high: int, otherwise: int | None = None) -> int:
        """Return a whole number within bounds, or `otherwise` where there is none."""
        if otherwise is not None and not self.has(name):
            return otherwise
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong(name, f"a whole number from {low} to {high}")
        return value

    def wholes(self, name: str, low: int, high: int, wanted: str) -> tuple[int, ...]:
        """Return a list of whole numbers within bounds, at least one."""
        value = self.values.get(name)
        if not isinstance(value, list | tuple) or not value:
            self.wrong(name, wanted)
        if not all(isinstance(each, int) and not isinstance(each, bool) and low <= each <= high for each in value):
            self.wrong(name, wanted)
        return tuple(value)

    def hours_long(self, name: str, most: int) -> float:
        """Return a number of hours above 0, also with decimals."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | Decimal | float) or not 0 < value <= most:
            self.wrong(name, f"a number of hours above 0, at most {most}")
        return float(value)

    def hour(self, name: str) -> time:
        """Return an hour of the day."""
        value = self.values.get(name)
        if not isinstance(value, str) or not _HOUR.fullmatch(value):
            self.wrong(name, HOUR)
        return time.fromisoformat(value)

    def word(self, name: str, words: type[Word], otherwise: Word | None = None) -> Word:
        """Return one of a closed set of words, or `otherwise` where there is none."""
        if otherwise is not None and not self.has(name):
            return otherwise
        value = self.values.get(name)
        return words(value) if isinstance(value, str) and value in list(words) else self.wrong(name, one_of(words))

    def words(self, name: str, known: Sequence[str]) -> tuple[str, ...]:
        """Return a list of words out of a closed set, each once, at least one."""
        value = self.values.get(name)
        if not isinstance(value, list | tuple) or not value or not all(each in known for each in value):
            self.wrong(name, "a list out of " + ", ".join(known))
        for each in value:
            if value.count(each) > 1:
                self.refuse("twice", name, found=each)
        return tuple(value)

    def part(self, name: str, wanted: str) -> "Place":
        """Return the mapping under a key."""
        value = self.values.get(name)
        return Place(self._to(name), value) if isinstance(value, Mapping) else self.wrong(name, wanted)

    def parts(self, name: str, named_by: str) -> "list[Place]":
        """Return the mappings of a list under a key; none where it is absent. Each is called by its name or number."""
        value = self.values.get(name, ())
        if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
            self.wrong(name, f"a list whose entries have keys, each beginning with '- {named_by}:'")
        called = ((each.get(named_by), number) for number, each in enumerate(value, start=1))
        ways = [str(called_by) if isinstance(called_by, str) else f"number {number}" for called_by, number in called]
        return [Place(f"{self._to(name)}, {way}", each) for way, each in zip(ways, value, strict=True)]

    def _to(self, name: str) -> str:
        return f"{self.way}, {name}" if self.way else name


def each(places: Iterable[Place], make: Callable[[Place], Made]) -> tuple[Made, ...]:
    """Make something of every place; raises PathwayError with the problems of all that cannot be made."""
    made: list[Made] = []
    problems: list[PathwayProblem] = []
    for place in places:
        try:
            made.append(make(place))
        except PathwayError as error:
            problems += error.problems
    if problems:
        raise PathwayError(problems)
    return tuple(made)


def one_of(words: Iterable[str]) -> str:
    """Say a closed set of words."""
    return "one of " + ", ".join(words)


def shown(value: object) -> str:
    """Say what stands somewhere, shortly."""
    if isinstance(value, Mapping):
        return "a mapping with the keys " + ", ".join(map(str, value))
    if isinstance(value, list | tuple):
        return "[" + ", ".join(shown(each) for each in value[:5]) + "]"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    short = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
    return f"'{short}'" if isinstance(value, str) else short
