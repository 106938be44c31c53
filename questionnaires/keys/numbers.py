"""What one answer counts: a number, or the reason why there is none. What options count is worked out beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from questionnaires.definition import Coding, Item, Quantity, Value
from questionnaires.documents import bearable
from questionnaires.keys.exact import Exact, exact
from questionnaires.keys.scales import Scale
from questionnaires.values import is_number

#: The option that says a question does not apply: an answer, but never a number.
NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True)
class Number:
    """An item's number, exact; or None, and why."""

    value: Exact | None
    missing: str | None = None


NOUGHT = Number(0)
NOT_ASKED = Number(None, "not asked")
NOT_ANSWERED = Number(None, "not answered")
DOES_NOT_APPLY = Number(None, "not applicable")
NOT_ON_THE_SCALE = Number(None, "not on the scale")


@dataclass(frozen=True)
class Source:
    """One item as one scale takes it, made once per scoring key; `item` is None where the questionnaire has none."""

    link_id: str
    item: Item | None
    scale: Scale
    #: Option code -> number, for options that bring none of their own.
    numbers: Mapping[str, Exact] = field(default_factory=dict, hash=False)

    def number(self, answers: tuple[Value, ...]) -> Number:
        """Return what the answers to the item count; outside the scale's bounds it is no number."""
        if not answers:
            return NOT_ANSWERED
        first = answers[0]
        if len(answers) == 1 and isinstance(first, Coding):
            known = self._of_options.get((first.system, first.code))
            if known is not None:
                return known
        return self._work_out(answers)

    @cached_property
    def _of_options(self) -> Mapping[tuple[str | None, str], Number]:
        options = [option.value for option in self.item.options] if self.item is not None else []
        codings = [value for value in options if isinstance(value, Coding)]
        return {(coding.system, coding.code): self._work_out((coding,)) for coding in codings}

    def _work_out(self, answers: tuple[Value, ...]) -> Number:
        if any(isinstance(answer, Coding) and answer.code == NOT_APPLICABLE for answer in answers):
            return DOES_NOT_APPLY
        if self.item is None or (len(answers) > 1 and not self.scale.adds_several):
            return NOT_ON_THE_SCALE
        read = [number_of(self.item, answer, self.numbers) for answer in answers]
        values = [value for value in read if value is not None and self._may_be(value)]
        return Number(sum(values)) if values else NOT_ON_THE_SCALE

    def _may_be(self, value: Exact) -> bool:
        permitted = self.scale.permitted.get(self.link_id)
        return value in permitted if permitted is not None else _within(value, self.scale)


def number_of(item: Item, value: Value, numbers: Mapping[str, Exact]) -> Exact | None:
    """Return the number that an answer stands for, or None; `numbers` speaks for options that have none."""
    if isinstance(value, Coding):
        # The questionnaire says what an option counts; what a response claims for itself is not believed.
        chosen = item.offered(value)
        if chosen is not None and chosen.ordinal is None:
            return numbers.get(chosen.code)
        number: Value | None = chosen.ordinal if chosen else None
    else:
        number = value.value if isinstance(value, Quantity) else value
    if isinstance(number, int | Decimal) and is_number(number) and bearable(number):
        return exact(number)
    return None


def _within(value: Exact, scale: Scale) -> bool:
    return (scale.low is None or value >= scale.low) and (scale.high is None or value <= scale.high)
