"""One scale of a scoring key document -> Scale: how its items are put together, and how many must be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast, get_args

from questionnaires.fhir_values import ValueFault, exact_number, whole_number
from questionnaires.keys.composites import ATTRIBUTE_SETS
from questionnaires.keys.scale_extras import EXTRA_FIELDS, extras
from questionnaires.keys.scales import AttributeKind, Direction, Method, Scale, ScaleKind
from questionnaires.problems import Findings
from questionnaires.values import Texts

_FIELDS = EXTRA_FIELDS | frozenset(
    {"code", "title", "kind", "method", "items", "attributes", "reverse", "minimumAnswered", "low", "high", "direction"}
)
#: "amount" is asked for as interference is, and graded alike (clinical.md 1.2).
_KIND_WORDS: Mapping[str, AttributeKind] = {
    "frequency": "frequency",
    "severity": "severity",
    "interference": "interference",
    "amount": "interference",
}


def read_scale(node: Mapping[str, Any], found: Findings) -> Scale | None:
    """Read one scale; what is wrong with it is found under its code. None for one without a code."""
    code = node.get("code")
    if not isinstance(code, str) or not code.strip():
        found.add(None, "wrong-field", field="scales.code", expected="text")
        return None
    return _ScaleReader(node, code, found).scale()


class _ScaleReader:
    """Reads one scale; what is wrong is named with the scale's code, and read as something harmless."""

    def __init__(self, node: Mapping[str, Any], code: str, found: Findings) -> None:
        self.node = node
        self.code = code
        self.found = found

    def scale(self) -> Scale:
        for field in self.node.keys() - _FIELDS:
            self.found.add(None, "scale-unknown-field", scale=self.code, field=field)
        method = cast("Method", self._word("method", get_args(Method)))
        kinds, items = self._parts(method)
        scale = Scale(
            code=self.code,
            title=self._title(),
            method=method,
            items=() if "of" in self.node else items,
            minimum_answered=self._minimum(len(items), method),
            low=self._bound("low"),
            high=self._bound("high"),
            direction=cast("Direction", self._word("direction", get_args(Direction))),
            kind=cast("ScaleKind", self._word("kind", get_args(ScaleKind))),
            reverse=frozenset(self._items("reverse")) if "reverse" in self.node else frozenset(),
            attribute_kinds=kinds,
            of=items if "of" in self.node else (),
        )
        scale = replace(scale, **extras(self.node, self.wrong))
        self._check(scale, items)
        return scale

    def wrong(self, field: str, expected: str) -> None:
        self.found.add(None, "scale-field", scale=self.code, field=field, expected=expected)

    def _word(self, field: str, words: tuple[str, ...]) -> str:
        value = self.node.get(field)
        if isinstance(value, str) and value in words:
            return value
        self.wrong(field, ", ".join(words))
        return words[0]

    def _title(self) -> Texts:
        title = self.node.get("title")
        if (
            isinstance(title, Mapping)
            and title
            and all(isinstance(text, str) and text.strip() for text in title.values())
        ):
            return Texts.of(title)
        self.wrong("title", "a text by language")
        return Texts.of({"und": self.code})

    def _parts(self, method: Method) -> tuple[tuple[AttributeKind, ...], tuple[str, ...]]:
        if method == "composite":
            return self._attributes()
        return (), self._items("of" if "of" in self.node else "items")

    def _items(self, field: str) -> tuple[str, ...]:
        listed = self.node.get(field)
        if isinstance(listed, list) and all(isinstance(each, str) and each.strip() for each in listed):
            return self._each_once(tuple(listed))
        self.wrong(field, "a list of scales" if field == "of" else "a list of linkIds")
        return ()

    def _each_once(self, items: tuple[str, ...]) -> tuple[str, ...]:
        for link_id in dict.fromkeys(each for each in items if items.count(each) > 1):
            self.found.add(link_id, "scale-item-twice", scale=self.code)
        return tuple(dict.fromkeys(items))

    def _attributes(self) -> tuple[tuple[AttributeKind, ...], tuple[str, ...]]:
        listed = self.node.get("attributes")
        pairs = [_attribute(each) for each in listed] if isinstance(listed, list) else []
        kinds = tuple(kind for _, kind in filter(None, pairs))
        if None in pairs or kinds not in ATTRIBUTE_SETS:
            self.wrong(
                "attributes", "frequency, severity, interference or some of them, in this order, each with its item"
            )
            return (), ()
        return kinds, self._each_once(tuple(item for item, _ in filter(None, pairs)))

    def _minimum(self, items: int, method: str) -> int:
        if "minimumAnswered" not in self.node:
            return items
        try:
            minimum = whole_number(self.node["minimumAnswered"])
        except ValueFault:
            minimum = 0
        all_of_them = method in ("composite", "weighted", "digits", "counts")
        if not 1 <= minimum <= items or (all_of_them and minimum != items):
            self.wrong("minimumAnswered", f"a whole number from 1 to {items}, and for a composite left out")
        return minimum

    def _bound(self, field: str) -> Decimal | None:
        if field not in self.node:
            return None
        try:
            return exact_number(self.node[field])
        except ValueFault:
            self.wrong(field, "a number")
            return None

    def _check(self, scale: Scale, parts: tuple[str, ...]) -> None:
        self._check_parts(scale, parts)
        for link_id in sorted(scale.reverse - set(parts)):
            self.found.add(link_id, "scale-unknown-item", scale=self.code)
        bounded = scale.low is not None and scale.high is not None
        if (scale.method in ("percent", "counts") or scale.reverse or scale.plus_if_any) and not bounded:
            self.wrong("low and high", "the bounds of each item")
        if scale.low is not None and scale.high is not None and scale.low >= scale.high:
            self.wrong("low", "below high")
        if scale.method == "counts" and bounded and not _few_whole(scale):
            self.wrong("low and high", "whole numbers at most nine apart")

    def _check_parts(self, scale: Scale, parts: tuple[str, ...]) -> None:
        for other in ("items", "of") if scale.method == "composite" else ("attributes",):
            if other in self.node:
                self.wrong(other, f"left out for {scale.method}")
        if "items" in self.node and "of" in self.node and scale.method != "composite":
            self.wrong("of", "left out where there are items")
        if not parts and scale.method != "composite":
            self.wrong("items", "at least one linkId")
        if scale.method == "single" and len(parts) > 1:
            self.wrong("items", "one linkId for single")
        weighted = scale.method in ("weighted", "weighted-mean")
        if set(scale.weights) != (set(parts) if weighted else set()):
            self.wrong("weights", "one number for each item" if weighted else f"left out for {scale.method}")
        if scale.method == "weighted-mean" and any(weight <= 0 for weight in scale.weights.values()):
            self.wrong("weights", "above 0")
        for link_id in sorted(set(scale.points) - set(parts)):
            self.found.add(link_id, "scale-unknown-item", scale=self.code)


def _few_whole(scale: Scale) -> bool:
    low, high = scale.low or Decimal(0), scale.high or Decimal(0)
    return low == int(low) and high == int(high) and high - low < 10


def _attribute(node: Any) -> tuple[str, AttributeKind] | None:
    if not isinstance(node, Mapping) or set(node) != {"item", "kind"}:
        return None
    item, kind = node["item"], node["kind"]
    if not isinstance(item, str) or not isinstance(kind, str) or kind not in _KIND_WORDS:
        return None
    return item, _KIND_WORDS[kind]
