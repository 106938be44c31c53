"""What an expression came to -> answers of the type that an item asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from questionnaires.definition import Coding, Item, ItemType, Quantity, Uri, Value
from questionnaires.documents import bearable
from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.moments import Moment
from questionnaires.expressions.nodes import UCUM, Amount, Node, Nodes
from questionnaires.expressions.numbers import is_number
from questionnaires.expressions.operators import only


def values_of(item: Item, nodes: Nodes, *, whole: bool = False) -> tuple[Value, ...]:
    """Return the answers to an item that an expression came to; none for nothing.

    A number is rounded to the decimal places that the item allows, a half away from 0. `whole` rounds for an integer
    too, as Helsenorge does. Raises NotComputed for several where one is asked for, and for another type.
    """
    if not item.repeats:
        only(nodes)
    make = _MAKERS.get(item.type)
    if make is None:
        raise NotComputed(f"no {item.type.value} can be worked out")
    made = []
    for node in nodes:
        value = make(item, _rounded(node, 0) if whole and item.type is ItemType.INTEGER else node)
        if value is None:
            raise NotComputed(f"it comes to no {item.type.value}")
        made.append(value)
    return tuple(made)


def _rounded(node: Node, places: int) -> Node:
    if isinstance(node.value, Decimal):
        try:
            return node._replace(value=node.value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
        except InvalidOperation:
            raise NotComputed("a number has too many digits") from None
    return node


def _boolean(_: Item, node: Node) -> Value | None:
    return node.value if isinstance(node.value, bool) else None


def _number(item: Item, node: Node) -> Decimal | None:
    if not is_number(node.value):
        return None
    places = item.max_decimal_places
    exponent = Decimal(node.value).as_tuple().exponent
    finer = places is not None and isinstance(exponent, int) and -exponent > places
    number = Decimal(_rounded(node, places).value if finer and places is not None else node.value)
    return number if bearable(number) else None


def _integer(_: Item, node: Node) -> Value | None:
    if not is_number(node.value) or node.value != int(node.value) or abs(node.value) >= 2**31:
        return None
    return int(node.value)


def _quantity(item: Item, node: Node) -> Value | None:
    if isinstance(node.value, Amount):
        amount = node.value
        return None if amount.calendar else Quantity(amount.value, amount.unit, UCUM, amount.unit)
    if isinstance(node.value, Mapping) and node.kind == "Quantity" and is_number(node.value.get("value")):
        fields = {name: node.value.get(name) for name in ("unit", "system", "code")}
        texts = {name: text for name, text in fields.items() if isinstance(text, str)}
        return Quantity(Decimal(node.value["value"]), **texts)
    number = _number(item, node)
    return None if number is None else Quantity(number, unit=item.unit, code=item.unit)


def _text(_: Item, node: Node) -> Value | None:
    if isinstance(node.value, str):
        return node.value if node.value.strip() else None
    if is_number(node.value):
        return f"{node.value:f}" if isinstance(node.value, Decimal) else str(node.value)
    return node.value.text if isinstance(node.value, Moment) else None


def _uri(_: Item, node: Node) -> Value | None:
    return Uri(node.value) if isinstance(node.value, str) and node.value.strip() else None


def _moment(kind: str, make: Callable[[str], date | time]) -> Callable[[Item, Node], Value | None]:
    def made(_: Item, node: Node) -> Value | None:
        if not isinstance(node.value, Moment) or node.value.kind != kind:
            return None
        try:
            return make(node.value.text)
        except ValueError:
            return None

    return made


def _coding(item: Item, node: Node) -> Value | None:
    if isinstance(node.value, Mapping) and isinstance(node.value.get("code"), str):
        system = node.value.get("system")
        return item.offered(Coding(system if isinstance(system, str) else None, node.value["code"]))
    if isinstance(node.value, str):
        own = node.value if item.type is ItemType.OPEN_CHOICE and node.value.strip() else None
        return item.option(node.value) or own
    return None


_MAKERS: Mapping[ItemType, Callable[[Item, Node], Value | None]] = {
    ItemType.BOOLEAN: _boolean,
    ItemType.CHOICE: _coding,
    ItemType.DATE: _moment("date", date.fromisoformat),
    ItemType.DATE_TIME: _moment("instant", datetime.fromisoformat),
    ItemType.DECIMAL: _number,
    ItemType.INTEGER: _integer,
    ItemType.OPEN_CHOICE: _coding,
    ItemType.QUANTITY: _quantity,
    ItemType.STRING: _text,
    ItemType.TEXT: _text,
    ItemType.TIME: _moment("time", time.fromisoformat),
    ItemType.URL: _uri,
}
