"""A valid answer to any questionnaire, mostly untroubled: for what has no course of its own. PURE; chance is given."""

import random
from datetime import date, time
from decimal import Decimal

from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import enabled
from questionnaires.definition import Item, ItemType, Questionnaire, Value
from questionnaires.response import build
from questionnaires.validation import validate

#: How often an answer is one step further than the first.
A_STEP, TWO_STEPS = 0.15, 0.03
#: Each round answers what the last one's answers asked.
ROUNDS = 12
#: How often something that is mostly not there at all, such as a red flag, is there.
SELDOM = 0.002
#: Of a range of numbers: its lower part, for most that is asked as a number is worse the higher it is.
LOW = Decimal("0.1")


class CannotFillIn(Exception):
    """No valid answer was found; the linkIds and problems are told."""


def filled_in(
    questionnaire: Questionnaire, chance: random.Random, language: str, worse: float = 1.0
) -> QuestionnaireResponse:
    """Return a complete, valid response; `worse` multiplies how often an answer is not the first one offered.

    Raises CannotFillIn.
    """
    answers: dict[str, Value | float] = {}
    response = build(questionnaire, answers, language=language)
    for _ in range(ROUNDS):
        asked = enabled(questionnaire, response)
        new = {
            link_id: _answer(item, chance, worse)
            for link_id in sorted(asked - answers.keys())
            if (item := questionnaire.item(link_id)) is not None and _to_be_answered(item)
        }
        if not new:
            break
        answers |= {link_id: value for link_id, value in new.items() if value is not None}
        response = build(questionnaire, answers, language=language)
    problems = validate(questionnaire, response, complete=True)
    if any(problem.severity == "error" for problem in problems):
        raise CannotFillIn("; ".join(f"{problem.link_id}: {problem.code}" for problem in problems))
    return response


def _to_be_answered(item: Item) -> bool:
    return item.is_question and item.required and not item.read_only


def _answer(item: Item, chance: random.Random, worse: float) -> Value | float | None:
    luck = chance.random() / max(worse, 0.01)
    steps = 2 if luck < TWO_STEPS else 1 if luck < A_STEP else 0
    if item.options and getattr(item.options[0].value, "code", None) in ("no", "none"):
        return item.options[min(len(item.options) - 1, 1) if luck < SELDOM else 0].value
    if item.options:
        return item.options[min(steps, len(item.options) - 1)].value
    match item.type:
        case ItemType.BOOLEAN:
            return steps == 2
        case ItemType.INTEGER:
            return int(_number(item, steps))
        case ItemType.DECIMAL | ItemType.QUANTITY:
            return float(_number(item, steps))
        case ItemType.STRING | ItemType.TEXT:
            return "Ingenting særskilt."
        case ItemType.DATE:
            return date(2026, 1, 1)
        case ItemType.TIME:
            return time(9)
    return None


def _number(item: Item, steps: int) -> Decimal:
    low, high = (_bound(each) for each in (item.min_value, item.max_value))
    if low is None:
        return Decimal(steps) if high is None else min(Decimal(steps), high)
    return low + steps if high is None else low + ((high - low) * LOW * steps).to_integral_value()


def _bound(bound: object) -> Decimal | None:
    value = getattr(bound, "value", bound)
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) else None
