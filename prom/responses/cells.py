"""The answers to a questionnaire as the cells of a table: what exports write, and what lies sealed beside the scores.

Reading a FHIR document costs some hundred times as much as reading these, so whoever reads many responses reads these.
`cells_of` is the one place that makes them: when a response is stored, and again from the document of a row that has
none.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeAlias

from questionnaires.definition import ItemType, Questionnaire
from questionnaires.values import Coding, Quantity, Value

#: Left out of every table: a person can be known from her own words. They stand in the FHIR document only.
FREE_TEXT = (
    ItemType.TEXT,
    ItemType.STRING,
    ItemType.URL,
    ItemType.ATTACHMENT,
    ItemType.OPEN_CHOICE,
    ItemType.REFERENCE,
)
#: What a spreadsheet would run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: One question's cell: a text, or a list of them where several answers were given.
Cell: TypeAlias = str | list[str]


def cells_of(questionnaire: Questionnaire, answers: Mapping[str, tuple[Value, ...]]) -> dict[str, Cell]:
    """Return linkId -> cell for the answered questions of this version, without free text."""
    return {
        link_id: as_text(values[0]) if len(values) == 1 else [as_text(value) for value in values]
        for link_id, values in answers.items()
        if (item := questionnaire.item(link_id)) is not None and item.is_question and item.type not in FREE_TEXT
    }


def as_text(value: Value) -> str:
    """Write one answer for a cell: codes for choices, 1 and 0 for yes and no, a point as decimal sign."""
    match value:
        case bool():
            return "1" if value else "0"
        case Coding():
            return safe(value.code)
        case Quantity():
            return _digits(value.value)
        case Decimal():
            return _digits(value)
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
    return safe(str(value)) if isinstance(value, str) else str(value)


def _digits(number: Decimal) -> str:
    digits = format(number, "f")
    return "0" if digits == "-0" else digits  # which is what JSON makes of it, and so what the document says


def safe(text: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
