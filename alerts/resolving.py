"""What only the instrument knows of a rule: the numbers of a choice's codes, and which way is worse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from alerts.problems import RuleProblem
from alerts.rules import AllOf, AnyOf, Change, Rule, Threshold, Trend, Worse
from questionnaires.definition import Coding, Item, ItemType, Questionnaire
from questionnaires.scoring import Scale, ScoringKey

#: One version of the questionnaire that a rule set covers, with its scoring key.
Instrument: TypeAlias = tuple[Questionnaire, ScoringKey | None]

CHOICES = frozenset({ItemType.CHOICE, ItemType.OPEN_CHOICE})


def codings_of(item: Item) -> list[Coding]:
    """Return the codings that an item offers."""
    return [option.value for option in item.options if isinstance(option.value, Coding)]


def ordinals_of(item: Item) -> Mapping[str, Decimal]:
    """Return the numbers of an item's options, by code; without those that have none, such as "not applicable"."""
    return {coding.code: Decimal(coding.ordinal) for coding in codings_of(item) if coding.ordinal is not None}


def worse(scale: Scale) -> Worse:
    """Return which way is worse on a scale: "higher" or "lower"."""
    return "higher" if scale.direction == "low is good" else "lower"


def resolve(rule: Rule, instruments: tuple[Instrument, ...]) -> Rule:
    """Return the rule with what the instruments know: the numbers of a choice's codes, and which way is worse."""
    if isinstance(rule, AllOf | AnyOf):
        return replace(rule, rules=tuple(resolve(part, instruments) for part in rule.rules))
    if isinstance(rule, Threshold) and rule.reading.kind == "answer" and type(rule.value) is Decimal:
        return replace(rule, ordinals=_ordinals(rule.reading.name, instruments))
    if isinstance(rule, Change | Trend):
        scales = (key.scale(rule.reading.name) for _, key in instruments if key is not None)
        known = next((scale for scale in scales if scale is not None), None)
        return replace(rule, worse="lower" if known is not None and worse(known) == "lower" else "higher")
    return rule


def _ordinals(link_id: str, instruments: tuple[Instrument, ...]) -> Mapping[str, Decimal]:
    items = (questionnaire.item(link_id) for questionnaire, _ in instruments)
    merged: dict[str, Decimal] = {}
    for item in items:
        if item is not None and item.type in CHOICES:
            merged |= ordinals_of(item)
    return merged


def differing(rule: Rule, instrument: Instrument) -> Iterator[RuleProblem]:
    """Yield the options whose number in this version is not the one that the resolved rule goes by."""
    if isinstance(rule, AllOf | AnyOf):
        for part in rule.rules:
            yield from differing(part, instrument)
    elif isinstance(rule, Threshold) and rule.ordinals:
        item = instrument[0].item(rule.reading.name)
        for code, number in ordinals_of(item).items() if item is not None else ():
            if rule.ordinals[code] != number:
                yield RuleProblem(rule.id, rule.reading.name, "ordinals-differ", {"option": code})
