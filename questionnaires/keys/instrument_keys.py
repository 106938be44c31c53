"""An instrument's arithmetic apart from its wording: items by number, what they may be, and scales over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from questionnaires.documents import faults
from questionnaires.keys.exact import Exact
from questionnaires.keys.instrument_items import InstrumentItem, expanded, read_items
from questionnaires.keys.key_parts import read_safety, read_scales, text_in
from questionnaires.keys.scales import Safety, Scale
from questionnaires.problems import Findings, QuestionnaireError
from questionnaires.values import Texts

_TEXTS = ("name", "version", "source", "licence", "missing")
_FIELDS = frozenset({*_TEXTS, "title", "items", "codes", "columns", "scales", "safety"})


@dataclass(frozen=True)
class InstrumentKey:
    """One version of an instrument key. `missing` and `licence` are sentences; scales name the instrument's items."""

    name: str
    version: str
    source: str
    licence: str
    missing: str
    title: Texts
    items: tuple[InstrumentItem, ...]
    scales: tuple[Scale, ...]
    #: How tables name the items: each a pattern with {n} or {name}, or a name for every item in their order.
    columns: tuple[str | tuple[str, ...], ...]
    safety: tuple[Safety, ...] = ()

    @property
    def canonical(self) -> str:
        """`name|version`, as a scoring key names it."""
        return f"{self.name}|{self.version}"

    @cached_property
    def by_name(self) -> Mapping[str, InstrumentItem]:
        """The items by name."""
        return {item.name: item for item in self.items}


def parse_instrument(document: Any) -> InstrumentKey:
    """Read an instrument key; raises QuestionnaireError, which says all that is wrong, for any JSON value."""
    found = Findings()
    found.problems.extend(faults(document))
    if not found.problems and not isinstance(document, Mapping):
        found.add(None, "not-a-resource", expected="instrument key")
    if found.problems:
        raise QuestionnaireError(found.problems)
    key = _read(document, found)
    if found.problems:
        raise QuestionnaireError(found.problems)
    return key


def _read(document: Mapping[str, Any], found: Findings) -> InstrumentKey:
    for field in document.keys() - _FIELDS:
        found.add(None, "unknown-field", field=field)
    texts = {field: text_in(document, field, found) for field in _TEXTS}
    items = read_items(document, found)
    known = {item.name: item for item in items}
    scales = read_scales({"scales": _written_out(document.get("scales"), known)}, found)
    for scale in scales:
        for name in scale.items:
            if name not in known:
                found.add(name, "scale-unknown-item", scale=scale.code)
            elif name in scale.points and known[name].values != frozenset(scale.points[name]):
                found.add(
                    None, "scale-field", scale=scale.code, field="points", expected=f"one for each number of {name}"
                )
    return InstrumentKey(
        **texts,
        title=_title(document, found),
        items=items,
        scales=tuple(_permitted(scale, known) for scale in scales),
        columns=_columns(document.get("columns", []), len(items), found),
        safety=read_safety(document, set(known), found),
    )


def _title(document: Mapping[str, Any], found: Findings) -> Texts:
    title = document.get("title")
    if isinstance(title, Mapping) and title and all(isinstance(text, str) and text for text in title.values()):
        return Texts.of(title)
    found.add(None, "wrong-field", field="title", expected="a text by language")
    return Texts.of({"und": "?"})


def _written_out(scales: Any, known: Mapping[str, InstrumentItem]) -> Any:
    """Return scales as a scoring key writes them: no ranges of items, points by number, bounds, kind."""
    if not isinstance(scales, list):
        return scales
    return [_scale_written_out(dict(node), known) if isinstance(node, Mapping) else node for node in scales]


def _scale_written_out(node: dict[str, Any], known: Mapping[str, InstrumentItem]) -> dict[str, Any]:
    for field in ("items", "reverse"):
        if isinstance(node.get(field), list):
            node[field] = expanded(node[field])
    node.setdefault("kind", "scale")
    listed = node.get("items")
    names = [name for name in listed if isinstance(name, str) and name in known] if isinstance(listed, list) else []
    bounds = {(known[name].low, known[name].high) for name in names}
    if len(bounds) == 1 and not {"low", "high"} & node.keys():
        ((node["low"], node["high"]),) = bounds
    points = _points(node.get("points"), names, known)
    return {**node, "points": points} if points else node


def _points(own: Any, names: list[str], known: Mapping[str, InstrumentItem]) -> Any:
    """Return what each number of each item counts: as the scale says, else as the item says."""
    if own is None:
        return {name: known[name].points for name in names if known[name].points}
    if not isinstance(own, Mapping):
        return own
    return {
        name: known[name].in_order(each) if name in known and isinstance(each, list) else each
        for name, each in own.items()
    }


def _permitted(scale: Scale, known: Mapping[str, InstrumentItem]) -> Scale:
    held: dict[str, frozenset[Exact]] = {}
    for name in scale.items:
        values = known[name].values if name in known else None
        if values is not None:
            held[name] = values & scale.permitted.get(name, values)
    return replace(scale, permitted={**scale.permitted, **held})


def _columns(node: Any, items: int, found: Findings) -> tuple[str | tuple[str, ...], ...]:
    made: list[str | tuple[str, ...]] = []
    for each in node if isinstance(node, list) else [None]:
        if isinstance(each, str) and ("{n}" in each or "{name}" in each):
            made.append(each)
        elif isinstance(each, list) and len(each) == items and all(isinstance(name, str) for name in each):
            made.append(tuple(each))
        else:
            found.add(None, "wrong-field", field="columns", expected="patterns with {n}, or a name for each item")
    return tuple(made)
