"""Which items are asked where repetitions differ, or where an expression decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from questionnaires.answers import QuestionnaireResponse, ResponseItem
from questionnaires.definition import Item, Questionnaire, Value
from questionnaires.expressions.evaluation import Budget
from questionnaires.logic.conditions import hold
from questionnaires.logic.formulas import Logic, logic_of
from questionnaires.logic.places import ABSENT, Place, Where, by_opener, opens
from questionnaires.logic.pruning import pruned
from questionnaires.logic.worksheets import Worksheet

#: (where, linkId) -> whether its enableWhenExpression holds; None where it cannot be worked out.
Held = Mapping[tuple[Where, str], bool | None]


@dataclass(frozen=True)
class Branching:
    """What is asked in each place, and the linkIds of what is asked only because nobody can tell whether it should."""

    place: Place
    undecided: frozenset[str] = frozenset()


def judged(questionnaire: Questionnaire, response: QuestionnaireResponse) -> Branching:
    """Return what is asked in each place.

    Expressions see only the answers that count, so they are worked out again until nothing changes any more. Where that
    does not happen, each item whose expression holds in one round and not in the next is asked, and the others are
    judged again, so that no answer is dropped for it. An item whose expression cannot be worked out is asked too:
    nothing is kept from a person because of a fault.
    """
    by_place = questionnaire.once(_by_opener, None)
    logic = logic_of(questionnaire)
    if logic is None or not logic.enable:
        return Branching(_Judging(questionnaire, by_place, {}).place(None, [response.items], {}, frozenset(), ()))
    held: Held = {}
    budget = Budget()
    seen = response
    restless: set[tuple[Where, str]] = set()
    for number in count():
        before, held = held, {**_held(questionnaire, logic, seen, budget), **dict.fromkeys(restless)}
        place = _Judging(questionnaire, by_place, held).place(None, [response.items], {}, frozenset(), ())
        late, changed = number > len(logic.enable), _changed(before, held)
        if before == held or (late and not changed):
            break
        restless |= changed if late else set()
        seen = pruned(questionnaire, response, place)
    return Branching(place, frozenset(link_id for (_, link_id), holds in held.items() if holds is None))


def _changed(before: Held, held: Held) -> set[tuple[Where, str]]:
    def is_asked(found: Held, each: tuple[Where, str]) -> bool:
        return found.get(each, True) is not False

    return {each for each in before.keys() | held.keys() if is_asked(before, each) is not is_asked(held, each)}


def _by_opener(_: None, questionnaire: Questionnaire) -> Mapping[str | None, tuple[Item, ...]]:
    return by_opener(questionnaire)


def _held(questionnaire: Questionnaire, logic: Logic, seen: QuestionnaireResponse, budget: Budget) -> Held:
    held: dict[tuple[Where, str], bool | None] = {}
    sheet = Worksheet(questionnaire, logic, seen, budget=budget)
    for station in sheet.stations():
        formula = logic.enable.get(station.item.link_id)
        if formula is not None:
            worth = sheet.truth(formula, station)
            held[station.where, station.item.link_id] = None if worth.fault is not None else worth.holds is True
    return held


class _Judging:
    """One walk through the places of a response."""

    def __init__(
        self, questionnaire: Questionnaire, by_place: Mapping[str | None, tuple[Item, ...]], held: Held
    ) -> None:
        self.questionnaire = questionnaire
        self.by_place = by_place
        self.held = held

    def place(
        self,
        opener: str | None,
        given: list[tuple[ResponseItem, ...]],
        outer: Mapping[str, tuple[Value, ...]],
        asked_around: frozenset[str],
        where: Where,
    ) -> Place:
        """Judge one place: all that was given in it, the answers around it, and what is asked around it."""
        found: dict[str, list[Value]] = {}
        repetitions: dict[str, list[tuple[ResponseItem, ...]]] = {}
        for items in given:
            self.gather(items, found, repetitions)
        answers = {**outer, **{link_id: tuple(values) for link_id, values in found.items()}}
        asked = set(asked_around)
        here = self.by_place.get(opener, ())
        for item in here:
            if self.is_asked(item, answers, asked, where):
                asked.add(item.link_id)
        now = frozenset(asked)
        inner: dict[tuple[str, int], Place] = {}
        for item in here:
            if opens(item):
                for index, each in list(enumerate(repetitions.get(item.link_id, []))) or [(ABSENT, ())]:
                    step = (item.link_id, index)
                    inner[step] = self.place(item.link_id, [each], answers, now, (*where, step))
        return Place(now, inner)

    def is_asked(self, item: Item, answers: Mapping[str, tuple[Value, ...]], asked: set[str], where: Where) -> bool:
        parent = self.questionnaire.parent(item.link_id)
        if parent is not None and parent.link_id not in asked:
            return False
        return hold(item, answers, asked) and self.held.get((where, item.link_id), True) is not False

    def gather(
        self,
        items: tuple[ResponseItem, ...],
        found: dict[str, list[Value]],
        repetitions: dict[str, list[tuple[ResponseItem, ...]]],
    ) -> None:
        """Collect the answers of one place, and the repetitions of what opens places in it."""
        for given in items:
            item = self.questionnaire.item(given.link_id)
            found.setdefault(given.link_id, []).extend(answer.value for answer in given.answers)
            beneath = [answer.items for answer in given.answers]
            if item is None or not opens(item):
                for each in (given.items, *beneath):
                    self.gather(each, found, repetitions)
            else:
                repetitions.setdefault(given.link_id, []).extend(beneath if item.is_question else [given.items])
