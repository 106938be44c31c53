"""A questionnaire for paper: every question with its number, and in words when it is to be answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from prom import language
from prom.responses import forms, wording
from prom.responses.places import is_worked_out
from questionnaires.definition import EnableWhen, Item, Questionnaire
from questionnaires.kinds import UNSUPPORTED

#: A slider with more steps than this is a line with its two ends.
MOST_BOXES = 11


@dataclass(frozen=True)
class Printed:
    """One item on paper. `number` counts the questions; `condition` is when to answer, None for always."""

    item: Item
    number: int | None
    condition: str | None
    #: boxes, line, lines, date, time, scale, none
    answered_by: str
    #: What is said under the question: bounds, several answers.
    limits: tuple[str, ...]
    items: tuple[Printed, ...]


def on_paper(questionnaire: Questionnaire, wanted: str) -> tuple[Printed, ...]:
    """Return what is printed, in the order of the document; hidden and worked-out items are left out."""
    asked = [item for item in questionnaire.questions if _is_asked(item)]
    numbers = {item.link_id: number for number, item in enumerate(asked, start=1)}
    return tuple(_Paper(questionnaire, numbers, wanted).level(questionnaire.items))


def _is_asked(item: Item) -> bool:
    return not (item.hidden or is_worked_out(item))


class _Paper:
    """One walk through a questionnaire, with the numbers of its questions."""

    def __init__(self, questionnaire: Questionnaire, numbers: dict[str, int], wanted: str) -> None:
        self.questionnaire = questionnaire
        self.numbers = numbers
        self.wanted = wanted

    def level(self, items: tuple[Item, ...]) -> Iterator[Printed]:
        """Yield what stands side by side."""
        for item in items:
            if item.hidden or (item.is_question and not _is_asked(item)):
                continue
            yield Printed(
                item=item,
                number=self.numbers.get(item.link_id),
                condition=self.condition(item),
                answered_by=_answered_by(item),
                limits=tuple(self.limits(item)),
                items=tuple(self.level(item.items)),
            )

    def condition(self, item: Item) -> str | None:
        """Say when an item is to be answered, or None."""
        said = [self.one(each) for each in item.enable_when]
        if item.expressions is not None and item.expressions.enable is not None:
            said.append(self.say("expression", words=item.expressions.enable.text))
        if not said:
            return None
        joined = self.say("or" if item.enable_any else "and").join(said)
        return self.say("only-if", conditions=joined)

    def one(self, condition: EnableWhen) -> str:
        """Say one condition, with its question by number."""
        asked = self.questionnaire.item(condition.question)
        number = self.numbers.get(condition.question)
        if asked is None or number is None:
            return self.say("expression", words=condition.question)
        if condition.operator == "exists":
            return self.say("answered" if condition.answer is True else "not-answered", number=number)
        words = wording.answer(asked, condition.answer, self.wanted, "Europe/Oslo").text
        return self.say(f"is.{_WORDS[condition.operator]}", number=number, answer=words)

    def limits(self, item: Item) -> Iterator[str]:
        """Say how much may be answered."""
        if item.is_group and item.repeats:
            yield self.say("several-times")
        if item.is_question and item.repeats:
            yield self.say("several")
        unit = wording.unit(item.unit, self.wanted)
        low, high = (self.shown(each) for each in (item.min_value, item.max_value))
        if low and high and _answered_by(item) != "scale":
            yield self.say("between", low=low, high=f"{high} {unit}".strip())

    def shown(self, bound: object) -> str:
        """Write a bound that is a number; any other is left to the question's own words."""
        is_number = isinstance(bound, int | Decimal) and not isinstance(bound, bool)
        return language.as_number(float(bound), self.wanted) if is_number else ""  # type: ignore[arg-type]

    def say(self, key: str, **values: object) -> str:
        """Return a text of the catalogue."""
        return language.text(f"paper.{key}", self.wanted, **values)


_WORDS = {"=": "equal", "!=": "other", ">": "above", "<": "below", ">=": "at-least", "<=": "at-most"}
_LINES = {"textarea": "lines", "date": "date", "datetime-local": "date", "time": "time"}


def _answered_by(item: Item) -> str:
    if not item.is_question or item.type in UNSUPPORTED:
        return "none"
    if item.options or item.type == "boolean":
        return "boxes"
    if item.item_control == "slider" or forms.control(item) == "slider":
        return "scale"
    return _LINES.get(forms.control(item), "line")


def steps_of(item: Item) -> tuple[str, ...]:
    """Return the numbers of a scale on paper: every step where there are few, else its two ends."""
    low, high = item.slider_ends
    step = item.slider_step or 1
    count = int((high - low) / step) + 1
    ends = (low, high) if count > MOST_BOXES else tuple(low + step * each for each in range(count))
    return tuple(f"{each.normalize():f}" for each in ends)
