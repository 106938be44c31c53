"""What the units of an amount, the kind and size of a file, and the kind of a resource referred to, may be."""

from __future__ import annotations

from collections.abc import Iterator

from questionnaires.definition import Item, Quantity
from questionnaires.documents import usable
from questionnaires.problems import Problem
from questionnaires.reading.resource_types import RESOURCE_TYPES
from questionnaires.values import Attachment, Coding, Reference

#: Bytes in what forms call a megabyte.
_MEGABYTE = 1024 * 1024


def unit_problems(item: Item, quantity: Quantity) -> Iterator[Problem]:
    """Yield what is wrong with the unit of an answer."""
    if item.units or item.units_at is not None:
        if not any(_is_unit(unit, quantity) for unit in item.units):
            yield _unknown_unit(item)
    elif item.unit is not None and item.unit != (quantity.code or quantity.unit):  # a machine goes by the code
        yield Problem(item.link_id, "other-unit", "error", {"expected": item.unit})
    if not all(usable(text or "") for text in (quantity.unit, quantity.system, quantity.code)):
        yield Problem(item.link_id, "unusable-characters")


def _unknown_unit(item: Item) -> Problem:
    if item.units_at is not None:
        return Problem(item.link_id, "units-unknown", "error", {"url": item.units_at})
    expected = ", ".join(unit.code for unit in item.units)
    return Problem(item.link_id, "other-unit", "error", {"expected": expected})


def _is_unit(unit: Coding, quantity: Quantity) -> bool:
    if quantity.code is None:
        return quantity.unit is not None and quantity.unit in (unit.code, str(unit.display or unit.code))
    return quantity.code == unit.code and (quantity.system or unit.system) == unit.system


def file_problems(item: Item, value: Attachment | Reference) -> Iterator[Problem]:
    """Yield what is wrong with a file or a reference."""
    if isinstance(value, Reference):
        wanted = item.reference_types or ("a resource of R4",)
        allowed = item.reference_types or RESOURCE_TYPES
        if value.type is not None and value.type not in allowed:
            yield Problem(item.link_id, "other-resource", "error", {"expected": ", ".join(wanted)})
        return
    if item.max_size is not None and value.size is not None and value.size > item.max_size * _MEGABYTE:
        yield Problem(item.link_id, "too-large", "error", {"most": item.max_size})
    if item.mime_types and not any(_is_kind(kind, value.content_type or "") for kind in item.mime_types):
        yield Problem(item.link_id, "other-file-kind", "error", {"expected": ", ".join(item.mime_types)})


def _is_kind(wanted: str, given: str) -> bool:
    kind = given.partition(";")[0].strip().lower()
    wide = wanted.lower().removesuffix("*") if wanted.endswith("/*") else None
    return wanted in ("*", "*/*") or (kind.startswith(wide) if wide else kind == wanted.lower())
