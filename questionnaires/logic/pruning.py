"""A response without the answers to what is not asked: they do not count."""

from __future__ import annotations

from dataclasses import replace

from questionnaires.answers import QuestionnaireResponse, ResponseItem
from questionnaires.definition import Questionnaire
from questionnaires.logic.places import Place, opens


def pruned(questionnaire: Questionnaire, response: QuestionnaireResponse, place: Place) -> QuestionnaireResponse:
    """Return the response with only what is asked; repetitions stay, in order, even when nothing is left in them."""
    return replace(response, items=_items(questionnaire, response.items, place))


def _items(questionnaire: Questionnaire, items: tuple[ResponseItem, ...], place: Place) -> tuple[ResponseItem, ...]:
    kept: list[ResponseItem] = []
    met: dict[str, int] = {}
    for given in items:
        item = questionnaire.item(given.link_id)
        if item is None or given.link_id not in place.asked:
            continue
        first = met.get(given.link_id, 0)
        met[given.link_id] = first + (len(given.answers) if item.is_question else 1)
        inside = place.inside(item, first) if opens(item) and not item.is_question else place
        answers = tuple(
            replace(answer, items=_items(questionnaire, answer.items, place.inside(item, first + index)))
            for index, answer in enumerate(given.answers)
        )
        kept.append(ResponseItem(given.link_id, answers, _items(questionnaire, given.items, inside)))
    return tuple(kept)
