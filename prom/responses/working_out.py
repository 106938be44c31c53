"""What a form answers by itself: values that are there from the start and that nobody is asked for.

What is filled in for a question that she is asked is only shown to her; it counts when she goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from prom import clock
from prom.responses.completing import complete, day_of
from prom.responses.places import by_link_id, is_worked_out
from questionnaires.answers import Answer, QuestionnaireResponse, ResponseItem
from questionnaires.branching import place_of
from questionnaires.calculating import starting
from questionnaires.definition import Item, Questionnaire, Value
from questionnaires.logic.places import Place


def worked_out(questionnaire: Questionnaire, response: QuestionnaireResponse) -> QuestionnaireResponse:
    """Return the response with every calculated answer, and with the start values of what is hidden or read only.

    A start value is filled in where the item is asked and empty. What is not published cannot come here, so nothing
    that Prom cannot work out is passed over.
    """
    if any(_starts(item) for item in questionnaire.questions):
        filling = _Filling(start_values(questionnaire))
        items = filling.level(questionnaire.items, response.items, place_of(questionnaire, response), False)
        response = replace(response, items=tuple(items))
    return complete(questionnaire, response, clock.now())


def start_values(questionnaire: Questionnaire) -> Mapping[str, tuple[Value, ...]]:
    """Return linkId -> what a question is filled in with before anybody answers; empty without any such."""
    if not any(_starts(item) for item in questionnaire.questions):
        return {}
    plain = {item.link_id: item.initial for item in questionnaire.questions if item.initial}
    return {**plain, **starting(questionnaire, day_of(clock.now())).response.flat()}


def _starts(item: Item) -> bool:
    return bool(item.initial) or (item.expressions is not None and item.expressions.initial is not None)


@dataclass(frozen=True)
class _Filling:
    """One walk through a response that fills in what starts with a value."""

    start: Mapping[str, tuple[Value, ...]]

    def level(
        self, items: Sequence[Item], given: Sequence[ResponseItem], place: Place, hidden: bool
    ) -> Iterator[ResponseItem]:
        """Yield what stands side by side, in the order of the questionnaire, with what is filled in."""
        here = dict(by_link_id(given))
        for item in items:
            found = here.pop(item.link_id, [])
            unseen = hidden or item.hidden
            if item.link_id not in place.asked:
                yield from found
            elif item.is_group:
                yield from self.group(item, found, place, unseen)
            elif item.is_question:
                yield from self.question(item, found, place, unseen)
        for strangers in here.values():
            yield from strangers

    def group(self, item: Item, found: Sequence[ResponseItem], place: Place, hidden: bool) -> Iterator[ResponseItem]:
        """Yield a group, each of its repetitions by itself."""
        for turn, each in enumerate(found):
            inner = self.level(item.items, each.items, place.inside(item, turn) if item.repeats else place, hidden)
            yield replace(each, items=tuple(inner))
        filled = () if found or item.repeats else tuple(self.level(item.items, (), place, hidden))
        if filled:
            yield ResponseItem(item.link_id, (), filled)

    def question(self, item: Item, found: Sequence[ResponseItem], place: Place, hidden: bool) -> Iterator[ResponseItem]:
        """Yield a question, filled in where nobody is asked for it, and what hangs beneath its answers."""
        if not any(each.answers for each in found) and item.link_id in self.start and (hidden or is_worked_out(item)):
            yield ResponseItem(item.link_id, tuple(Answer(value) for value in self.start[item.link_id]))
            return
        for each in found:
            answers = [
                replace(answer, items=tuple(self.level(item.items, answer.items, place.inside(item, turn), hidden)))
                for turn, answer in enumerate(each.answers)
            ]
            yield replace(each, answers=tuple(answers))
