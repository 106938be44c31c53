"""Whether the items that a scoring key names exist, and give the numbers that it takes for granted."""

from __future__ import annotations

from questionnaires.definition import Coding, Item, ItemType, Questionnaire
from questionnaires.keys.composites import HIGHEST_ATTRIBUTE
from questionnaires.keys.numbers import NOT_APPLICABLE, number_of
from questionnaires.keys.scales import Scale, ScoringKey
from questionnaires.problems import Findings

_NUMERIC = frozenset({ItemType.INTEGER, ItemType.DECIMAL, ItemType.QUANTITY})


def check_against(key: ScoringKey, questionnaire: Questionnaire, found: Findings) -> None:
    """Refuse a key of another questionnaire, unknown items, and items or options that give no number within bounds."""
    if key.questionnaire != questionnaire.url:
        found.add(None, "other-name", field="questionnaire", given=key.questionnaire, expected=questionnaire.url)
    for scale in key.scales:
        for link_id in scale.items:
            item = questionnaire.item(link_id)
            if item is None:
                found.add(link_id, "scale-unknown-item", scale=scale.code)
            else:
                _check_item(key, scale, item, questionnaire, found)


def _check_item(key: ScoringKey, scale: Scale, item: Item, questionnaire: Questionnaire, found: Findings) -> None:
    around: Item | None = item
    while around is not None:
        if around.repeats and not scale.adds_several:
            found.add(item.link_id, "scale-item-repeats", scale=scale.code)
        around = questionnaire.parent(around.link_id)
    if item.type is ItemType.CHOICE and item.options:
        _check_options(key, scale, item, found)
    elif item.type not in _NUMERIC:
        found.add(item.link_id, "scale-item-without-number", scale=scale.code)
    elif len(item.units) > 1 or item.units_at is not None:
        # What is counted is the bare number: 54 mg/dL and 3 mmol/L would count as 54 and 3.
        found.add(item.link_id, "scale-item-several-units", scale=scale.code)


def _check_options(key: ScoringKey, scale: Scale, item: Item, found: Findings) -> None:
    low, high = (0, HIGHEST_ATTRIBUTE) if scale.method == "composite" else (scale.low, scale.high)
    permitted = scale.permitted.get(item.link_id)
    for option in item.options:
        value = option.value
        name = value.code if isinstance(value, Coding) else str(value)
        if isinstance(value, Coding) and value.code == NOT_APPLICABLE:
            continue
        number = number_of(item, value, key.answers)
        if number is None:
            found.add(item.link_id, "scale-option-without-ordinal", scale=scale.code, option=name)
        elif permitted is not None and number not in permitted:
            _out_of_range(scale, item, name, min(permitted), max(permitted), found)
        elif (low is not None and number < low) or (high is not None and number > high):
            _out_of_range(scale, item, name, low, high, found)


def _out_of_range(scale: Scale, item: Item, option: str, low: object, high: object, found: Findings) -> None:
    found.add(item.link_id, "scale-option-out-of-range", scale=scale.code, option=option, low=str(low), high=str(high))
