"""What a report says, for the second evaluator: answers and scores, and the values that a rule document asks for."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import enabled
from questionnaires.definition import Coding, Quantity, Questionnaire, Value
from questionnaires.scoring import Score, ScoringKey, attributes_of, score

Asked = tuple[Questionnaire, ScoringKey | None]


@dataclass(frozen=True)
class Earlier:
    """What an earlier report was worth: the scores that had a value. `id` is its response's, where it is stored."""

    authored: datetime
    source: str
    scores: Mapping[str, float]
    id: uuid.UUID | None = None


@dataclass(frozen=True)
class Report:
    """A report: its answers, which questions were asked, what it is worth, and the circumstances that are known."""

    answers: Mapping[str, tuple[Value, ...]]
    asked: frozenset[str]
    scores: Mapping[str, Score]
    attributes: Mapping[str, Mapping[str, float | None]]
    authored: datetime
    source: str
    complete: bool = True
    circumstances: Mapping[str, str | int] = field(default_factory=dict)


def report_of(asked: Asked, given: QuestionnaireResponse, authored: datetime, source: str, **known: Any) -> Report:
    """Make a report of a response, scored anew; raises whatever scoring raises."""
    questionnaire, key = asked
    levels = [scale.code for scale in key.scales if scale.kind == "level"] if key else []
    return Report(
        given.flat(),
        enabled(questionnaire, given),
        score(key, questionnaire, given) if key else {},
        attributes_of(key, questionnaire, given, levels) if key else {},
        authored,
        source,
        **known,
    )


def values_of(rule: Mapping[str, Any], report: Report, asked: Sequence[Asked]) -> tuple[list[Any], str | None]:
    """Return the values that a rule looks at, and what is lacking; neither where it was never asked."""
    ((what, name),) = rule["reads"].items()
    if what == "circumstance":
        known = report.circumstances.get(name)
        return ([], "not known") if known is None else ([known], None)
    if what == "worst-attribute":
        return _attributes(name, report)
    return _answers(rule, name, report, asked) if what == "answer" else _score(name, report)


def _score(scale: str, report: Report) -> tuple[list[Any], str | None]:
    found = report.scores.get(scale)
    if found is None:
        return [], "not scored"
    if found.value is not None:
        return [found.value], None
    return [], None if found.missing == "not asked" else found.missing or "not scored"


def _attributes(scale: str, report: Report) -> tuple[list[Any], str | None]:
    if scale not in report.attributes:
        return [], "not scored"
    numbers = [number for item, number in report.attributes[scale].items() if item in report.asked]
    return [number for number in numbers if number is not None], "not answered" if None in numbers else None


def _answers(
    rule: Mapping[str, Any], link_id: str, report: Report, asked: Sequence[Asked]
) -> tuple[list[Any], str | None]:
    if link_id not in report.asked:
        return [], None
    given = [_plain(value, rule, link_id, asked) for value in report.answers.get(link_id, ())]
    if not given:
        return [], "not answered"
    return [value for value in given if value is not None], "no number" if None in given else None


def _plain(value: Value, rule: Mapping[str, Any], link_id: str, asked: Sequence[Asked]) -> Any:
    """An answer as what a rule compares: a number, a text, or yes and no; None for an option that has no number."""
    if isinstance(value, Coding):
        by_number = "value" in rule and not isinstance(rule["value"], bool | str | list | tuple)
        return _number_of(value.code, link_id, asked) if by_number else value.code
    if isinstance(value, Quantity):
        if rule.get("unit") not in (None, value.code or value.unit):
            raise ValueError("another unit")
        return float(value.value)
    return value


def _number_of(code: str, link_id: str, asked: Sequence[Asked]) -> float | None:
    """The number of an option, whichever version offers it."""
    for questionnaire, _ in asked:
        item = questionnaire.item(link_id)
        for option in item.options if item is not None else ():
            offered = option.value
            if isinstance(offered, Coding) and offered.code == code and offered.ordinal is not None:
                return float(offered.ordinal)
    return None
