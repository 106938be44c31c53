"""Whether a response is one to its questionnaire: every answer asked for, of its kind, allowed, and none missing."""

from __future__ import annotations

from collections.abc import Iterable

from questionnaires.answers import Answer, QuestionnaireResponse, ResponseItem, walk
from questionnaires.branching import place_of
from questionnaires.calculating import constraint_problems
from questionnaires.definition import Coding, Item, Questionnaire
from questionnaires.giving import eased
from questionnaires.limits import answer_problems, count_problems
from questionnaires.problems import Findings, Problem

_COMPLETE = ("completed", "amended")


def validate(
    questionnaire: Questionnaire, response: QuestionnaireResponse, *, complete: bool | None = None
) -> tuple[Problem, ...]:
    """Return everything that is wrong with a response, each with its linkId; empty when it is valid. Never raises.

    A complete response lacks no required item. `complete` None takes it from the status: completed and amended are.
    What nobody can give is a warning where it is missing or out of bounds; only an error refuses.
    """
    check = _Check(questionnaire, response, response.status in _COMPLETE if complete is None else complete)
    if response.questionnaire != questionnaire.canonical:
        check.found.add(
            None, "other-questionnaire", expected=questionnaire.canonical, given=str(response.questionnaire)
        )
    check.level(questionnaire.items, response.items)
    check.found.problems.extend(constraint_problems(questionnaire, response, complete=check.complete))
    return tuple(eased(questionnaire, problem) for problem in check.found.problems)


class _Check:
    """One walk through a response beside its questionnaire."""

    def __init__(self, questionnaire: Questionnaire, response: QuestionnaireResponse, complete: bool) -> None:
        self.questionnaire = questionnaire
        self.complete = complete
        self.place = place_of(questionnaire, response)
        self.found = Findings()

    def level(self, asked: tuple[Item, ...], given: tuple[ResponseItem, ...]) -> None:
        """Check what stands side by side: every given item has its place here, and every asked one is dealt with."""
        here: dict[str, list[ResponseItem]] = {item.link_id: [] for item in asked} if given else {}
        for each in given:
            if each.link_id in here:
                here[each.link_id].append(each)
            else:
                self.stranger(each)
        for item in asked:
            found = here.get(item.link_id)
            if found or (self.complete and item.demands):
                self.item(item, found or [])

    def stranger(self, given: ResponseItem) -> None:
        """Name what has no place here, and all beneath it."""
        known = self.questionnaire.item(given.link_id) is not None
        self.found.add(given.link_id, "item-in-wrong-place" if known else "unknown-item")
        self.level((), (*given.items, *_beneath(given.answers)))

    def item(self, item: Item, given: list[ResponseItem]) -> None:
        """Check all that was given for one item."""
        if item.link_id not in self.place.asked:
            if any(each.answers for each in walk(tuple(given))):
                self.found.add(item.link_id, "disabled-item-answered")
        elif item.is_question:
            if not _is_one_offered_option(item, given):
                self.question(item, given)
        elif item.is_group:
            self.group(item, given)
        elif any(each.answers or each.items for each in given):
            self.found.add(item.link_id, "answer-to-display")

    def question(self, item: Item, given: list[ResponseItem]) -> None:
        """Check the answers to one question, and what was asked because of them."""
        if len(given) > 1:
            self.found.add(item.link_id, "item-given-twice")
        answers = tuple(answer for each in given for answer in each.answers)
        self.found.problems.extend(count_problems(item, len(answers), self.complete))
        self.found.problems.extend(answer_problems(item, [answer.value for answer in answers]))
        for index, answer in enumerate(answers):
            self.inside(item, answer.items, index) if item.repeats else self.level(item.items, answer.items)
        beside = tuple(inner for each in given for inner in each.items)
        if beside and answers:
            self.found.add(item.link_id, "item-beside-answer")
        elif beside:
            # What is not there cannot be missed: a place beneath a question comes with its answer.
            self.level(item.items, beside)

    def group(self, item: Item, given: list[ResponseItem]) -> None:
        """Check one group, each of its repetitions by itself."""
        if any(each.answers or each.has_empty_answer for each in given):
            self.found.add(item.link_id, "answer-to-group")
        answered = [each for each in given if any(inner.answers for inner in walk(each.items))]
        self.found.problems.extend(count_problems(item, len(answered), self.complete))
        if not given and not item.repeats:
            self.level(item.items, ())
        for index, each in enumerate(given):
            self.inside(item, each.items, index) if item.repeats else self.level(item.items, each.items)

    def inside(self, item: Item, given: tuple[ResponseItem, ...], index: int) -> None:
        """Check what stands beneath one of several answers or repetitions, by what is asked there."""
        around = self.place
        self.place = around.inside(item, index)
        self.level(item.items, given)
        self.place = around


def _is_one_offered_option(item: Item, given: list[ResponseItem]) -> bool:
    """Whether nothing can be wrong with what most answers are: one of the options, and nothing beside or beneath it."""
    if not item.asks_for_one_option or len(given) != 1 or len(given[0].answers) != 1 or given[0].items:
        return False
    answer = given[0].answers[0]
    return isinstance(answer.value, Coding) and not answer.items and item.offered(answer.value) is not None


def _beneath(answers: Iterable[Answer]) -> tuple[ResponseItem, ...]:
    return tuple(item for answer in answers for item in answer.items)
