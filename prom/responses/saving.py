"""What a page saves, held against its questionnaire: only what this very save has made wrong is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from prom.errors import InvalidResponse
from prom.responses import placing
from prom.responses.places import is_worked_out
from prom.responses.working_out import worked_out
from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import place_of
from questionnaires.definition import Item, Questionnaire, Value
from questionnaires.limits import count_problems
from questionnaires.logic.pruning import pruned
from questionnaires.problems import Problem
from questionnaires.validation import validate


@dataclass(frozen=True)
class Answered:
    """What was answered to one item in one place; see `places.Stop` for the turns."""

    item: Item
    turns: tuple[int, ...]
    values: tuple[Value, ...]


def saved(
    questionnaire: Questionnaire, before: QuestionnaireResponse, given: Sequence[Answered]
) -> QuestionnaireResponse:
    """Return the begun form with these answers in it; raises InvalidResponse with what is wrong with them."""
    response = before
    for each in given:
        response = _put(questionnaire, response, each)
    response = worked_out(questionnaire, response)
    wrong = tuple(_problems(questionnaire, before, response, given))
    if wrong:
        raise InvalidResponse(wrong)
    return response


def kept(begun: QuestionnaireResponse, language: str) -> QuestionnaireResponse:
    """Return a begun form in the language that it is read in now."""
    return replace(begun, language=language)


def finished(questionnaire: Questionnaire, begun: QuestionnaireResponse) -> QuestionnaireResponse:
    """Return what is sent of a begun form: the answers to enabled items, without what was branched away later."""
    whole = worked_out(questionnaire, begun)
    sent = pruned(questionnaire, whole, place_of(questionnaire, whole))
    return replace(sent, status="completed", items=placing.without_blanks(sent.items))


def _put(questionnaire: Questionnaire, response: QuestionnaireResponse, each: Answered) -> QuestionnaireResponse:
    """Put one answer in; one that lies beneath an answer never given, or that nobody may change, is not asked for."""
    try:
        if is_worked_out(each.item):
            raise LookupError(each.item.link_id)
        return placing.put(questionnaire, response, each.item, each.turns, each.values)
    except LookupError:
        raise InvalidResponse((Problem(each.item.link_id, "disabled-item-answered"),)) from None


def _problems(
    questionnaire: Questionnaire,
    before: QuestionnaireResponse,
    after: QuestionnaireResponse,
    given: Sequence[Answered],
) -> Iterator[Problem]:
    """Yield what is wrong with the items of this save, and was not wrong before it in another place."""
    named = {each.item.link_id for each in given}
    known = list(_errors(questionnaire, before, named)) if before.items else []
    wrong = [each for each in _errors(questionnaire, after, named) if each not in known or _once(questionnaire, each)]
    yield from wrong
    refused = {each.link_id for each in wrong}
    for each in given:
        if each.item.link_id not in refused:
            yield from count_problems(each.item, len(each.values), complete=True)


def _errors(questionnaire: Questionnaire, response: QuestionnaireResponse, named: set[str]) -> Iterator[Problem]:
    for each in validate(questionnaire, response, complete=False):
        if each.severity == "error" and each.link_id in named:
            yield each


def _once(questionnaire: Questionnaire, problem: Problem) -> bool:
    """Whether the item can only stand in one place, so that what is wrong with it is this save's matter."""
    item = questionnaire.item(problem.link_id or "")
    above = questionnaire.parent(item.link_id) if item is not None else None
    while above is not None and not above.repeats:
        above = questionnaire.parent(above.link_id)
    return above is None
