"""Whether the conditions of an item hold, given the answers that count."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from questionnaires.definition import Item, Operator, Value
from questionnaires.values import compare, same


def hold(item: Item, answers: Mapping[str, tuple[Value, ...]], asked: Container[str]) -> bool:
    """Return whether an item's conditions hold, where the answers to what is not asked do not count.

    `!=` holds when no answer is equal, every other comparison when some answer fits; all of them, `!=` too, are false
    until the question is answered (FHIR's own words leave `!=` true then; Android FHIR decides as here, so that nobody
    is asked about what is not yet said). Never raises, whatever the answers.
    """
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
