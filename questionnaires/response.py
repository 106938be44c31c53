"""A response made from a flat mapping of answers, and the one door to its kinds and its FHIR R4 form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from questionnaires.answers import Answer, QuestionnaireResponse, ResponseItem, Status, walk
from questionnaires.definition import Item, ItemType, Quantity, Questionnaire, Uri, Value
from questionnaires.exchange import from_fhir, to_fhir

__all__ = [
    "Answer",
    "QuestionnaireResponse",
    "ResponseItem",
    "Status",
    "build",
    "from_fhir",
    "to_fhir",
    "walk",
]


def build(
    questionnaire: Questionnaire,
    answers: Mapping[str, Value | float | Sequence[Value | float] | None],
    status: Status = "completed",
    language: str | None = None,
) -> QuestionnaireResponse:
    """Nest a flat mapping of answers by the questionnaire's structure.

    A choice may be given by its code; a quantity as a bare number takes the item's unit; a float becomes the decimal
    it prints as; None and an empty list are no answer. Unknown linkIds and wrong values stay, for validate() to refuse.
    """
    values = {link_id: _listed(given) for link_id, given in answers.items()}
    known = tuple(_nest(item, values) for item in questionnaire.items)
    unknown = tuple(
        ResponseItem(link_id, tuple(Answer(_exact(value)) for value in given))
        for link_id, given in values.items()
        if given and questionnaire.item(link_id) is None
    )
    items = tuple(item for item in known if item is not None) + unknown
    return QuestionnaireResponse(questionnaire.canonical, status, items, language)


def _listed(given: Value | float | Sequence[Value | float] | None) -> list[Value | float]:
    if given is None:
        return []
    if isinstance(given, Sequence) and not isinstance(given, str):
        return list(given)
    return [given]


def _nest(item: Item, values: Mapping[str, list[Value | float]]) -> ResponseItem | None:
    inner = tuple(made for made in (_nest(child, values) for child in item.items) if made is not None)
    given = [_as_asked(item, value) for value in values.get(item.link_id, [])]
    if not given:
        return ResponseItem(item.link_id, (), inner) if inner else None
    # What was asked because of an answer hangs beneath it; a flat mapping cannot say which, so the first carries it.
    first, *others = given
    return ResponseItem(item.link_id, (Answer(first, inner), *(Answer(value) for value in others)))


def _as_asked(item: Item, value: Value | float) -> Value:
    exact = _exact(value)
    number = isinstance(exact, Decimal | int) and not isinstance(exact, bool)
    match item.type, exact:
        case ((ItemType.CHOICE | ItemType.OPEN_CHOICE), str()):
            return item.option(exact) or exact
        case ItemType.URL, str():
            return Uri(exact)
        case ItemType.DECIMAL, int() if number:
            return Decimal(exact)
        case ItemType.QUANTITY, (int() | Decimal()) if number:
            return Quantity(Decimal(exact), unit=item.unit, code=item.unit)
    return exact


def _exact(value: Value | float) -> Value:
    return Decimal(repr(value)) if isinstance(value, float) else value
