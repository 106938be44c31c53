"""What a scale may say beyond its items: points, weights, what comes after, its range, the limits published for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, cast, get_args

from questionnaires.fhir_values import ValueFault, exact_number, whole_number
from questionnaires.keys.exact import Exact, exact
from questionnaires.keys.scales import Comparison, CutOff

EXTRA_FIELDS = frozenset(
    {"points", "weights", "of", "times", "plus", "plusIfAny", "table", "range", "cutOffs", "minimalDifference"}
    | {"minimumItems", "aliases", "note"}
)
#: Says that a field should have been something else.
Wrong = Callable[[str, str], None]
#: A number as the name of a field, since JSON has only texts there.
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


def extras(node: Mapping[str, Any], wrong: Wrong) -> dict[str, Any]:
    """Return the fields of Scale that a scale's document sets of these, by their names in Scale."""
    made: dict[str, Any] = {}
    for field, name, read in _READERS:
        if field in node:
            try:
                made[name] = read(node[field])
            except (ValueFault, ValueError):
                wrong(field, _EXPECTED[field])
    if "range" in node:
        made.update(_range(node["range"], wrong))
    if "points" in made:
        # What has no points has no place on the scale.
        made["permitted"] = {item: frozenset(points) for item, points in made["points"].items()}
    return made


def number_named(text: str) -> Exact:
    """Read a number that is the name of a field; raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return exact(Decimal(text))


def _number(value: Any) -> Exact:
    return exact(exact_number(value))


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError
    return value


def _points(value: Any) -> dict[str, dict[Exact, Exact]]:
    return {item: _table(each) for item, each in _mapping(value).items()}


def _table(value: Any) -> dict[Exact, Exact]:
    return {number_named(name): _number(each) for name, each in _mapping(value).items()}


def _weights(value: Any) -> dict[str, Exact]:
    return {item: _number(each) for item, each in _mapping(value).items()}


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise ValueError
    return tuple(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _count(value: Any) -> int:
    number = whole_number(value)
    if number < 1:
        raise ValueError
    return number


def _cut_offs(value: Any) -> tuple[CutOff, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError
    return tuple(_cut_off(each) for each in value)


def _cut_off(node: Any) -> CutOff:
    found = [field for field in get_args(Comparison) if isinstance(node, Mapping) and field in node]
    if len(found) != 1 or node.keys() != {"meaning", found[0]}:
        raise ValueError
    return CutOff(_text(node["meaning"]), cast("Comparison", found[0]), exact_number(node[found[0]]))


def _range(value: Any, wrong: Wrong) -> dict[str, Decimal]:
    try:
        lowest, highest = (exact_number(each) for each in value)
        if lowest >= highest:
            raise ValueError
    except (ValueFault, ValueError, TypeError):
        wrong("range", "two numbers, the lower one first")
        return {}
    return {"lowest": lowest, "highest": highest}


_READERS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("points", "points", _points),
    ("weights", "weights", _weights),
    ("table", "table", _table),
    ("times", "times", _number),
    ("plus", "plus", _number),
    ("plusIfAny", "plus_if_any", _number),
    ("cutOffs", "cut_offs", _cut_offs),
    ("minimalDifference", "minimal_difference", exact_number),
    ("minimumItems", "minimum_items", _count),
    ("aliases", "aliases", _texts),
    ("note", "note", _text),
)
_EXPECTED: Mapping[str, str] = {
    "points": "for each item what each number counts",
    "weights": "a number for each item",
    "table": "for each number what it becomes",
    "times": "a number",
    "plus": "a number",
    "plusIfAny": "a number",
    "cutOffs": "a list of limits, each with its meaning and one of from, above, to, below",
    "minimalDifference": "a number",
    "minimumItems": "a whole number above 0",
    "aliases": "a list of names",
    "note": "a text",
}
