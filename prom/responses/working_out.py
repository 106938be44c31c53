"""What a form answers by itself: values that are there from the start and that nobody is asked for.

What is filled in for a question that she is asked is only shown to her; it counts when she goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from prom.responses.places import by_link_id, is_worked_out
from questionnaires.answers import Answer, QuestionnaireResponse, ResponseItem
from questionnaires.branching import place_of
from questionnaires.definition import Item, Questionnaire
from questionnaires.places import Place


def worked_out(questionnaire: Questionnaire, response: QuestionnaireResponse) -> QuestionnaireResponse:
    """Return the response with the initial values of what is hidden or read only, where it is asked and empty."""
    if not any(item.initial for item in questionnaire.questions):
        return response
    items = _level(questionnaire.items, response.items, place_of(questionnaire, response), False)
    return replace(response, items=tuple(items))


def _level(items: Sequence[Item], given: Sequence[ResponseItem], place: Place, hidden: bool) -> Iterator[ResponseItem]:
    """Yield what stands side by side, in the order of the questionnaire, with what is filled in."""
    here = dict(by_link_id(given))
    for item in items:
        found = here.pop(item.link_id, [])
        unseen = hidden or item.hidden
        if item.link_id not in place.asked:
            yield from found
        elif item.is_group:
            yield from _group(item, found, place, unseen)
        elif item.is_question:
            yield from _question(item, found, place, unseen)
    for strangers in here.values():
        yield from strangers


def _group(item: Item, found: Sequence[ResponseItem], place: Place, hidden: bool) -> Iterator[ResponseItem]:
    for turn, each in enumerate(found):
        inner = _level(item.items, each.items, place.inside(item, turn) if item.repeats else place, hidden)
        yield replace(each, items=tuple(inner))
    filled = () if found or item.repeats else tuple(_level(item.items, (), place, hidden))
    if filled:
        yield ResponseItem(item.link_id, (), filled)


def _question(item: Item, found: Sequence[ResponseItem], place: Place, hidden: bool) -> Iterator[ResponseItem]:
    if not any(each.answers for each in found) and item.initial and (hidden or is_worked_out(item)):
        yield ResponseItem(item.link_id, tuple(Answer(value) for value in item.initial))
        return
    for each in found:
        answers = [
            replace(answer, items=tuple(_level(item.items, answer.items, place.inside(item, turn), hidden)))
            for turn, answer in enumerate(each.answers)
        ]
        yield replace(each, answers=tuple(answers))
