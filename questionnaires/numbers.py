"""What one answer counts: a number, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import enabled
from questionnaires.definition import Coding, Item, Quantity, Questionnaire, Value
from questionnaires.documents import bearable
from questionnaires.scales import Scale
from questionnaires.values import is_number

#: The option that says a question does not apply: an answer, but never a number.
NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True)
class Number:
    """An item's number, exact; or None, and why."""

    value: Fraction | None
    missing: str | None = None


class Numbers:
    """The numbers in one response; what was not asked has none, whatever stands there."""

    def __init__(self, questionnaire: Questionnaire, response: QuestionnaireResponse) -> None:
        self.questionnaire = questionnaire
        self.response = response
        self.asked: Container[str] = enabled(questionnaire, response)

    def of(self, link_id: str, scale: Scale) -> Number:
        """Return an item's number as the scale takes it; outside the scale's bounds it is none."""
        item = self.questionnaire.item(link_id)
        if item is None or link_id not in self.asked:
            return Number(None, "not asked")
        answers = self.response.answers_to(link_id)
        if not answers:
            return Number(None, "not answered")
        if any(isinstance(answer, Coding) and answer.code == NOT_APPLICABLE for answer in answers):
            return Number(None, "not applicable")
        value = _number(item, answers[0]) if len(answers) == 1 else None
        if value is None or not _within(value, scale):
            return Number(None, "not on the scale")
        return Number(value)


def _number(item: Item, value: Value) -> Fraction | None:
    if isinstance(value, Coding):
        # The questionnaire says what an option counts; what a response claims for itself is not believed.
        chosen = item.offered(value)
        number: Value | None = chosen.ordinal if chosen else None
    else:
        number = value.value if isinstance(value, Quantity) else value
    if isinstance(number, int | Decimal) and is_number(number) and bearable(number):
        return Fraction(number)
    return None


def _within(value: Fraction, scale: Scale) -> bool:
    return (scale.low is None or value >= scale.low) and (scale.high is None or value <= scale.high)
