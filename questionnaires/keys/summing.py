"""Helsenorge's sums as answers: the items coded SS and TS hold what the scored questions come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import enabled
from questionnaires.definition import Item, ItemType, Quantity, Questionnaire, Value
from questionnaires.documents import bearable
from questionnaires.expressions.faults import NotComputed
from questionnaires.keys.scales import ScoringKey
from questionnaires.keys.scoring_codes import SECTION, TOTAL, coded_key, scoring_code
from questionnaires.logic.places import Where
from questionnaires.problems import Problem
from questionnaires.scoring import score

_TOP: Where = ()


def is_sum(item: Item) -> bool:
    """Whether an item holds a sum, which nobody answers."""
    return bool(item.codes) and scoring_code(item) in (SECTION, TOTAL)


def sum_items(questionnaire: Questionnaire) -> frozenset[str]:
    """Return the linkIds of the items that hold sums; looked for once."""
    return questionnaire.once(_sum_items, None)


def sums(
    questionnaire: Questionnaire, response: QuestionnaireResponse
) -> dict[tuple[Where, str], tuple[Value, ...] | NotComputed]:
    """Return (where, linkId) -> the sum of what was answered, nothing where nothing was; NotComputed for one too large.

    One within what repeats is not worked out. Never raises.
    """
    key = questionnaire.once(_coded, None)
    if key is None:
        return {}
    asked, made = enabled(questionnaire, response), score(key, questionnaire, response)
    results: dict[tuple[Where, str], tuple[Value, ...] | NotComputed] = {}
    for link_id, each in made.items():
        item = questionnaire.item(link_id)
        if item is not None:
            there = link_id in asked and each.value is not None
            results[_TOP, link_id] = _as_answer(item, _decimal(each.value or 0)) if there else ()
    return results


def never_summed(questionnaire: Questionnaire) -> Iterator[Problem]:
    """Yield the sums that stand within what repeats: which repetition each would add up is not worked out."""
    for item in questionnaire.all_items:
        if is_sum(item) and _repeats(questionnaire, item):
            yield Problem(item.link_id, "sum-repeats")


def _sum_items(_: None, questionnaire: Questionnaire) -> frozenset[str]:
    return frozenset(item.link_id for item in questionnaire.all_items if is_sum(item))


def _coded(_: None, questionnaire: Questionnaire) -> ScoringKey | None:
    """The key of the sums that stand but once, each a sum of what was answered so far."""
    key = coded_key(questionnaire)
    if key is None:
        return None
    single = (scale for scale in key.scales if not _repeats(questionnaire, questionnaire.item(scale.code)))
    return replace(key, scales=tuple(replace(scale, all_asked=False) for scale in single))


def _repeats(questionnaire: Questionnaire, item: Item | None) -> bool:
    around = item
    while around is not None:
        if around.repeats or (around is not item and around.is_question):
            return True
        around = questionnaire.parent(around.link_id)
    return False


def _decimal(number: float) -> Decimal:
    return Decimal(int(number)) if number == int(number) else Decimal(repr(number))


def _as_answer(item: Item, number: Decimal) -> tuple[Value, ...] | NotComputed:
    """Return a sum as the item holds it; a whole number is rounded, a half upwards, as Helsenorge does."""
    if not bearable(number):
        return NotComputed("a number has too many digits")
    match item.type:
        case ItemType.DECIMAL:
            return (number,)
        case ItemType.INTEGER:
            whole = int(number.to_integral_value(ROUND_HALF_UP))
            return (whole,) if abs(whole) < 2**31 else NotComputed("it comes to no integer")
        case ItemType.QUANTITY:
            unit = item.units[0] if item.units and item.unit is None else None
            if unit is not None:
                return (Quantity(number, str(unit.display or unit.code), unit.system, unit.code),)
            return (Quantity(number, unit=item.unit, code=item.unit),)
    return ()
