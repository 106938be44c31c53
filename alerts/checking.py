"""A rule against the questionnaire and scoring key it reads: what it names must be there and be comparable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from alerts.problems import RuleProblem
from alerts.resolving import CHOICES, Instrument, codings_of, ordinals_of, worse
from alerts.rules import AllOf, AnyOf, Change, Comparison, Limit, Persistence, Present, Reading, Rule, Threshold, Trend
from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.scoring import Scale

_NUMBERS = frozenset({ItemType.DECIMAL, ItemType.INTEGER, ItemType.QUANTITY})
_UPWARDS = frozenset({Comparison.AT_LEAST, Comparison.ABOVE})
#: The bounds of what a scoring method gives; composites are the 0-3 of clinical.md 1.2.
_METHOD_BOUNDS: Mapping[str, tuple[Decimal, Decimal]] = {
    "composite": (Decimal(0), Decimal(3)),
    "percent": (Decimal(0), Decimal(100)),
}


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest number there can be; None where nothing limits it."""

    low: Decimal | None = None
    high: Decimal | None = None

    def allow(self, comparison: Comparison, limit: Decimal) -> bool:
        """Tell whether any number within the bounds can meet the condition."""
        over = self.high is not None and (limit > self.high or (limit == self.high and comparison is Comparison.ABOVE))
        under = self.low is not None and (limit < self.low or (limit == self.low and comparison is Comparison.BELOW))
        if comparison is Comparison.EQUAL:
            return not (over or under)
        return not over if comparison in _UPWARDS else not under


def problems_of(rule: Rule, instrument: Instrument) -> Iterator[RuleProblem]:
    """Yield what keeps a rule from being judged over this version; each problem names the rule and what it reads."""
    if isinstance(rule, AllOf | AnyOf):
        for part in rule.rules:
            yield from problems_of(part, instrument)
    elif isinstance(rule, Threshold | Change | Persistence | Trend | Present):
        for code, values in _problems(rule, instrument):
            yield RuleProblem(rule.id, rule.reading.name, code, values)


_Problems: TypeAlias = Iterator[tuple[str, Mapping[str, str]]]


def _problems(rule: Threshold | Change | Persistence | Trend | Present, instrument: Instrument) -> _Problems:
    questionnaire, key = instrument
    if isinstance(rule, Present):
        yield from _present(rule, questionnaire)
    elif isinstance(rule, Threshold) and rule.reading.kind == "answer":
        yield from _answer(rule, questionnaire)
    elif isinstance(rule, Threshold) and rule.reading.kind == "circumstance":
        yield from _circumstance(rule)
    elif not isinstance(rule, Threshold) and rule.reading.kind not in ("level", "score"):
        yield "cannot-change", {}
    elif key is None:
        yield "no-scoring-key", {"questionnaire": questionnaire.canonical}
    else:
        yield from _scale(rule, key.scale(rule.reading.name), questionnaire)


def _present(rule: Present, questionnaire: Questionnaire) -> _Problems:
    if rule.reading.kind != "answer":
        yield "impossible-comparison", {"comparison": "present"}
    else:
        yield from _question(rule.reading.name, questionnaire)


def _question(link_id: str, questionnaire: Questionnaire) -> _Problems:
    item = questionnaire.item(link_id)
    if item is None:
        yield "unknown-item", {"questionnaire": questionnaire.canonical}
    elif not item.is_question:
        yield "not-a-question", {}


def _answer(rule: Threshold, questionnaire: Questionnaire) -> _Problems:
    yield from _question(rule.reading.name, questionnaire)
    item = questionnaire.item(rule.reading.name)
    if item is not None and item.is_question:
        yield from _choice(rule, item) if item.type in CHOICES else _plain(rule, item)
        yield from _unit(rule, item)


def _choice(rule: Threshold, item: Item) -> _Problems:
    plain = [option.value for option in item.options]
    if isinstance(rule.value, bool):
        yield "impossible-comparison", {"comparison": rule.comparison}
    elif isinstance(rule.value, Decimal):
        numbers = [*ordinals_of(item).values(), *(number for number in map(_decimal, plain) if number is not None)]
        if not numbers:
            yield "no-ordinals", {}
        else:
            yield from _reach(rule.comparison, rule.value, Bounds(min(numbers), max(numbers)))
    else:
        codes = (rule.value,) if isinstance(rule.value, str) else rule.value
        offered = {coding.code for coding in codings_of(item)} | {value for value in plain if isinstance(value, str)}
        yield from (("unknown-option", {"option": code}) for code in codes if code not in offered)


