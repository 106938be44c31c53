"""Which items are asked, given what has been answered so far."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Item, Operator, Questionnaire, Value
from questionnaires.values import compare, same


def enabled(questionnaire: Questionnaire, response: QuestionnaireResponse) -> frozenset[str]:
    """Return the linkIds of the items that are asked: their parents are, and their conditions hold.

    Answers to items that are not asked do not count, however long the chain. `!=` holds when no answer is equal, every
    other comparison when some answer fits; all of them, `!=` too, are false until the question is answered (FHIR's own
    words leave `!=` true then; Android FHIR decides as here, so that nobody is asked about what is not yet said).
    Never raises, whatever the answers. Worked out once for a response, however often it is asked for.
    """
    return response.once(_branch, questionnaire)


def _branch(questionnaire: Questionnaire, response: QuestionnaireResponse) -> frozenset[str]:
    asked = set(questionnaire.always_asked)
    answers = response.flat()
    for item in questionnaire.sometimes_asked:
        parent = questionnaire.parent(item.link_id)
        if (parent is None or parent.link_id in asked) and _conditions_hold(item, answers, asked):
            asked.add(item.link_id)
    return frozenset(asked)


def _conditions_hold(item: Item, answers: Mapping[str, tuple[Value, ...]], asked: Container[str]) -> bool:
    for condition in item.enable_when:
        given = answers.get(condition.question, ()) if condition.question in asked else ()
        holds = _HOLDS[condition.operator](given, condition.answer)
        if holds is item.enable_any:
            return holds
    # None of several that would do, or all of those that must: and what has no condition is asked.
    return not (item.enable_any and item.enable_when)


def _equal(answers: tuple[Value, ...], wanted: Value) -> bool:
    return any(same(answer, wanted) for answer in answers)


def _ordered(*orders: int) -> Callable[[tuple[Value, ...], Value], bool]:
    return lambda answers, wanted: any(compare(answer, wanted) in orders for answer in answers)


#: Whether the answers to the question are what its condition wants.
_HOLDS: Mapping[Operator, Callable[[tuple[Value, ...], Value], bool]] = {
    Operator.EXISTS: lambda answers, wanted: bool(answers) is wanted,
    Operator.EQUAL: _equal,
    Operator.NOT_EQUAL: lambda answers, wanted: bool(answers) and not _equal(answers, wanted),
    Operator.GREATER: _ordered(1),
    Operator.LESS: _ordered(-1),
    Operator.GREATER_OR_EQUAL: _ordered(0, 1),
    Operator.LESS_OR_EQUAL: _ordered(-1, 0),
}
