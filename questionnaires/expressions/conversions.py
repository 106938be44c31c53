"""What type a value is of, and how FHIRPath makes one of another type of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.moments import Moment
from questionnaires.expressions.nodes import BROADER, Node, Nodes, read
from questionnaires.expressions.numbers import is_number
from questionnaires.expressions.operators import only, yes

#: The types that can be asked for: FHIR's as they stand in answers, and FHIRPath's own with a capital.
TYPES = frozenset(
    f"{space}{name}"
    for spaces, names in (
        (("", "FHIR."), ("boolean", "integer", "decimal", "string", "date", "dateTime", "time", "Coding", "Quantity")),
        (("", "System."), ("Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time")),
    )
    for space in spaces
    for name in names
)
_WHOLE = re.compile(r"[+-]?\d{1,10}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?", re.ASCII)
_TRUE, _FALSE = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")


def is_of_type(node: Node, name: str) -> bool:
    """Whether a value is of this type, or of a narrower one; raises NotComputed where its type is not known."""
    if not node.kind:
        raise NotComputed("the type of a value is not known")
    if node.kind == "Quantity" and not isinstance(node.value, Mapping):
        raise NotComputed("the type of a quantity that stands in the expression is not told")
    asked = name.partition(".")[2] if "." in name else name
    return asked in (node.kind, BROADER.get(node.kind))


def _converted(convert: Callable[[Node], Node | None]) -> Callable[[Nodes], Nodes]:
    def worked(nodes: Nodes) -> Nodes:
        node = only(nodes)
        made = None if node is None else convert(node)
        return [] if made is None else [made]

    return worked


def _converts(convert: Callable[[Node], Node | None]) -> Callable[[Nodes], Nodes]:
    def worked(nodes: Nodes) -> Nodes:
        node = only(nodes)
        return yes(None if node is None else convert(node) is not None)

    return worked


def _to_integer(node: Node) -> Node | None:
    if isinstance(node.value, bool):
        return Node(int(node.value), "Integer")
    if isinstance(node.value, int):
        return Node(node.value, "Integer")
    fits = isinstance(node.value, str) and _WHOLE.fullmatch(node.value)
    return Node(int(node.value), "Integer") if fits else None


def _to_decimal(node: Node) -> Node | None:
    if isinstance(node.value, bool) or is_number(node.value):
        return Node(Decimal(node.value), "Decimal")
    fits = isinstance(node.value, str) and _NUMBER.fullmatch(node.value)
    return read(Decimal(node.value), "Decimal") if fits else None


def _to_boolean(node: Node) -> Node | None:
    if isinstance(node.value, bool):
        return Node(node.value, "Boolean")
    if is_number(node.value):
        return Node(node.value == 1, "Boolean") if node.value in (0, 1) else None
    word = node.value.lower() if isinstance(node.value, str) else ""
    return Node(word in _TRUE, "Boolean") if word in _TRUE + _FALSE else None


def _to_string(node: Node) -> Node | None:
    value = node.value
    if isinstance(value, bool):
        return Node("true" if value else "false", "String")
    if isinstance(value, Moment):
        return Node(value.text, "String")
    if isinstance(value, Decimal) and (len(value.as_tuple().digits) > 15 or (value and abs(value) < Decimal("1e-6"))):
        raise NotComputed("a number has too many digits to be written")
    if isinstance(value, str) or is_number(value):
        return Node(f"{value:f}" if isinstance(value, Decimal) else str(value), "String")
    raise NotComputed("only single values are written as text")


def _to_date(node: Node) -> Node | None:
    moment = Moment.read(node.value) if isinstance(node.value, str) else node.value
    if not isinstance(moment, Moment) or moment.kind == "time":
        return None
    if moment.kind == "instant":
        raise NotComputed("an instant is not cut to its day")
    return Node(moment, "Date")


FUNCTIONS: Mapping[str, Callable[..., Nodes]] = {
    "convertsToBoolean": _converts(_to_boolean),
    "convertsToDate": _converts(_to_date),
    "convertsToDecimal": _converts(_to_decimal),
    "convertsToInteger": _converts(_to_integer),
    "toBoolean": _converted(_to_boolean),
    "toDate": _converted(_to_date),
    "toDecimal": _converted(_to_decimal),
    "toInteger": _converted(_to_integer),
    "toString": _converted(_to_string),
}
