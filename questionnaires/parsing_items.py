"""The tree of items out of a FHIR R4 questionnaire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from questionnaires import extensions as known
from questionnaires.definition import Item, ItemType
from questionnaires.extensions import extensions
from questionnaires.fhir_values import ValueFault, read_value
from questionnaires.kinds import UNSUPPORTED
from questionnaires.parsing_conditions import read_behaviour, read_conditions
from questionnaires.parsing_options import read_options
from questionnaires.reading import Reading
from questionnaires.values import Texts, compare

Bound: TypeAlias = Decimal | int | date | datetime | time


class ItemReader:
    """Reads items, and remembers which linkIds it has met."""

    def __init__(self, reading: Reading, value_sets: Mapping[str, Mapping[str, Any]]) -> None:
        self.reading = reading
        self.value_sets = value_sets
        self._met: set[str] = set()

    def items(self, node: Mapping[str, Any], parent: str | None = None) -> tuple[Item, ...]:
        """Return the items of a node; one without linkId or of an unknown type is refused and left out."""
        read = [self._item(child, parent) for child in self.reading.children(node, "item", parent)]
        return tuple(item for item in read if item is not None)

    def _item(self, node: Mapping[str, Any], parent: str | None) -> Item | None:
        link_id = node.get("linkId")
        if not isinstance(link_id, str) or not link_id.strip():
            self.reading.refused.add(parent, "no-link-id")
            return None
        if link_id in self._met:
            self.reading.refused.add(link_id, "link-id-twice")
        self._met.add(link_id)
        kind = node.get("type")
        if not isinstance(kind, str) or kind not in list(ItemType):
            self.reading.refused.add(link_id, "unknown-type", type=kind if isinstance(kind, str) else "none")
            self.items(node, link_id)
            return None
        return self._typed(node, link_id, ItemType(kind))

    def _typed(self, node: Mapping[str, Any], link_id: str, kind: ItemType) -> Item:
        reading = self.reading
        children = self.items(node, link_id)
        conditions = read_conditions(reading, node, link_id)
        item = Item(
            link_id=link_id,
            type=kind,
            text=reading.texts(node, "text", link_id),
            prefix=reading.text(node, "prefix", link_id),
            items=children,
            enable_when=conditions,
            enable_any=read_behaviour(reading, node, link_id, len(conditions)),
            required=reading.flag(node, "required", link_id) and kind is not ItemType.DISPLAY,
            repeats=reading.flag(node, "repeats", link_id) and kind is not ItemType.DISPLAY,
            read_only=reading.flag(node, "readOnly", link_id),
            hidden=reading.extension(node, known.HIDDEN, "Boolean", link_id) is True,
            options=read_options(reading, node, link_id, kind, self.value_sets),
            min_value=self._bound(node, known.MIN_VALUE, link_id, kind),
            max_value=self._bound(node, known.MAX_VALUE, link_id, kind),
            min_length=self._count(node, known.MIN_LENGTH, link_id),
            max_length=reading.count(node, "maxLength", link_id),
            max_decimal_places=self._count(node, known.MAX_DECIMAL_PLACES, link_id),
            unit=self._unit(node, link_id),
            min_occurs=self._count(node, known.MIN_OCCURS, link_id),
            max_occurs=self._count(node, known.MAX_OCCURS, link_id),
            regex=self._regex(node, link_id),
            item_control=self._control(node, link_id),
            help=_help(children),
        )
        self._check(item, node)
        return item

    def _check(self, item: Item, node: Mapping[str, Any]) -> None:
        noted, refused = self.reading.noted, self.reading.refused
        if item.type is ItemType.DISPLAY and item.items:
            refused.add(item.link_id, "display-with-items")
        if item.type in UNSUPPORTED:
            noted.add(item.link_id, "unsupported-type", "error" if item.required else "warning", type=item.type.value)
        if "initial" in node:
            unseen = item.hidden or item.read_only
            noted.add(item.link_id, "initial-ignored", "error" if unseen else "warning")
        if item.repeats and any(inner.is_question or inner.type is ItemType.GROUP for inner in item.items):
            noted.add(item.link_id, "repeats-with-items", "warning")
        if item.text is None and item.type is not ItemType.GROUP and not item.hidden:
            noted.add(item.link_id, "no-text", "warning")
        if crossed(item.min_value, item.max_value) or crossed(item.min_length, item.max_length):
            refused.add(item.link_id, "bounds-crossed")

    def _bound(self, node: Mapping[str, Any], url: str, link_id: str, kind: ItemType) -> Bound | None:
        for extension in extensions(node):
            if extension.url == url:
                return self._read_bound(extension.node, link_id, kind)
        return None

    def _read_bound(self, node: Mapping[str, Any], link_id: str, kind: ItemType) -> Bound | None:
        try:
            value = read_value(node, "value", self.reading.language)
        except ValueFault as fault:
            runnable = fault.code not in ("unsupported-value", "partial-date")
            (self.reading.refused if runnable else self.reading.noted).problems.append(fault.problem(link_id))
            return None
        if kind in _BOUND_KINDS and type(value) in _BOUND_KINDS[kind] and isinstance(value, Bound):
            return value
        self.reading.noted.add(link_id, "bound-on-wrong-type", type=kind.value)
        return None

    def _count(self, node: Mapping[str, Any], url: str, link_id: str) -> int | None:
        value = self.reading.extension(node, url, "Integer", link_id)
        return None if value is None else self.reading.count({url: value}, url, link_id)

    def _unit(self, node: Mapping[str, Any], link_id: str) -> str | None:
        coding = self._object(node, known.UNIT, "Coding", link_id)
        return self.reading.text(coding, "code", link_id) or self.reading.text(coding, "display", link_id)

    def _control(self, node: Mapping[str, Any], link_id: str) -> str | None:
        concept = self._object(node, known.ITEM_CONTROL, "CodeableConcept", link_id)
        codings = self.reading.children(concept, "coding", link_id)
        return self.reading.text(codings[0], "code", link_id) if codings else None

    def _object(self, node: Mapping[str, Any], url: str, kind: str, link_id: str) -> Mapping[str, Any]:
        value = self.reading.extension(node, url, kind, link_id)
        return {} if value is None else self.reading.inner({url: value}, url, link_id)

    def _regex(self, node: Mapping[str, Any], link_id: str) -> str | None:
        pattern = self.reading.extension(node, known.REGEX, "String", link_id)
        if pattern is None:
            return None
        try:
            re.compile(pattern, re.ASCII)
        except (re.error, TypeError, OverflowError, RecursionError):
            self.reading.noted.add(link_id, "regex-unusable")
            return None
        return str(pattern)


def crossed(least: Bound | None, most: Bound | None) -> bool:
    """Whether a lower bound lies above its upper one."""
    return least is not None and most is not None and compare(least, most) == 1


def _help(children: tuple[Item, ...]) -> Texts | None:
    return next((child.text for child in children if child.item_control == "help" and child.text), None)


_NUMBERS: tuple[type, ...] = (int, Decimal)
_BOUND_KINDS: Mapping[ItemType, tuple[type, ...]] = {
    ItemType.INTEGER: _NUMBERS,
    ItemType.DECIMAL: _NUMBERS,
    ItemType.DATE: (date,),
    ItemType.DATE_TIME: (datetime,),
    ItemType.TIME: (time,),
}
