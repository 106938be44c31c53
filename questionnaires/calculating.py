"""What a questionnaire works out by itself: calculated answers, starting answers, constraints on what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import place_of
from questionnaires.definition import Questionnaire, Value
from questionnaires.expressions.evaluation import Budget
from questionnaires.expressions.faults import NotComputed
from questionnaires.keys.summing import sum_items, sums
from questionnaires.logic.formulas import Formula, Logic, logic_of
from questionnaires.logic.places import Where
from questionnaires.logic.pruning import pruned
from questionnaires.logic.results import values_of
from questionnaires.logic.worksheets import Station, Worksheet
from questionnaires.logic.writing import answers_by_place, written
from questionnaires.problems import Problem
from questionnaires.values import same

#: (where, linkId) -> what was worked out for it, or why it could not be.
Results: TypeAlias = Mapping[tuple[Where, str], tuple[Value, ...] | NotComputed]


@dataclass(frozen=True)
class Completion:
    """A response with its calculated answers, and what there is to say about them: nothing in it refuses."""

    response: QuestionnaireResponse
    problems: tuple[Problem, ...] = ()


def completed(questionnaire: Questionnaire, response: QuestionnaireResponse, today: date | None = None) -> Completion:
    """Return the response with every calculated answer and every sum worked out anew, also those that nobody sees.

    What stood there counts for nothing; where it differs there is a warning `calculated-differs`. What cannot be worked
    out is left out, with a warning `not-computed`; what is not asked is not filled in; a sum within what repeats is
    left out. `today` is what today() means; without it no expression that asks for it is worked out. Costs nothing for
    a questionnaire without expressions and sums. Never raises.
    """
    logic, summed = logic_of(questionnaire), sum_items(questionnaire)
    if not summed and (logic is None or not logic.calculated):
        return Completion(response)
    before = answers_by_place(questionnaire, response)
    results = _at_rest(questionnaire, logic or Logic(), response, before, today)
    return Completion(written(questionnaire, response, results), tuple(_problems(before, results)))


def works_out(questionnaire: Questionnaire) -> bool:
    """Whether completed() may change a response."""
    logic = logic_of(questionnaire)
    return bool(logic is not None and logic.calculated) or bool(sum_items(questionnaire))


def _at_rest(
    questionnaire: Questionnaire,
    logic: Logic,
    response: QuestionnaireResponse,
    before: Mapping[tuple[Where, str], tuple[Value, ...]],
    today: date | None,
) -> Results:
    """Calculate, sum and branch again until nothing changes, beginning without what was sent for any of it."""
    worked_out, budget = logic.calculated.keys() | sum_items(questionnaire), Budget()
    results: Results = {place: () for place in before if place[1] in worked_out}
    # What was worked out may change what is asked, and what is asked what is worked out.
    for _ in range(len(worked_out) + 2):
        made = written(questionnaire, response, results)
        calculated = _calculate(questionnaire, logic, made, today, budget) if logic.calculated else {}
        again = {**dict.fromkeys(results, ()), **calculated, **sums(questionnaire, made)}
        if _alike(again, results):
            return results
        results = again
    return dict.fromkeys(results, NotComputed("it does not come to rest"))


def constraint_problems(
    questionnaire: Questionnaire, response: QuestionnaireResponse, *, complete: bool = True
) -> Iterable[Problem]:
    """Return a problem for each constraint of a questionnaire that its answers break, or that cannot be judged.

    A constraint on an item is judged where the item is asked and answered; on the whole response, when it is complete.
    One is broken when it comes to false; one that comes to nothing, for want of answers, is not. Never raises.
    """
    logic = logic_of(questionnaire)
    return _broken(questionnaire, logic, response, complete) if logic is not None and logic.constraints else ()


def _broken(
    questionnaire: Questionnaire, logic: Logic, response: QuestionnaireResponse, complete: bool
) -> Iterator[Problem]:
    place = place_of(questionnaire, response)
    sheet = Worksheet(questionnaire, logic, pruned(questionnaire, response, place))
    stations: dict[str | None, list[Station | None]] = {None: [None] if complete else []}
    for station in sheet.stations():
        if station.node.value.get("answer") or station.node.value.get("item"):
            stations.setdefault(station.item.link_id, []).append(station)
    for link_id, constraint, formula in logic.constraints:
        for each in stations.get(link_id, []):
            worth = sheet.truth(formula, each)
            if worth.fault is not None:
                yield Problem(link_id, "constraint-not-judged", "warning", {"reason": worth.fault})
            elif worth.holds is False:
                message = constraint.message or constraint.key or formula.expression.text
                yield Problem(link_id, "constraint-broken", constraint.severity, {"message": message})


def starting(questionnaire: Questionnaire, today: date | None = None) -> Completion:
    """Return a new draft with the answers that the questionnaire starts from: `initial`, and initialExpression.

    What is not asked at the start is not filled in. Never raises.
    """
    empty = QuestionnaireResponse(questionnaire.canonical, "in-progress")
    logic = logic_of(questionnaire) or Logic()
    sheet = Worksheet(questionnaire, logic, empty, today)
    results: dict[tuple[Where, str], tuple[Value, ...] | NotComputed] = {}
    for station in sheet.stations():
        formula = logic.initial.get(station.item.link_id)
        if formula is not None:
            results[station.where, station.item.link_id] = _worth(sheet, formula, station)
        elif station.item.initial:
            results[station.where, station.item.link_id] = station.item.initial
    made = written(questionnaire, empty, results)
    made = pruned(questionnaire, made, place_of(questionnaire, made))
    return completed(questionnaire, made, today)


def _calculate(
    questionnaire: Questionnaire,
    logic: Logic,
    response: QuestionnaireResponse,
    today: date | None,
    budget: Budget,
) -> Results:
    """Work out every calculated item in every place where it is asked, from the answers that count."""
    place = place_of(questionnaire, response)
    sheet = Worksheet(questionnaire, logic, pruned(questionnaire, response, place), today, budget)
    results: dict[tuple[Where, str], tuple[Value, ...] | NotComputed] = {}
    for station in sheet.stations():
        formula = logic.calculated.get(station.item.link_id)
        if formula is not None and station.where_is_there:
            asked = station.item.link_id in place.at(station.where).asked
            results[station.where, station.item.link_id] = _worth(sheet, formula, station) if asked else ()
    return results


def _worth(sheet: Worksheet, formula: Formula, station: Station) -> tuple[Value, ...] | NotComputed:
    try:
        return values_of(station.item, sheet.nodes(formula, station), whole=formula.expression.at_root)
    except NotComputed as fault:
        return fault


def _alike(one: Results, other: Results) -> bool:
    return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)


def _equal(one: tuple[Value, ...] | NotComputed, other: tuple[Value, ...] | NotComputed) -> bool:
    if isinstance(one, NotComputed) or isinstance(other, NotComputed):
        return str(one) == str(other)
    return len(one) == len(other) and all(same(mine, theirs) for mine, theirs in zip(one, other, strict=True))


def _problems(before: Mapping[tuple[Where, str], tuple[Value, ...]], results: Results) -> Iterator[Problem]:
    for (where, link_id), result in results.items():
        given = before.get((where, link_id), ())
        if isinstance(result, NotComputed):
            yield Problem(link_id, "not-computed", "warning", {"reason": str(result)})
        elif given and not _equal(given, result):
            yield Problem(link_id, "calculated-differs", "warning")
