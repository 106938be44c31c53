"""Changing one place of a response and nothing else: an answer, or the number of a group's repetitions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from prom.responses.places import by_link_id, least
from questionnaires.answers import Answer, QuestionnaireResponse, ResponseItem
from questionnaires.definition import Item, Questionnaire, Value

#: What is done to everything that is given for one item side by side.
Change = Callable[[Sequence[ResponseItem]], Sequence[ResponseItem]]


def put(
    questionnaire: Questionnaire,
    response: QuestionnaireResponse,
    item: Item,
    turns: Sequence[int],
    values: Sequence[Value],
) -> QuestionnaireResponse:
    """Return the response with these answers in one place. What hung beneath an answer that stays, stays.

    Raises LookupError for a place that is not there: beneath an answer that was never given.
    """

    def answered(given: Sequence[ResponseItem]) -> Sequence[ResponseItem]:
        before = given[0].answers if given else ()
        return [ResponseItem(item.link_id, _answers(item, before, values))] if values else []

    return _changed(questionnaire, response, item, turns, answered)


def add(
    questionnaire: Questionnaire, response: QuestionnaireResponse, group: Item, turns: Sequence[int]
) -> QuestionnaireResponse:
    """Return the response with one more repetition of a group, empty as yet."""

    def longer(given: Sequence[ResponseItem]) -> Sequence[ResponseItem]:
        return [*_padded(group, given, least(group)), ResponseItem(group.link_id)]

    return _changed(questionnaire, response, group, turns, longer)


def remove(
    questionnaire: Questionnaire, response: QuestionnaireResponse, group: Item, turns: Sequence[int], turn: int
) -> QuestionnaireResponse:
    """Return the response without one repetition of a group and all that was answered in it."""
    return _changed(
        questionnaire, response, group, turns, lambda given: [*given[: turn - 1], *given[turn:]] if turn > 0 else given
    )


def without_blanks(items: Sequence[ResponseItem]) -> tuple[ResponseItem, ...]:
    """Return what holds an answer, or holds something that does; a repetition that was added and left empty goes."""
    kept = [
        ResponseItem(
            each.link_id,
            tuple(Answer(answer.value, without_blanks(answer.items)) for answer in each.answers),
            without_blanks(each.items),
        )
        for each in items
    ]
    return tuple(each for each in kept if each.answers or each.items)


def _answers(item: Item, before: Sequence[Answer], values: Sequence[Value]) -> tuple[Answer, ...]:
    """Keep what hangs beneath: by the place of an answer where their number is the same, else by its value."""
    if not item.repeats or len(before) == len(values):
        beneath = [each.items for each in before]
        return tuple(Answer(value, beneath[at] if at < len(beneath) else ()) for at, value in enumerate(values))
    by_value = {each.value: each.items for each in reversed(before)}
    return tuple(Answer(value, by_value.get(value, ())) for value in values)


def _changed(
    questionnaire: Questionnaire, response: QuestionnaireResponse, item: Item, turns: Sequence[int], change: Change
) -> QuestionnaireResponse:
    chain = [item]
    while (above := questionnaire.parent(chain[0].link_id)) is not None:
        chain.insert(0, above)
    items = _level(questionnaire.items, response.items, chain, list(turns), change)
    return replace(response, items=items)


def _level(
    items: Sequence[Item], given: Sequence[ResponseItem], chain: Sequence[Item], turns: list[int], change: Change
) -> tuple[ResponseItem, ...]:
    """Change what lies at the end of the chain, and put the rest back in the order of the questionnaire."""
    head, *rest = chain
    here = {link_id: list(found) for link_id, found in by_link_id(given).items()}
    found = here.get(head.link_id, [])
    here[head.link_id] = list(change(found)) if not rest else _inside(head, found, rest, turns, change)
    known = [item.link_id for item in items]
    order = [*known, *(link_id for link_id in here if link_id not in known)]
    return tuple(each for link_id in order for each in here.get(link_id, ()))


def _inside(
    head: Item, found: Sequence[ResponseItem], rest: Sequence[Item], turns: list[int], change: Change
) -> list[ResponseItem]:
    turn = turns.pop(0) if head.repeats else 1
    if head.is_question:
        return _beneath(head, found, rest, turn, turns, change)
    first = max(least(head), 1)
    padded = _padded(head, found, first if turn <= first else 0)
    if not 1 <= turn <= len(padded):
        raise LookupError(head.link_id)
    inner = _level(head.items, padded[turn - 1].items, rest, turns, change)
    padded[turn - 1] = ResponseItem(head.link_id, (), inner)
    return padded if head.repeats or inner else []


def _beneath(
    head: Item, found: Sequence[ResponseItem], rest: Sequence[Item], turn: int, turns: list[int], change: Change
) -> list[ResponseItem]:
    answers = list(found[0].answers) if found else []
    if not 1 <= turn <= len(answers):
        raise LookupError(head.link_id)
    inner = _level(head.items, answers[turn - 1].items, rest, turns, change)
    answers[turn - 1] = Answer(answers[turn - 1].value, inner)
    return [ResponseItem(head.link_id, tuple(answers))]


def _padded(item: Item, found: Sequence[ResponseItem], wanted: int) -> list[ResponseItem]:
    return [*found, *(ResponseItem(item.link_id) for _ in range(wanted - len(found)))]
