"""Answers as the API gives and takes them: by linkId, as JSON's own values, a choice by its code."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from prom.clinic.reporting import Filled
from prom.clinic.vocabulary import Reader
from prom.errors import InvalidResponse
from prom.responses import forms, wording
from questionnaires.answers import QuestionnaireResponse
from questionnaires.branching import enabled
from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.problems import Problem
from questionnaires.values import Coding, Quantity, Value

_NUMBERS = (ItemType.INTEGER, ItemType.DECIMAL, ItemType.QUANTITY)


def shown(questionnaire: Questionnaire | None, given: QuestionnaireResponse, reader: Reader) -> list[dict[str, Any]]:
    """Return all that was asked, in the order of the questionnaire; without one, what was answered, by linkId."""
    if questionnaire is None:
        return [_unknown(link_id, values) for link_id, values in given.flat().items()]
    asked = enabled(questionnaire, given)
    return [_answered(item, given, reader) for item in questionnaire.questions if item.link_id in asked]


def _unknown(link_id: str, values: Sequence[Value]) -> dict[str, Any]:
    plain = [_as_json(value) for value in values]
    return {"link_id": link_id, "question": link_id, "values": plain, "text": ", ".join(map(str, plain))}


def _answered(item: Item, given: QuestionnaireResponse, reader: Reader) -> dict[str, Any]:
    values = given.answers_to(item.link_id)
    words = [wording.answer(item, value, reader.language, reader.zone).text for value in values]
    return {
        "link_id": item.link_id,
        "question": wording.question(item, reader.language).text,
        "values": [_as_json(value) for value in values],
        "text": ", ".join(words) if words else None,
    }


def _as_json(value: Value) -> str | float | bool:
    match value:
        case bool():
            return value
        case Coding():
            return value.code
        case Quantity():
            return float(value.value)
        case int() | Decimal():
            return float(value)
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)


def read(questionnaire: Questionnaire, given: Mapping[str, Sequence[Any]], zone: str) -> Filled:
    """Read what was sent for every item; what cannot be read is named by its linkId, and so is what is not asked."""
    values: dict[str, Sequence[Value]] = {}
    problems = [Problem(link_id, "unknown-item") for link_id in given if questionnaire.item(link_id) is None]
    for item in questionnaire.questions:
        try:
            values[item.link_id] = _values(item, given.get(item.link_id, ()), zone)
        except InvalidResponse as refused:
            problems.extend(each for each in refused.problems if isinstance(each, Problem))
    asked = {item.link_id for item in questionnaire.questions}
    problems += [Problem(name, "unknown-item") for name in given if name not in asked and questionnaire.item(name)]
    return Filled(values, tuple(problems))


def _values(item: Item, given: Sequence[Any], zone: str) -> tuple[Value, ...]:
    if not all(_is_kind(item, value) for value in given):
        raise InvalidResponse((Problem(item.link_id, "wrong-type", "error", {"expected": item.type.value}),))
    texts = [_as_text(value) for value in given]
    offered = {choice.key for choice in forms.choices(item)}
    own = [text for text in texts if item.type is ItemType.OPEN_CHOICE and text not in offered]
    return forms.read(item, [text for text in texts if text not in own], "\n".join(own), zone)


def _is_kind(item: Item, value: object) -> bool:
    """Whether a value is of the JSON type that an item takes."""
    if item.type is ItemType.BOOLEAN or isinstance(value, bool):
        return item.type is ItemType.BOOLEAN and isinstance(value, bool)
    return isinstance(value, int | float) if item.type in _NUMBERS else isinstance(value, str)


def _as_text(value: str | float) -> str:
    """Write a value as a person would type it, which is what `forms.read` takes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return format(value, ".0f")
    return str(value)
