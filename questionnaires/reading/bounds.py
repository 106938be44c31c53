"""The lowest and the highest answer that an item takes, and whether they can be held against its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from questionnaires.fhir_values import ValueFault, read_value
from questionnaires.items import Bound, ItemType
from questionnaires.reading import extensions as known
from questionnaires.reading.extensions import extensions
from questionnaires.reading.fields import Reading
from questionnaires.values import Partial, Quantity, compare

LEAST = (known.MIN_VALUE, known.MIN_QUANTITY)
MOST = (known.MAX_VALUE, known.MAX_QUANTITY)


def read_bound(
    reading: Reading, node: Mapping[str, Any], addresses: tuple[str, ...], link_id: str, kind: ItemType
) -> Bound | None:
    """Return the bound that an item has by one of these extensions; one of another kind than its answers is noted."""
    for extension in extensions(node):
        # An expression in place of the value is for those who read expressions.
        if extension.url in addresses and any(field.startswith("value") for field in extension.node):
            return _read(reading, extension.node, link_id, kind)
    return None


def _read(reading: Reading, node: Mapping[str, Any], link_id: str, kind: ItemType) -> Bound | None:
    try:
        value = read_value(node, "value", reading.language)
    except ValueFault as fault:
        (reading.noted if fault.code == "unsupported-value" else reading.refused).problems.append(
            fault.problem(link_id)
        )
        return None
    if kind is ItemType.DATE_TIME and type(value) is date:
        value = Partial(value.isoformat(), "dateTime")
    if kind in _KINDS and type(value) in _KINDS[kind] and isinstance(value, Bound):
        return value
    reading.noted.add(link_id, "bound-on-wrong-type", type=kind.value)
    return None


def crossed(least: Bound | None, most: Bound | None) -> bool:
    """Whether a lower bound lies above its upper one."""
    return least is not None and most is not None and compare(least, most) == 1


_NUMBERS: tuple[type, ...] = (int, Decimal)
_KINDS: Mapping[ItemType, tuple[type, ...]] = {
    ItemType.INTEGER: _NUMBERS,
    ItemType.DECIMAL: _NUMBERS,
    ItemType.QUANTITY: (Quantity, *_NUMBERS),
    ItemType.DATE: (date, Partial),
    ItemType.DATE_TIME: (datetime, Partial),
    ItemType.TIME: (time,),
}
