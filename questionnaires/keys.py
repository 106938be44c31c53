"""A scoring key document -> ScoringKey, checked against the questionnaire that it scores."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast, get_args

from questionnaires.composites import ATTRIBUTE_SETS
from questionnaires.definition import Questionnaire
from questionnaires.documents import faults
from questionnaires.fhir_values import ValueFault, exact_number, whole_number
from questionnaires.key_items import check_against
from questionnaires.problems import Findings, QuestionnaireError
from questionnaires.scales import AttributeKind, Direction, Method, Scale, ScaleKind, ScoringKey
from questionnaires.values import Texts

_HEAD = frozenset({"name", "version", "questionnaire", "source", "scales"})
_FIELDS = frozenset(
    {"code", "title", "kind", "method", "items", "attributes", "reverse", "minimumAnswered", "low", "high", "direction"}
)
#: "amount" is asked for as interference is, and graded alike (clinical.md 1.2).
_KIND_WORDS: Mapping[str, AttributeKind] = {
    "frequency": "frequency",
    "severity": "severity",
    "interference": "interference",
    "amount": "interference",
}


def parse_key(document: Any, questionnaire: Questionnaire | None = None) -> ScoringKey:
    """Read a scoring key; with its questionnaire, every item must exist there and give a number within the bounds.

    `minimumAnswered` left out means all. Raises QuestionnaireError, naming scale and item, for any JSON value, and
    nothing else.
    """
    found = Findings()
    found.problems.extend(faults(document))
    if not found.problems and not isinstance(document, Mapping):
        found.add(None, "not-a-resource", expected="scoring key")
    if found.problems:
        raise QuestionnaireError(found.problems)
    key = _read_key(document, found)
    if questionnaire is not None and not found.problems:
        check_against(key, questionnaire, found)
    if found.problems:
        raise QuestionnaireError(found.problems)
    return key


def _read_key(document: Mapping[str, Any], found: Findings) -> ScoringKey:
    for field in document.keys() - _HEAD:
        found.add(None, "unknown-field", field=field)
    texts = {field: _text(document, field, found) for field in ("name", "version", "questionnaire", "source")}
    listed = document.get("scales")
    if not isinstance(listed, list) or not listed or not all(isinstance(each, Mapping) for each in listed):
        found.add(None, "no-scales")
        listed = []
    scales = tuple(scale for scale in (_read_scale(each, found) for each in listed) if scale is not None)
    codes = [scale.code for scale in scales]
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        found.add(None, "scale-twice", scale=code)
    return ScoringKey(**texts, scales=scales)


def _text(document: Mapping[str, Any], field: str, found: Findings) -> str:
    value = document.get(field)
    if isinstance(value, str) and value.strip():
        return value
    found.add(None, "wrong-field", field=field, expected="text")
    return ""


def _read_scale(node: Mapping[str, Any], found: Findings) -> Scale | None:
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
        kinds, items = self._attributes() if method == "composite" else ((), self._items("items"))
        scale = Scale(
            code=self.code,
            title=self._title(),
            method=method,
            items=items,
            minimum_answered=self._minimum(len(items), method),
            low=self._bound("low"),
            high=self._bound("high"),
            direction=cast("Direction", self._word("direction", get_args(Direction))),
            kind=cast("ScaleKind", self._word("kind", get_args(ScaleKind))),
            reverse=frozenset(self._items("reverse")) if "reverse" in self.node else frozenset(),
            attribute_kinds=kinds,
        )
        self._check(scale)
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

    def _items(self, field: str) -> tuple[str, ...]:
        listed = self.node.get(field)
        if isinstance(listed, list) and all(isinstance(each, str) and each.strip() for each in listed):
            return self._each_once(tuple(listed))
        self.wrong(field, "a list of linkIds")
        return ()

    def _each_once(self, items: tuple[str, ...]) -> tuple[str, ...]:
        for link_id in dict.fromkeys(each for each in items if items.count(each) > 1):
            self.found.add(link_id, "scale-item-twice", scale=self.code)
        return items

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
        if not 1 <= minimum <= items or (method == "composite" and minimum != items):
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

    def _check(self, scale: Scale) -> None:
        other = "items" if scale.method == "composite" else "attributes"
        if other in self.node:
            self.wrong(other, f"left out for {scale.method}")
        if not scale.items and scale.method != "composite":
            self.wrong("items", "at least one linkId")
        if scale.method == "single" and len(scale.items) > 1:
            self.wrong("items", "one linkId for single")
        for link_id in sorted(scale.reverse - set(scale.items)):
            self.found.add(link_id, "scale-unknown-item", scale=self.code)
        bounded = scale.low is not None and scale.high is not None
        if (scale.method == "percent" or scale.reverse) and not bounded:
            self.wrong("low and high", "the bounds of each item")
        if scale.low is not None and scale.high is not None and scale.low >= scale.high:
            self.wrong("low", "below high")


def _attribute(node: Any) -> tuple[str, AttributeKind] | None:
    if not isinstance(node, Mapping) or set(node) != {"item", "kind"}:
        return None
    item, kind = node["item"], node["kind"]
    if not isinstance(item, str) or not isinstance(kind, str) or kind not in _KIND_WORDS:
        return None
    return item, _KIND_WORDS[kind]
