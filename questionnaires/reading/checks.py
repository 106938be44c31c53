"""What is odd about one item that was read: refused where R4 forbids it, noted where Prom runs it otherwise or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from questionnaires.definition import Item, ItemType
from questionnaires.kinds import UNSUPPORTED, fits, offers
from questionnaires.limits import bounds_out_of_reach
from questionnaires.reading.bounds import crossed
from questionnaires.reading.fields import Reading

#: The controls that change how Prom's pages show an item; every other one is shown as its type is.
_CONTROLS = frozenset({"radio-button", "check-box", "drop-down", "slider", "page", "year", "yearMonth"})
#: Helsenorge's texts that are only shown, though their type is that of a question; the last not even to patients.
_SHOWN = frozenset({"inline", "highlight", "help", "sidebar"})


def check_item(reading: Reading, item: Item, node: Mapping[str, Any]) -> None:
    """Hold an item against itself."""
    _check_shape(reading, item)
    _check_initial(reading, item, node)
    noted = reading.noted
    if item.type in UNSUPPORTED:
        noted.add(item.link_id, "unsupported-type", "error" if item.required else "warning", type=item.type.value)
    if item.text is None and not item.is_group and not item.hidden:
        noted.add(item.link_id, "no-text", "warning")
    if crossed(item.min_value, item.max_value) or crossed(item.min_length, item.max_length):
        noted.add(item.link_id, "bounds-crossed")
    noted.problems.extend(bounds_out_of_reach(item))
    if item.item_control is not None and item.item_control not in _CONTROLS | _SHOWN:
        noted.add(item.link_id, "control-as-usual", "information", control=item.item_control)


def _check_shape(reading: Reading, item: Item) -> None:
    if item.type is not ItemType.DISPLAY or not item.items:
        return
    # R4's que-1 forbids it; forms made for Android hang their instructions there, and nothing can be meant but that.
    if all(inner.type is ItemType.DISPLAY for inner in item.items):
        reading.noted.add(item.link_id, "display-with-items", "warning")
    else:
        reading.refused.add(item.link_id, "display-with-items")


def _check_initial(reading: Reading, item: Item, node: Mapping[str, Any]) -> None:
    if "initial" in node and not item.is_question:
        reading.refused.add(item.link_id, "initial-on-wrong-type", type=item.type.value)
    elif not all(fits(item, value) and (not item.options or offers(item, value)) for value in item.initial):
        reading.noted.add(item.link_id, "initial-does-not-fit")
    elif len(item.initial) > 1 and not item.repeats:
        reading.noted.add(item.link_id, "initial-too-many")


def as_shown(reading: Reading, item: Item) -> Item:
    """Return an item as Helsenorge means it: a text with one of its controls is shown and takes no answer."""
    if item.type is not ItemType.TEXT or item.item_control not in _SHOWN:
        return item
    reading.noted.add(item.link_id, "text-only-shown", "information", control=item.item_control)
    hidden = item.hidden or item.item_control == "sidebar"
    return replace(item, type=ItemType.DISPLAY, required=False, repeats=False, hidden=hidden)