def _plain(rule: Threshold, item: Item) -> _Problems:
    if item.type in _NUMBERS and isinstance(rule.value, Decimal):
        yield from _reach(rule.comparison, rule.value, Bounds(_decimal(item.min_value), _decimal(item.max_value)))
    elif not (item.type is ItemType.BOOLEAN and isinstance(rule.value, bool)):
        yield "impossible-comparison", {"comparison": rule.comparison}


def _unit(rule: Threshold, item: Item) -> _Problems:
    if not _is_unit(rule.unit, item):
        item_unit = ", ".join(unit.code for unit in item.units) or item.units_at or item.unit
        yield "other-unit", {"unit": rule.unit or "no unit", "item_unit": item_unit or "no unit"}


def _is_unit(unit: str | None, item: Item) -> bool:
    """Whether answers can be held against this unit: where there are several, a bare number says nothing."""
    if item.type is not ItemType.QUANTITY:
        return unit == item.unit
    if item.units_at is not None:
        return unit is not None
    if item.units:
        return unit in {each.code for each in item.units} or (unit is None and len(item.units) == 1)
    # A quantity that says nothing of units is checked against the rule's own when it is answered.
    return item.unit is None or unit == item.unit


def _circumstance(rule: Threshold) -> _Problems:
    text = isinstance(rule.value, str | tuple)
    if rule.reading.name not in ("age", "phase", "day-of-cycle"):
        yield "unknown-circumstance", {}
    elif isinstance(rule.value, bool) or text != (rule.reading.name == "phase"):
        yield "impossible-comparison", {"comparison": rule.comparison}


def _scale(
    rule: Threshold | Change | Persistence | Trend, scale: Scale | None, questionnaire: Questionnaire
) -> _Problems:
    if scale is None:
        yield "unknown-scale", {}
    elif rule.reading.kind != "score" and scale.kind != "level":
        yield "not-a-level", {}
    elif isinstance(rule, Change | Trend):
        if scale.direction == "no direction":
            yield "no-direction", {}
        elif rule.worse != worse(scale):
            yield "directions-differ", {}
    else:
        yield from _limit(rule.reading, rule.comparison, rule.value, scale, questionnaire)
        if isinstance(rule, Threshold) and rule.unit is not None:
            yield "other-unit", {"unit": rule.unit, "item_unit": "no unit"}


def _limit(
    reading: Reading, comparison: Comparison, limit: Limit, scale: Scale, questionnaire: Questionnaire
) -> _Problems:
    attribute = reading.kind == "worst-attribute"
    if not isinstance(limit, Decimal) or comparison is Comparison.IN or (attribute and comparison not in _UPWARDS):
        yield "impossible-comparison", {"comparison": comparison}
    elif attribute and scale.direction != "low is good":
        yield "high-is-good", {}
    else:
        yield from _reach(comparison, limit, _attribute_bounds(scale, questionnaire) if attribute else _bounds(scale))


def _reach(comparison: Comparison, limit: Decimal, bounds: Bounds) -> _Problems:
    if not bounds.allow(comparison, limit):
        yield "never-fires", {"comparison": comparison, "limit": str(limit)}


def _bounds(scale: Scale) -> Bounds:
    if scale.lowest is not None:
        return Bounds(scale.lowest, scale.highest)
    return Bounds(*_METHOD_BOUNDS.get(scale.method, (None, None))) if scale.plain else Bounds()


def _attribute_bounds(scale: Scale, questionnaire: Questionnaire) -> Bounds:
    items = (questionnaire.item(link_id) for link_id in scale.items)
    numbers = [number for item in items if item is not None for number in ordinals_of(item).values()]
    return Bounds(min(numbers), max(numbers)) if numbers else Bounds()


def _decimal(bound: object) -> Decimal | None:
    return Decimal(bound) if isinstance(bound, int | Decimal) else None
