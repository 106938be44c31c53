"""Answers put into a response where they belong, each repetition by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from questionnaires.answers import Answer, QuestionnaireResponse, ResponseItem
from questionnaires.definition import Item, Questionnaire, Value
from questionnaires.logic.places import ABSENT, Where, opens


def written(
    questionnaire: Questionnaire, response: QuestionnaireResponse, results: Mapping[tuple[Where, str], Any]
) -> QuestionnaireResponse:
    """Return the response with these answers, by (where, linkId); what is no tuple of values is no answer.

    What is in the way goes; what is needed around an answer is added; everything else stays as it stood. Of a repeating
    item that is absent one repetition is made when there is something to put into it.
    """
    wanted = {key: values if isinstance(values, tuple) else () for key, values in results.items()}
    if not wanted:
        return response
    return replace(response, items=_Writing(wanted).level(questionnaire.items, response.items, ()))


def answers_by_place(
    questionnaire: Questionnaire, response: QuestionnaireResponse
) -> Mapping[tuple[Where, str], tuple[Value, ...]]:
    """Return what was answered, by (where, linkId)."""
    found: dict[tuple[Where, str], list[Value]] = {}
    _gather(questionnaire, response.items, (), found)
    return {key: tuple(values) for key, values in found.items()}


def _gather(
    questionnaire: Questionnaire,
    items: tuple[ResponseItem, ...],
    where: Where,
    found: dict[tuple[Where, str], list[Value]],
) -> None:
    met: dict[str, int] = {}
    for given in items:
        item = questionnaire.item(given.link_id)
        opening = item is not None and opens(item)
        first = met.get(given.link_id, 0)
        met[given.link_id] = first + (len(given.answers) or 1)
        found.setdefault((where, given.link_id), []).extend(answer.value for answer in given.answers)
        for index, beneath in enumerate([answer.items for answer in given.answers] or [given.items]):
            inside = (*where, (given.link_id, first + index)) if opening else where
            _gather(questionnaire, beneath, inside, found)


class _Writing:
    def __init__(self, wanted: Mapping[tuple[Where, str], tuple[Value, ...]]) -> None:
        self.wanted = wanted
        self.needed = {link_id for (_, link_id) in wanted} | {step[0] for where, _ in wanted for step in where}

    def level(self, asked: tuple[Item, ...], given: tuple[ResponseItem, ...], where: Where) -> tuple[ResponseItem, ...]:
        """Write into what stands side by side: given items keep their order, new ones come before what follows them."""
        made = list(given)
        for item in asked:
            if self.touches(item):
                self.item(item, made, asked, where)
        return tuple(made)

    def touches(self, item: Item) -> bool:
        return item.link_id in self.needed or any(self.touches(child) for child in item.items)

    def item(self, item: Item, made: list[ResponseItem], asked: tuple[Item, ...], where: Where) -> None:
        places = [index for index, given in enumerate(made) if given.link_id == item.link_id]
        for repetition, index in enumerate(places):
            made[index] = self.filled(item, made[index], where, repetition)
        if not places:
            new = self.filled(item, ResponseItem(item.link_id), where, ABSENT)
            if new.answers or new.items:
                made.insert(_before(item, made, asked), new)
        else:
            made[:] = [given for given in made if given.link_id != item.link_id or _says_something(item, given)]

    def filled(self, item: Item, given: ResponseItem, where: Where, repetition: int) -> ResponseItem:
        values = self.wanted.get((where, item.link_id))
        if values is not None and repetition <= 0:
            kept = [answer.items for answer in given.answers] + [()] * len(values)
            given = replace(given, answers=tuple(Answer(value, kept[at]) for at, value in enumerate(values)))
        if not item.items:
            return given
        if not opens(item):
            if given.answers:
                first = replace(given.answers[0], items=self.level(item.items, given.answers[0].items, where))
                return replace(given, answers=(first, *given.answers[1:]))
            return replace(given, items=self.level(item.items, given.items, where))
        if item.is_question:
            answers = tuple(
                replace(answer, items=self.level(item.items, answer.items, (*where, (item.link_id, index))))
                for index, answer in enumerate(given.answers)
            )
            return replace(given, answers=answers)
        return replace(given, items=self.level(item.items, given.items, (*where, (item.link_id, repetition))))


def _says_something(item: Item, given: ResponseItem) -> bool:
    # A repetition of a group stays, even an empty one: it was there, and the ones after it keep their numbers.
    return bool(given.answers or given.items) or item.is_group


def _before(item: Item, made: list[ResponseItem], asked: tuple[Item, ...]) -> int:
    order = [each.link_id for each in asked]
    later = set(order[order.index(item.link_id) + 1 :])
    return next((index for index, given in enumerate(made) if given.link_id in later), len(made))
