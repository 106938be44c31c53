"""What the documents of scoring keys and of instrument keys have in common: scales, a safety item, texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from questionnaires.fhir_values import ValueFault, exact_number
from questionnaires.keys.scale_reading import read_scale
from questionnaires.keys.scales import Safety, Scale
from questionnaires.problems import Findings


def read_scales(document: Mapping[str, Any], found: Findings) -> tuple[Scale, ...]:
    """Read the scales of a document; a scale of scales stands after those that it is made of."""
    listed = document.get("scales")
    if not isinstance(listed, list) or not listed or not all(isinstance(each, Mapping) for each in listed):
        found.add(None, "no-scales")
        listed = []
    scales = tuple(scale for scale in (read_scale(each, found) for each in listed) if scale is not None)
    codes = [scale.code for scale in scales]
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        found.add(None, "scale-twice", scale=code)
    for place, scale in enumerate(scales):
        for part in scale.of:
            if part not in codes[:place]:
                found.add(None, "scale-unknown-part", scale=scale.code, part=part)
    return scales


def read_safety(document: Mapping[str, Any], items: set[str], found: Findings) -> tuple[Safety, ...]:
    """Read the item, or the list of items, whose answer alone is an emergency: `safety: {item, above}`."""
    given = document.get("safety", [])
    made = [_safety(each) for each in (given if isinstance(given, list) else [given])]
    known = tuple(each for each in made if each is not None and each.item in items)
    if len(known) != len(made):
        found.add(None, "wrong-field", field="safety", expected="an item of a scale, and the number to be above")
    return known


def _safety(node: Any) -> Safety | None:
    if not isinstance(node, Mapping) or set(node) != {"item", "above"} or not isinstance(node["item"], str):
        return None
    try:
        return Safety(node["item"], exact_number(node["above"]))
    except ValueFault:
        return None


def text_in(document: Mapping[str, Any], field: str, found: Findings) -> str:
    """Return a text of the document; what is not one is found, and read as an empty text."""
    value = document.get(field)
    if isinstance(value, str) and value.strip():
        return value
    found.add(None, "wrong-field", field=field, expected="text")
    return ""
