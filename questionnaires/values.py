"""The values an answer, an option or a condition can hold, and texts in several languages."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from questionnaires import units

#: The language that a text is based on where nothing else is said.
FIRST_LANGUAGE = "nb"


@dataclass(frozen=True)
class Texts:
    """One text in the languages it exists in; `base` is the language of the document it stands in."""

    base: str
    by_language: Mapping[str, str]

    @classmethod
    def of(cls, by_language: Mapping[str, str], base: str = FIRST_LANGUAGE) -> Texts:
        """Make texts from language tag -> text; without `base` among them the first is base. ValueError if empty."""
        if not by_language:
            raise ValueError("a text needs at least one language")
        return cls(base if base in by_language else next(iter(by_language)), dict(by_language))

    def read(self, language: str) -> tuple[str, str]:
        """Return (text, the language it is in): the asked one (nb also finds nb-NO, and back), else base, else any."""
        if language in self.by_language:
            return self.by_language[language], language
        primary = language.partition("-")[0].lower()
        for tag, text in self.by_language.items():
            if tag.partition("-")[0].lower() == primary:
                return text, tag
        used = self.base if self.base in self.by_language else next(iter(self.by_language))
        return self.by_language[used], used

    def __str__(self) -> str:
        return self.read(self.base)[0]

    def __hash__(self) -> int:
        return hash((self.base, frozenset(self.by_language.items())))


@dataclass(frozen=True)
class Coding:
    """A code in its system; two codings are equal when system and code are, whatever their display says."""

    system: str | None
    code: str
    display: Texts | None = field(default=None, compare=False)
    ordinal: Decimal | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Quantity:
    """A number with its unit: `unit` as people read it, `system` and `code` as machines do (mostly UCUM)."""

    value: Decimal
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Uri(str):
    """A text that is an address, so that it leaves as valueUri again."""


@dataclass(frozen=True)
class Partial:
    """A moment of which only a part is told: a year, a year and month, or, where an instant may stand, a day."""

    text: str
    of: Literal["date", "dateTime"] = "date"

    @property
    def first(self) -> date:
        """The first day that it may mean."""
        return date.fromisoformat(self.text + "-01-01"[3 * self.text.count("-") :])

    @property
    def last(self) -> date:
        """The last day that it may mean."""
        year, month = self.first.year, self.first.month
        if self.text.count("-") == 2:
            return self.first
        return date(year, 12, 31) if len(self.text) == 4 else date(year, month, monthrange(year, month)[1])

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Attachment:
    """A file as an answer: what kind it is, how many bytes it says or shows that it has, and all of it as it came."""

    content_type: str | None
    size: int | None
    document: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)


@dataclass(frozen=True)
class Reference:
    """A pointer to another resource as an answer: the type it says to be of, and all of it as it came."""

    type: str | None
    reference: str | None
    document: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)


#: Everything an answer, an option or an enableWhen can hold. A bool is an int to Python: ask for bool first.
Value: TypeAlias = (
    bool | Decimal | int | str | date | datetime | time | Partial | Coding | Quantity | Attachment | Reference
)


#: Kinds whose values are the same when Python says so; the answer for nearly every pair, found first.
_PLAIN = frozenset({Coding, bool, str, int, date, datetime, time, Partial})


def is_number(value: object) -> bool:
    """Whether it is a finite number; True and False are not numbers."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) and not isinstance(value, bool)


def same(one: Value, other: Value) -> bool:
    """Whether two values are equal and of one kind: 5 is 5.0, but True is not 1 and a date is not an instant."""
    if type(one) is type(other) and type(one) in _PLAIN:
        return one == other
    if is_number(one) and is_number(other):
        return one == other
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return compare(one, other) == 0
    if isinstance(one, str) and isinstance(other, str):
        return str(one) == str(other)
    return type(one) is type(other) and not isinstance(one, Decimal) and one == other


def compare(one: Value, other: Value) -> int | None:
    """Return -1, 0 or 1 for two values with an order, or None where there is none that is sure.

    None it is for codes, texts and units of different kinds, and for moments that overlap (2024 and 2024-05).
    """
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return _compare_measured(one, other)
    if isinstance(one, Partial) or isinstance(other, Partial):
        return _compare_days(_days(one), _days(other))
    if is_number(one) and is_number(other):
        return _order(one, other)
    if type(one) is type(other) and isinstance(one, date | time):
        # An instant without its zone cannot be placed before or after one that has it.
        return _order(one, other) if _zoned(one) == _zoned(other) else None
    return None


def _order(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def _compare_measured(one: Quantity, other: Quantity) -> int | None:
    if _unit(one) == _unit(other):
        return compare(one.value, other.value)
    return units.compare(one.value, _ucum(one), other.value, _ucum(other))


def _days(value: Value) -> tuple[date, date] | None:
    if isinstance(value, Partial):
        return value.first, value.last
    day = value.date() if isinstance(value, datetime) else value
    return (day, day) if isinstance(day, date) else None


def _compare_days(one: tuple[date, date] | None, other: tuple[date, date] | None) -> int | None:
    if one is None or other is None:
        return None
    if one == other:
        return 0
    return -1 if one[1] < other[0] else 1 if one[0] > other[1] else None


def _zoned(moment: object) -> bool:
    return getattr(moment, "tzinfo", None) is not None


def _unit(quantity: Quantity) -> tuple[str | None, str | None]:
    # A bare unit text counts as its code, so that "kg" typed and "kg" coded are one unit.
    return (quantity.system if quantity.code else None, quantity.code or quantity.unit)


def _ucum(quantity: Quantity) -> str | None:
    return quantity.code if quantity.system == units.UCUM else None
