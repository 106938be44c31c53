"""The fields of a rule document, read by name and type; a refusal names the rule and the field."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from alerts.problems import RuleError, RuleProblem
from questionnaires.definition import Texts

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Fields:
    """One mapping of a document. Every method raises RuleError where the field is not what it must be."""

    rule: str | None
    values: Mapping[str, Any]

    @classmethod
    def of(cls, document: Any, rule: str | None = None) -> Fields:
        """Take a mapping, or refuse what is none."""
        if not isinstance(document, Mapping):
            raise RuleError([RuleProblem(rule, None, "not-a-document")])
        return cls(rule, document)

    def has(self, name: str) -> bool:
        """Tell whether the field is there."""
        return self.values.get(name) is not None

    def get(self, name: str) -> Any:
        """Return the field as it stands; refused where it is missing."""
        if not self.has(name):
            raise RuleError([RuleProblem(self.rule, None, "missing-field", {"field": name})])
        return self.values[name]

    def only(self, known: Collection[str]) -> None:
        """Refuse fields of other names: a mistyped `whenMissing` must not pass for its default."""
        unknown = [str(name) for name in self.values if name not in known]
        if unknown:
            raise RuleError(RuleProblem(self.rule, None, "unknown-field", {"field": name}) for name in unknown)

    def text(self, name: str) -> str:
        """Return a text that is not blank."""
        value = self.get(name)
        return value if isinstance(value, str) and value.strip() else self.refuse(name, "a text")

    def texts(self, name: str) -> Texts:
        """Return a text in its languages."""
        value = self.get(name)
        if not isinstance(value, Mapping) or not value:
            return self.refuse(name, "a text in each language")
        if not all(isinstance(part, str) and part.strip() for pair in value.items() for part in pair):
            return self.refuse(name, "a text in each language")
        return Texts.of(value)

    def address(self, name: str) -> str:
        """Return the address of a page, which nobody can change on its way."""
        value = self.text(name)
        is_one = re.fullmatch(r"https://[^\s/\\@]+\.[^\s/\\@]+(/\S*)?", value, re.ASCII)
        return value if is_one else self.refuse(name, "an address that begins with https://")

    def truth(self, name: str, otherwise: bool) -> bool:
        """Return true or false, or `otherwise` where the field is missing."""
        value = self.values.get(name, otherwise)
        return value if isinstance(value, bool) else self.refuse(name, "true or false")

    def number(self, name: str) -> Decimal:
        """Return an exact, finite number."""
        value = self.get(name)
        return self.refuse(name, "a number") if not is_number(value) else to_decimal(value)

    def positive(self, name: str) -> Decimal:
        """Return a number above 0."""
        value = self.number(name)
        return value if value > 0 else self.refuse(name, "a number above 0")

    def whole(self, name: str, low: int, high: int) -> int:
        """Return a whole number within bounds."""
        value = self.number(name)
        if value != value.to_integral_value() or not low <= value <= high:
            return self.refuse(name, f"a whole number from {low} to {high}")
        return int(value)

    def word(self, name: str, words: type[Word], otherwise: Word | None = None) -> Word:
        """Return one of a closed set of words, or `otherwise` where the field is missing."""
        if otherwise is not None and not self.has(name):
            return otherwise
        value = self.get(name)
        if isinstance(value, str) and value in list(words):
            return words(value)
        return self.refuse(name, "one of " + ", ".join(words))

    def names(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, at least one."""
        value = self.get(name)
        if not isinstance(value, list | tuple) or not value or not all(isinstance(one, str) and one for one in value):
            return self.refuse(name, "a list of texts")
        return tuple(value)

    def several(self, name: str) -> tuple[Any, ...]:
        """Return a list of anything, at least one."""
        value = self.get(name)
        return tuple(value) if isinstance(value, list | tuple) and value else self.refuse(name, "a list")

    def refuse(self, name: str, wanted: str) -> NoReturn:
        """Refuse the field, saying what it must be."""
        raise RuleError([RuleProblem(self.rule, None, "wrong-field", {"field": name, "wanted": wanted})])


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number; true and false are none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()


def to_decimal(value: float | Decimal) -> Decimal:
    """Return a document's number as it is written: 38.3 is 38.3."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
