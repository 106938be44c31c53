"""A scoring key document -> ScoringKey, checked against the questionnaire that it scores.

A document either holds its scales itself, or names an instrument key (questionnaires/instruments) and says which item
of the questionnaire is which of its items.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from questionnaires.definition import Questionnaire
from questionnaires.documents import faults
from questionnaires.fhir_values import ValueFault, exact_number
from questionnaires.keys.binding import BOUND_FIELDS, read_binding
from questionnaires.keys.exact import Exact, exact
from questionnaires.keys.key_items import check_against
from questionnaires.keys.key_parts import read_safety, read_scales, text_in
from questionnaires.keys.scales import ScoringKey
from questionnaires.problems import Findings, QuestionnaireError

_HEAD = ("name", "version", "questionnaire", "source")
_FIELDS = frozenset({*_HEAD, "scales", "safety", "answers"})


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
    key = _read_key(document, questionnaire, found)
    if questionnaire is not None and not found.problems:
        check_against(key, questionnaire, found)
    if found.problems:
        raise QuestionnaireError(found.problems)
    return key


def _read_key(document: Mapping[str, Any], questionnaire: Questionnaire | None, found: Findings) -> ScoringKey:
    bound = "instrument" in document
    for field in document.keys() - ({*_HEAD, *BOUND_FIELDS} if bound else _FIELDS):
        found.add(None, "unknown-field", field=field)
    name, version, url = (text_in(document, field, found) for field in _HEAD[:3])
    answers = _answers(document.get("answers", {}), found)
    if bound:
        return read_binding(document, ScoringKey(name, version, url, "", (), answers=answers), questionnaire, found)
    source = text_in(document, "source", found)
    scales = read_scales(document, found)
    items = {item for scale in scales for item in scale.items}
    safety = read_safety(document, items, found)
    return ScoringKey(name, version, url, source, scales, safety, answers=answers)


def _answers(node: Any, found: Findings) -> dict[str, Exact]:
    try:
        if isinstance(node, Mapping):
            return {code: exact(exact_number(number)) for code, number in node.items()}
    except ValueFault:
        pass
    found.add(None, "wrong-field", field="answers", expected="a number for each option's code")
    return {}
