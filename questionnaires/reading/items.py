"""The tree of items out of a FHIR R4 questionnaire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from questionnaires.definition import Item, ItemType
from questionnaires.expressions.faults import NotCovered
from questionnaires.expressions.patterns import check_regex
from questionnaires.reading import extensions as known
from questionnaires.reading.bounds import LEAST, MOST, read_bound
from questionnaires.reading.checks import as_shown, check_item
from questionnaires.reading.conditions import read_behaviour, read_conditions
from questionnaires.reading.details import read_details, sublabel
from questionnaires.reading.expressions import read_expressions
from questionnaires.reading.fields import Reading
from questionnaires.reading.options import read_options
from questionnaires.reading.value_sets import ValueSets
from questionnaires.values import Texts

_WRITTEN = (ItemType.STRING, ItemType.TEXT, ItemType.URL, ItemType.OPEN_CHOICE)
#: How many signs an answer has that is no text: a number, a day.
_LONGEST_NUMBER = 100


class ItemReader:
    """Reads items, and remembers which linkIds it has met."""

    def __init__(self, reading: Reading, value_sets: ValueSets) -> None:
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
        return as_shown(self.reading, self._typed(node, link_id, ItemType(kind)))

    def _typed(self, node: Mapping[str, Any], link_id: str, kind: ItemType) -> Item:
        reading = self.reading
        children = self.items(node, link_id)
        conditions = read_conditions(reading, node, link_id)
        longest = reading.count(node, "maxLength", link_id)
        options, options_at = read_options(reading, node, link_id, kind, self.value_sets)
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
            options=options,
            options_at=options_at,
            min_value=read_bound(reading, node, LEAST, link_id, kind),
            max_value=read_bound(reading, node, MOST, link_id, kind),
            min_length=self._count(node, known.MIN_LENGTH, link_id),
            max_length=longest,
            max_decimal_places=self._count(node, known.MAX_DECIMAL_PLACES, link_id),
            min_occurs=self._count(node, known.MIN_OCCURS, link_id),
            max_occurs=self._count(node, known.MAX_OCCURS, link_id),
            regex=self._regex(node, link_id, longest if kind in _WRITTEN else _LONGEST_NUMBER),
            help=_help(children, sublabel(reading, node, link_id)),
            expressions=read_expressions(reading, node, link_id),
            **read_details(reading, node, link_id, kind, self.value_sets),
        )
        check_item(reading, item, node)
        return item

    def _count(self, node: Mapping[str, Any], url: str, link_id: str) -> int | None:
        value = self.reading.extension(node, url, "Integer", link_id)
        return None if value is None else self.reading.count({url: value}, url, link_id)

    def _regex(self, node: Mapping[str, Any], link_id: str, longest: int | None) -> str | None:
        pattern = self.reading.extension(node, known.REGEX, "String", link_id)
        if pattern is None:
            return None
        try:
            check_regex(pattern, longest)
        except (NotCovered, TypeError):
            self.reading.noted.add(link_id, "regex-unusable")
            return None
        return str(pattern)


def _help(children: tuple[Item, ...], beneath: Texts | None) -> Texts | None:
    helping = next((child.text for child in children if child.item_control == "help" and child.text), None)
    if helping is None or beneath is None:
        return helping or beneath
    languages = {**beneath.by_language, **helping.by_language}
    return Texts.of({tag: f"{beneath.read(tag)[0]}\n\n{helping.read(tag)[0]}" for tag in languages}, beneath.base)
