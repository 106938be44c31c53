"""The items of an instrument key: a name, the numbers that an answer may be, what each counts, and codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from questionnaires.fhir_values import ValueFault, exact_number
from questionnaires.keys.exact import Exact, exact
from questionnaires.problems import Findings
from questionnaires.values import Coding

_FIELDS = frozenset({"low", "high", "values", "decimals", "step", "points", "optional"})
#: `q1-q5` stands for q1, q2, q3, q4, q5, and `q4a-q4e` for q4a to q4e.
_RANGE = re.compile(r"(?P<prefix>.*?)(?P<first>\d+|[a-z])-(?P=prefix)(?P<last>\d+|[a-z])", re.ASCII)
#: No real item has more answers, and no real instrument more items.
_MOST_VALUES = _MOST_ITEMS = 1000


@dataclass(frozen=True)
class InstrumentItem:
    """One item by its name; `values` are the numbers that an answer may be, None where any number in between may be."""

    name: str
    low: Decimal
    high: Decimal
    values: frozenset[Exact] | None
    #: Number as text -> what it counts, where that is not the number itself.
    points: Mapping[str, Any]
    codes: tuple[Coding, ...] = ()
    #: Whether a form may leave the item out, and then goes without its scales.
    optional: bool = False

    @property
    def number(self) -> str:
        """What is left of the name without the letters that lead it: `4a` of q4a."""
        return self.name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") or self.name

    def in_order(self, worths: Sequence[Any]) -> Any:
        """Return what each number counts, given in the order of the numbers; as it is where the lengths differ."""
        if self.values is None or len(self.values) != len(worths) or isinstance(worths, Mapping):
            return worths
        return {_as_text(value): worth for value, worth in zip(sorted(self.values), worths, strict=True)}

    @property
    def allowed(self) -> str:
        """The numbers that an answer may be, as people read them."""
        if self.values is None:
            return f"a number from {self.low} to {self.high}"
        numbers = sorted(self.values)
        whole = all(isinstance(number, int) for number in numbers)
        if whole and numbers == list(range(int(numbers[0]), int(numbers[-1]) + 1)):
            return f"a whole number from {numbers[0]} to {numbers[-1]}"
        return "one of " + ", ".join(_as_text(number) for number in numbers)


def expanded(names: Sequence[Any]) -> list[Any]:
    """Return names with every range written out; what is no range stays as it is."""
    return [each for name in names for each in (_written_out(name) if isinstance(name, str) else [name])]


def read_items(document: Mapping[str, Any], found: Findings) -> tuple[InstrumentItem, ...]:
    """Read `items` (name or range -> low, high ...) and `codes` (name -> system|code, a list); faults are found."""
    listed, codes = document.get("items"), document.get("codes", {})
    if not isinstance(listed, Mapping) or not listed or not isinstance(codes, Mapping):
        found.add(None, "wrong-field", field="items", expected="for each item its bounds")
        return ()
    made: dict[str, InstrumentItem] = {}
    for names, node in listed.items():
        for name in expanded([names]):
            try:
                item = _read_item(name, node, codes.get(name, []))
            except (ValueFault, ValueError, TypeError, AttributeError, ArithmeticError):
                found.add(name, "wrong-field", field=name, expected="low and high, or values, and points for each")
                continue
            if name in made or len(made) >= _MOST_ITEMS:
                found.add(name, "link-id-twice")
            made[name] = item
    for name in codes.keys() - made.keys():
        found.add(name, "wrong-field", field="codes", expected="codes of items")
    return tuple(made.values())


def _written_out(name: str) -> list[str]:
    match = _RANGE.fullmatch(name)
    if match is None:
        return [name]
    prefix, first, last = match["prefix"], match["first"], match["last"]
    if first.isdigit() and last.isdigit() and int(last) - int(first) < _MOST_ITEMS:
        return [f"{prefix}{number}" for number in range(int(first), int(last) + 1)]
    if first.isalpha() and last.isalpha():
        return [f"{prefix}{chr(letter)}" for letter in range(ord(first), ord(last) + 1)]
    return [name]


def _read_item(name: str, node: Mapping[str, Any], codes: Sequence[str]) -> InstrumentItem:
    if node.keys() - _FIELDS:
        raise ValueError(name)
    values = _values(node)
    if values is not None and not 0 < len(values) <= _MOST_VALUES:
        raise ValueError(name)
    low = exact_number(node["low"]) if "low" in node else _as_decimal(min(values or ()))
    high = exact_number(node["high"]) if "high" in node else _as_decimal(max(values or ()))
    if low >= high:
        raise ValueError(name)
    item = InstrumentItem(name, low, high, values, {}, tuple(map(_coding, codes)), bool(node.get("optional", False)))
    points = item.in_order(node["points"]) if "points" in node else {}
    if not isinstance(points, Mapping):
        raise ValueError(name)
    return InstrumentItem(name, low, high, values, points, item.codes, item.optional)


def _values(node: Mapping[str, Any]) -> frozenset[Exact] | None:
    if "values" in node:
        return frozenset(exact(exact_number(value)) for value in node["values"])
    if node.get("decimals", False):
        return None
    low, high, step = (int(exact_number(node.get(field, 1))) for field in ("low", "high", "step"))
    if high - low > _MOST_VALUES:
        raise ValueError(high)
    return frozenset(range(low, high + 1, step))


def _coding(text: str) -> Coding:
    system, _, code = text.rpartition("|")
    if not code:
        raise ValueError(text)
    return Coding(system or None, code)


def _as_decimal(number: Exact) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def _as_text(number: Exact) -> str:
    return format(_as_decimal(number), "f")
