"""Which items are never asked, whatever is answered: each condition is tried with every answer that could decide it.

What an expression decides is taken for possible, for only running it could tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from questionnaires.branching import enabled
from questionnaires.definition import EnableWhen, Item, ItemType, Quantity, Questionnaire, Value
from questionnaires.kinds import UNSUPPORTED
from questionnaires.limits import answer_problems
from questionnaires.response import build
from questionnaires.values import Texts, Uri

_NO_TITLE = Texts.of({"und": "small"})
_STEPS = tuple(Decimal(step) for step in ("-1", "-0.1", "-0.001", "0.001", "0.1", "1"))
#: Some answer of each type, for a condition that only asks whether there is one.
_ANY: Mapping[ItemType, tuple[Value, ...]] = {
    ItemType.STRING: ("other",),
    ItemType.TEXT: ("other",),
    ItemType.OPEN_CHOICE: ("other",),
    ItemType.URL: (Uri("urn:other"),),
    ItemType.INTEGER: (0,),
    ItemType.DECIMAL: (Decimal(0),),
    ItemType.QUANTITY: (Quantity(Decimal(0)),),
    ItemType.DATE: (date(2000, 1, 1),),
    ItemType.DATE_TIME: (datetime(2000, 1, 1, tzinfo=UTC),),
    ItemType.TIME: (time(12),),
}


def never_asked(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the linkIds that no answers make be asked, in the order of the document."""
    possible: set[str] = set()
    for item in questionnaire.judging_order:
        parent = questionnaire.parent(item.link_id)
        if (parent is None or parent.link_id in possible) and _can_be_asked(questionnaire, item, possible):
            possible.add(item.link_id)
    return tuple(item.link_id for item in questionnaire.all_items if item.link_id not in possible)


def _can_be_asked(questionnaire: Questionnaire, item: Item, possible: set[str]) -> bool:
    if item.enable_any:
        return any(_can_hold(questionnaire, (each,), possible) for each in item.enable_when)
    by_question: dict[str, tuple[EnableWhen, ...]] = {}
    for each in item.enable_when:
        by_question[each.question] = (*by_question.get(each.question, ()), each)
    return all(_can_hold(questionnaire, each, possible) for each in by_question.values())


def _can_hold(questionnaire: Questionnaire, conditions: tuple[EnableWhen, ...], possible: set[str]) -> bool:
    """Whether some answer to the one question of these conditions, or none, meets them all."""
    question = questionnaire.item(conditions[0].question)
    if question is None:
        return False
    answerable = question.link_id in possible and _can_be_answered(question)
    if question.repeats:
        # Several answers may each meet one condition.
        return all(_some_answer_fits(question, (each,), answerable) for each in conditions)
    return _some_answer_fits(question, conditions, answerable)


def _some_answer_fits(question: Item, conditions: tuple[EnableWhen, ...], answerable: bool) -> bool:
    asked = replace(question, enable_when=(), expressions=None, items=(), repeats=False)
    waits = Item("waits", ItemType.DISPLAY, enable_when=conditions)
    small = Questionnaire("urn:small", "1", "small", _NO_TITLE, "draft", "und", (), (asked, waits))
    answers = [{}, *({question.link_id: value} for value in _candidates(question, conditions))] if answerable else [{}]
    return any("waits" in enabled(small, build(small, each)) for each in answers)


def _can_be_answered(question: Item) -> bool:
    filled_in = bool(question.initial) or question.expressions is not None
    return filled_in or not (question.hidden or question.read_only or question.type in UNSUPPORTED)


def _candidates(question: Item, conditions: tuple[EnableWhen, ...]) -> Iterator[Value]:
    """Yield the answers that could decide: every option, or the conditions' own values and what lies beside them."""
    if question.type is ItemType.BOOLEAN:
        yield from (True, False)
        return
    yield from (option.value for option in question.options)
    if question.type is ItemType.CHOICE:
        return
    own = [each.answer for each in conditions if not isinstance(each.answer, bool)]
    ends = [end for end in (question.min_value, question.max_value) if end is not None]
    for value in dict.fromkeys(
        each for middle in (*own, *ends, *_ANY.get(question.type, ())) for each in _beside(middle)
    ):
        if not any(problem.severity == "error" for problem in answer_problems(question, [value])):
            yield value


def _beside(value: Value) -> Iterator[Value]:
    """Yield a value and, where it has an order, what lies close to it on both sides."""
    yield value
    match value:
        case Quantity():
            yield from (replace(value, value=value.value + step) for step in _STEPS)
        case Decimal():
            yield from (value + step for step in _STEPS)
        case int() if not isinstance(value, bool):
            yield from (value - 1, value + 1)
        case date():
            yield from (value + timedelta(days=step) for step in (-1, 1))
        case time():
            yield from (value.replace(minute=minute) for minute in (0, 59))
