"""Which items are asked, given what has been answered so far."""

from __future__ import annotations

from collections.abc import Container

from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import EnableWhen, Item, Operator, Questionnaire, Value
from questionnaires.values import compare, same


def enabled(questionnaire: Questionnaire, response: QuestionnaireResponse) -> frozenset[str]:
    """Return the linkIds of the items that are asked: their parents are, and their conditions hold.

    Answers to items that are not asked do not count, however long the chain. `!=` holds when no answer is equal, every
    other comparison when some answer fits; all of them, `!=` too, are false until the question is answered (FHIR's own
    words leave `!=` true then; Android FHIR decides as here, so that nobody is asked about what is not yet said).
    Never raises, whatever the answers.
    """
    asked: set[str] = set()
    for item in questionnaire.judging_order:
        parent = questionnaire.parent(item.link_id)
        if (parent is None or parent.link_id in asked) and _conditions_hold(item, response, asked):
            asked.add(item.link_id)
    return frozenset(asked)


def _conditions_hold(item: Item, response: QuestionnaireResponse, asked: Container[str]) -> bool:
    if not item.enable_when:
        return True
    results = (
        _holds(condition, response.answers_to(condition.question) if condition.question in asked else ())
        for condition in item.enable_when
    )
    return any(results) if item.enable_any else all(results)


def _holds(condition: EnableWhen, answers: tuple[Value, ...]) -> bool:
    match condition.operator:
        case Operator.EXISTS:
            return bool(answers) is condition.answer
        case Operator.EQUAL:
            return any(same(answer, condition.answer) for answer in answers)
        case Operator.NOT_EQUAL:
            return bool(answers) and not any(same(answer, condition.answer) for answer in answers)
    return any(compare(answer, condition.answer) in _ORDERS[condition.operator] for answer in answers)


#: What compare() may say for each operator that asks for an order.
_ORDERS = {
    Operator.GREATER: (1,),
    Operator.LESS: (-1,),
    Operator.GREATER_OR_EQUAL: (0, 1),
    Operator.LESS_OR_EQUAL: (-1, 0),
}
