"""One question at a time: which are asked at present, which comes next, and which still lack an answer.

A position is a question's place among all questions of its version, from 1. It says nothing of what is asked, so it may
stand in a URL.
"""

from dataclasses import dataclass
from functools import cached_property

from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import enabled
from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.kinds import UNSUPPORTED


@dataclass(frozen=True)
class Steps:
    """The questions of a begun form."""

    questionnaire: Questionnaire
    response: QuestionnaireResponse

    @cached_property
    def asked(self) -> tuple[int, ...]:
        """The positions of the questions that are asked, given what has been answered."""
        open_items = enabled(self.questionnaire, self.response)
        return tuple(
            position
            for position, item in enumerate(self.questionnaire.questions, start=1)
            if item.link_id in open_items and _is_shown(item)
        )

    def item(self, position: int) -> Item | None:
        """Return the question at a position, asked or not, or None."""
        questions = self.questionnaire.questions
        return questions[position - 1] if 1 <= position <= len(questions) else None

    def position(self, link_id: str | None) -> int | None:
        """Return the position of a question, or None for what is none."""
        return next(
            (place for place, item in enumerate(self.questionnaire.questions, start=1) if item.link_id == link_id), None
        )

    def after(self, position: int) -> int | None:
        """Return the next question that is asked, or None after the last."""
        return next((each for each in self.asked if each > position), None)

    def before(self, position: int) -> int | None:
        """Return the question that was asked before, or None at the first."""
        return next((each for each in reversed(self.asked) if each < position), None)

    def is_answered(self, position: int) -> bool:
        """Whether the question at a position has an answer."""
        item = self.item(position)
        return item is not None and bool(self.response.answers_to(item.link_id))

    @property
    def missing(self) -> int | None:
        """The first question that has to be answered and is not."""
        return next((each for each in self.asked if self._is_required(each) and not self.is_answered(each)), None)

    @property
    def where_she_left(self) -> int | None:
        """The first question without an answer, or None when she has been through them all.

        An optional one that lies before an answered one was skipped on purpose.
        """
        answered = [each for each in self.asked if self.is_answered(each)]
        last = answered[-1] if answered else 0
        rest = (each for each in self.asked if not self.is_answered(each))
        return next((each for each in rest if each > last or self._is_required(each)), None)

    def group(self, item: Item) -> Item | None:
        """Return the nearest group with a heading that a question stands in."""
        above = self.questionnaire.parent(item.link_id)
        while above is not None and (above.type is not ItemType.GROUP or above.text is None):
            above = self.questionnaire.parent(above.link_id)
        return above

    def notes(self, item: Item) -> tuple[Item, ...]:
        """Return the shown texts that lead up to a question, and those beneath it that are no help text."""
        parent = self.questionnaire.parent(item.link_id)
        beside = parent.items if parent is not None else self.questionnaire.items
        leading: list[Item] = []
        for other in beside:
            if other is item:
                break
            leading = [*leading, other] if other.type is ItemType.DISPLAY else []
        beneath = [each for each in item.items if each.type is ItemType.DISPLAY and each.item_control != "help"]
        open_items = enabled(self.questionnaire, self.response)
        return tuple(each for each in (*leading, *beneath) if each.link_id in open_items)

    def _is_required(self, position: int) -> bool:
        item = self.item(position)
        return item is not None and item.required


def _is_shown(item: Item) -> bool:
    return not item.hidden and not item.read_only and item.type not in UNSUPPORTED
