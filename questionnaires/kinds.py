"""Which kinds of value answer which type of item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

from questionnaires.definition import Coding, Item, ItemType, Quantity, Value
from questionnaires.values import Attachment, Partial, Reference, Uri, is_number, same

#: Types whose values have an order, so that > and bounds mean something.
ORDERED = frozenset(
    {
        ItemType.DECIMAL,
        ItemType.INTEGER,
        ItemType.DATE,
        ItemType.DATE_TIME,
        ItemType.TIME,
        ItemType.QUANTITY,
    }
)
CHOICES = frozenset({ItemType.CHOICE, ItemType.OPEN_CHOICE})
#: Types that Prom shows but cannot take an answer to.
UNSUPPORTED = frozenset({ItemType.ATTACHMENT, ItemType.REFERENCE})


def is_whole(value: Value) -> bool:
    """Whether it is a whole number, written as one: 5 and Decimal("5") are, 5.9, 5.0 and True are not."""
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return isinstance(exponent, int) and exponent >= 0
    return is_number(value)


def fits(item: Item, value: Value) -> bool:
    """Whether a value is of the kind that the item's type asks for; whether it is allowed is another question."""
    test = _TESTS.get(item.type)
    return test is not None and test(value)


def kind_fits(kind: ItemType, value: Value) -> bool:
    """Whether a value is of the kind that this type of item asks for."""
    test = _TESTS.get(kind)
    return test is not None and test(value)


def offers(item: Item, value: Value) -> bool:
    """Whether an item offers this value; an open choice also takes any text of one's own."""
    if item.type is ItemType.OPEN_CHOICE and isinstance(value, str):
        return True
    if not item.options:  # FHIR leaves a choice without a list to whoever answers it.
        return True
    if isinstance(value, Coding):
        return item.offered(value) is not None
    return any(same(option.value, value) for option in item.options)


def kind_of(value: Value) -> str:
    """Return the FHIR word for the kind a value is of."""
    if isinstance(value, Partial):
        return value.of
    return next((name for kind, name in _KIND_NAMES if isinstance(value, kind)), type(value).__name__)


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and not isinstance(value, Uri)


def _part(value: Value, of: str) -> bool:
    return isinstance(value, Partial) and value.of == of


def _can_be_chosen(value: Value) -> bool:
    choosable = isinstance(value, Coding | str | Partial) or is_number(value)
    return choosable or (isinstance(value, date | time) and not isinstance(value, datetime))


_TESTS: Mapping[ItemType, Callable[[Value], bool]] = {
    ItemType.BOOLEAN: lambda value: isinstance(value, bool),
    ItemType.DECIMAL: is_number,
    ItemType.INTEGER: is_whole,
    ItemType.DATE: lambda value: (isinstance(value, date) and not isinstance(value, datetime)) or _part(value, "date"),
    ItemType.DATE_TIME: lambda value: (
        (isinstance(value, datetime) and value.tzinfo is not None) or _part(value, "dateTime")
    ),
    ItemType.TIME: lambda value: isinstance(value, time) and value.tzinfo is None,
    ItemType.STRING: _is_text,
    ItemType.TEXT: _is_text,
    ItemType.URL: lambda value: isinstance(value, Uri),
    ItemType.CHOICE: _can_be_chosen,
    ItemType.OPEN_CHOICE: _can_be_chosen,
    ItemType.QUANTITY: lambda value: isinstance(value, Quantity) and is_number(value.value),
    ItemType.ATTACHMENT: lambda value: isinstance(value, Attachment),
    ItemType.REFERENCE: lambda value: isinstance(value, Reference),
}

#: First match counts: a bool is an int, an instant is a date.
_KIND_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (Decimal, "decimal"),
    (str, "text"),
    (datetime, "dateTime"),
    (date, "date"),
    (time, "time"),
    (Coding, "coding"),
    (Quantity, "quantity"),
    (Attachment, "attachment"),
    (Reference, "reference"),
)
