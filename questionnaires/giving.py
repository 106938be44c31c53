"""What of a form somebody can give: nobody gives what Prom works out, what is hidden, or what can only be read.

No patient can mend what is wrong with such an answer, so none is refused for it, where it is missing or out of bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from questionnaires.definition import Item, Questionnaire
from questionnaires.keys.summing import is_sum
from questionnaires.problems import Problem

_MISSING = frozenset({"required-missing", "too-few-answers"})
_BEYOND = frozenset(
    {
        "too-low",
        "too-high",
        "too-long",
        "too-short",
        "too-many-decimals",
        "other-pattern",
        "option-not-offered",
        "units-not-comparable",
    }
)


def eased(questionnaire: Questionnaire, problem: Problem) -> Problem:
    """Return a problem as a warning where nobody could mend it: its answer is missing or out of bounds, and not given.

    What a machine sent for an item that is filled in by nothing stays refused where it is out of bounds.
    """
    item = questionnaire.item(problem.link_id or "")
    if item is None or problem.code not in _MISSING | _BEYOND or not given_by_nobody(questionnaire, item):
        return problem
    return replace(problem, severity="warning") if problem.code in _MISSING or _is_filled_in(item) else problem


def given_by_nobody(questionnaire: Questionnaire, item: Item) -> bool:
    """Whether no patient can answer an item: none is asked for it, or for anything in it where it is a group."""
    if item.is_group:
        return all(given_by_nobody(questionnaire, inner) for inner in item.items)
    works_out = _calculated(item) or is_sum(item)
    return not item.is_question or item.read_only or works_out or _is_hidden(questionnaire, item)


def never_given(questionnaire: Questionnaire) -> Iterator[Problem]:
    """Yield the questions whose answer is required, that nobody can answer and nothing fills in."""
    for item in questionnaire.questions:
        if item.required and given_by_nobody(questionnaire, item) and not _is_filled_in(item):
            yield Problem(item.link_id, "required-given-by-nobody")


def _is_filled_in(item: Item) -> bool:
    starts = bool(item.initial) or (item.expressions is not None and item.expressions.initial is not None)
    return starts or _calculated(item) or is_sum(item)


def _calculated(item: Item) -> bool:
    return item.expressions is not None and item.expressions.calculated is not None


def _is_hidden(questionnaire: Questionnaire, item: Item) -> bool:
    around: Item | None = item
    while around is not None and not around.hidden:
        around = questionnaire.parent(around.link_id)
    return around is not None
