"""What a patient is told to do about each level of each symptom, in the project's own plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from questionnaires.documents import faults
from questionnaires.keys.scales import ScoringKey
from questionnaires.problems import Findings, QuestionnaireError
from questionnaires.values import Texts

_HEAD = frozenset({"name", "version", "scales", "general", "crisis"})
#: The levels that a composite can reach and that ask for advice; at 0 there is nothing to say.
_LEVELS: Mapping[str, int] = {"1": 1, "2": 2, "3": 3}


@dataclass(frozen=True)
class Advice:
    """Advice per level scale and level, and the general advice that stands for everything else."""

    scales: Mapping[str, Mapping[int, Texts]]
    general: Texts
    #: What is said to whoever may be in danger, for an instrument that asks about it.
    crisis: Texts | None = None

    def read(self, scale: str, level: int, language: str) -> tuple[str, str]:
        """Return (text, the language it is in); the general advice for a scale or level that has none of its own."""
        return self.scales.get(scale, {}).get(level, self.general).read(language)


def parse_advice(document: Any, key: ScoringKey) -> Advice:
    """Read an advice document: three levels for each level scale of the key, and general advice for the rest.

    Raises QuestionnaireError, naming scale and level, for any JSON value, and nothing else.
    """
    found = Findings()
    found.problems.extend(faults(document))
    if not found.problems and not isinstance(document, Mapping):
        found.add(None, "not-a-resource", expected="advice document")
    if found.problems:
        raise QuestionnaireError(found.problems)
    for field in document.keys() - _HEAD:
        found.add(None, "unknown-field", field=field)
    general = _texts(document.get("general"))
    if general is None:
        found.add(None, "wrong-field", field="general", expected="a text by language")
    crisis = _texts(document.get("crisis"))
    if crisis is None and "crisis" in document:
        found.add(None, "wrong-field", field="crisis", expected="a text by language")
    scales = _read_scales(document.get("scales"), key, found)
    if found.problems or general is None:
        raise QuestionnaireError(found.problems)
    return Advice(scales, general, crisis)


def _read_scales(node: Any, key: ScoringKey, found: Findings) -> dict[str, dict[int, Texts]]:
    if not isinstance(node, Mapping) or not all(isinstance(levels, Mapping) for levels in node.values()):
        found.add(None, "wrong-field", field="scales", expected="levels by scale")
        return {}
    for scale in node:
        if key.scale(scale) is None:
            found.add(None, "unknown-scale", scale=scale)
    read = {scale: _read_levels(scale, levels, found) for scale, levels in node.items()}
    for scale in (each.code for each in key.scales if each.kind == "level"):
        for level in _LEVELS.values():
            if level not in read.get(scale, {}):
                found.add(None, "advice-missing", scale=scale, level=level)
    return read


def _read_levels(scale: str, levels: Mapping[str, Any], found: Findings) -> dict[int, Texts]:
    read: dict[int, Texts] = {}
    for level, node in levels.items():
        texts = _texts(node)
        if level not in _LEVELS:
            found.add(None, "advice-level", scale=scale, level=level)
        elif texts is not None:
            read[_LEVELS[level]] = texts
    return read


def _texts(node: Any) -> Texts | None:
    if isinstance(node, Mapping) and node and all(isinstance(text, str) and text.strip() for text in node.values()):
        return Texts.of(node)
    return None
