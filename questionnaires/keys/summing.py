"""Helsenorge's sums as answers: the items coded SS and TS hold what the scored questions come to."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import enabled
from questionnaires.definition import Item, ItemType, Quantity, Questionnaire, Value
from questionnaires.keys.scales import ScoringKey
from questionnaires.keys.scoring_codes import SECTION, TOTAL, coded_key, scoring_code
from questionnaires.logic.places import Where
from questionnaires.logic.writing import written
from questionnaires.scoring import score

_TOP: Where = ()


def is_sum(item: Item) -> bool:
    """Whether an item holds a sum, which nobody answers."""
    return bool(item.codes) and scoring_code(item) in (SECTION, TOTAL)


def with_sums(questionnaire: Questionnaire, response: QuestionnaireResponse) -> QuestionnaireResponse:
    """Return the response with every sum worked out anew; one that is missing is no answer, whatever stood there.

    A sum within what repeats is left as it is. Costs nothing for a questionnaire without such codes. Never raises.
    """
    key = questionnaire.once(_coded, None)
    if key is None:
        return response
    scores = score(key, questionnaire, response)
    results: dict[tuple[Where, str], tuple[Value, ...]] = {}
    for link_id, each in scores.items():
        item = questionnaire.item(link_id)
        if item is not None and not _repeats(questionnaire, item):
            results[_TOP, link_id] = () if each.value is None else _as_answer(item, _decimal(each.value))
    return written(questionnaire, response, _asked_only(questionnaire, response, results))


def _coded(_: None, questionnaire: Questionnaire) -> ScoringKey | None:
    return coded_key(questionnaire)


def _repeats(questionnaire: Questionnaire, item: Item) -> bool:
    around: Item | None = item
    while around is not None:
        if around.repeats or (around is not item and around.is_question):
            return True
        around = questionnaire.parent(around.link_id)
    return False


def _asked_only(
    questionnaire: Questionnaire,
    response: QuestionnaireResponse,
    results: Mapping[tuple[Where, str], tuple[Value, ...]],
) -> Mapping[tuple[Where, str], tuple[Value, ...]]:
    asked = enabled(questionnaire, response)
    return {place: values if place[1] in asked else () for place, values in results.items()}


def _decimal(number: float) -> Decimal:
    return Decimal(int(number)) if number == int(number) else Decimal(repr(number))


def _as_answer(item: Item, number: Decimal) -> tuple[Value, ...]:
    """Return a sum as the item holds it; a whole number is rounded, a half upwards, as Helsenorge does."""
    match item.type:
        case ItemType.DECIMAL:
            return (number,)
        case ItemType.INTEGER:
            return (int(number.quantize(Decimal(1), ROUND_HALF_UP)),)
        case ItemType.QUANTITY:
            unit = item.units[0] if item.units and item.unit is None else None
            if unit is not None:
                return (Quantity(number, str(unit.display or unit.code), unit.system, unit.code),)
            return (Quantity(number, unit=item.unit, code=item.unit),)
    return ()
