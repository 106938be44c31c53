"""One page at a time: which are shown at present, which comes next, and which still lack an answer.

A page is known by its key, which says nothing of what is asked, so it may stand in a URL: "12" is the twelfth question
of its version, "12-2" the same in the second repetition, "p3" a group on one page, "a3" whether a group has another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from prom.responses.gathering import Gathering, Step, key_of
from prom.responses.places import Kind, Stop, stops
from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Item, ItemType, Questionnaire

__all__ = ["Step", "Steps"]

#: The key of a question: its position and the turns it stands beneath.
_KEY = re.compile(r"[0-9]{1,6}(-[0-9]{1,4})*", re.ASCII)


@dataclass(frozen=True)
class Steps:
    """The pages of a begun form."""

    questionnaire: Questionnaire
    response: QuestionnaireResponse

    @cached_property
    def asked(self) -> tuple[Step, ...]:
        """The pages that are shown, given what has been answered."""
        return tuple(self._by_key.values())

    @cached_property
    def closing(self) -> tuple[Stop, ...]:
        """What is read after the last page: texts and values with no question after them."""
        return self._gathered[1]

    def step(self, key: str) -> Step | None:
        """Return the page with a key, or None where it is not shown at present."""
        return self._by_key.get(key)

    def number(self, step: Step) -> int:
        """Return which page it is at present, from 1."""
        return list(self._by_key).index(step.key) + 1

    def after(self, step: Step) -> Step | None:
        """Return the next page, or None after the last."""
        number = self.number(step)
        return self.asked[number] if number < len(self.asked) else None

    def before(self, step: Step) -> Step | None:
        """Return the page before, or None at the first."""
        number = self.number(step)
        return self.asked[number - 2] if number > 1 else None

    def asking(self, link_id: str | None) -> tuple[Step, ...]:
        """Return the pages that ask an item, or, for a group, whatever lies within it."""
        return tuple(step for step in self.asked if any(self._within(part.item, link_id) for part in step.parts))

    @property
    def missing(self) -> Step | None:
        """The first page on which something has to be answered and is not."""
        return next((each for each in self.asked if each.is_missing), None)

    @property
    def where_she_left(self) -> Step | None:
        """The first page without an answer, or None when she has been through them all.

        An optional one that lies before an answered one was skipped on purpose.
        """
        answered = [at for at, each in enumerate(self.asked) if each.is_answered]
        last = answered[-1] if answered else -1
        rest = ((at, each) for at, each in enumerate(self.asked) if not each.is_answered or each.is_missing)
        return next((each for at, each in rest if at > last or each.is_missing), None)

    def group(self, item: Item) -> Item | None:
        """Return the nearest group with a heading that an item stands in."""
        above = self.questionnaire.parent(item.link_id)
        while above is not None and (above.type is not ItemType.GROUP or above.text is None):
            above = self.questionnaire.parent(above.link_id)
        return above

    def not_asked(self, key: str) -> Step | None:
        """Return the page of a question that is not shown at present, or None where no question has this key."""
        if _KEY.fullmatch(key) is None:
            return None
        position, *turns = (int(part) for part in key.split("-"))
        if not 1 <= position <= len(self.questionnaire.questions):
            return None
        return Step(key, (Stop(Kind.QUESTION, self.questionnaire.questions[position - 1], tuple(turns)),))

    def key(self, stop: Stop) -> str:
        """Return the key of a question's own page, which names its field on a page of several."""
        return key_of(str(self._positions[stop.item.link_id]), stop.turns)

    def answer_above(self, stop: Stop) -> Stop | None:
        """Return the repeating question that something is asked beneath, with the one answer that it is about."""
        above = self.questionnaire.parent(stop.item.link_id)
        while above is not None and not above.is_question:
            above = self.questionnaire.parent(above.link_id) if not above.repeats else None
        if above is None or not above.repeats or not stop.turns:
            return None
        *outer, turn = stop.turns
        found = (each for each in self.stops if each.item is above and each.turns == tuple(outer))
        return next((replace(each, values=each.values[turn - 1 : turn]) for each in found), None)

    def _within(self, item: Item, link_id: str | None) -> bool:
        at: Item | None = item
        while at is not None and at.link_id != link_id:
            at = self.questionnaire.parent(at.link_id)
        return at is not None

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """Everything that is shown or asked at present, in the order of the document."""
        return tuple(stops(self.questionnaire, self.response))

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {item.link_id: at for at, item in enumerate(self.questionnaire.questions, start=1)}

    @cached_property
    def _by_key(self) -> Mapping[str, Step]:
        return self._gathered[0]

    @cached_property
    def _gathered(self) -> tuple[Mapping[str, Step], tuple[Stop, ...]]:
        groups = {item.link_id: at for at, item in enumerate(self.questionnaire.all_items, start=1)}
        gathering = Gathering(self._positions, groups)
        for stop in self.stops:
            gathering.take(stop)
        steps = {key: step for key, step in gathering.steps.items() if step.questions or step.another}
        return steps, tuple(gathering.waiting)
