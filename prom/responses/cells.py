"""The answers to a questionnaire as the cells of a row: what exports write, and what lies sealed beside the scores.

`row_of` is the one place that makes a row: when a response is stored, and again from its document where it has none.
"""

import csv
import hashlib
import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from questionnaires.definition import ItemType, Questionnaire
from questionnaires.scoring import ScoringKey
from questionnaires.values import Coding, Quantity, Value

#: Left out of every table: a person can be known from her own words. They stand in the FHIR document only.
FREE_TEXT = frozenset(
    (
        ItemType.TEXT,
        ItemType.STRING,
        ItemType.URL,
        ItemType.ATTACHMENT,
        ItemType.OPEN_CHOICE,
        ItemType.REFERENCE,
    )
)
#: What a spreadsheet would run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LINE_END = "\r\n"

#: So many letters of a layout's hash name it.
NAME_LENGTH = 12


class Gap(StrEnum):
    """Why a question has no answer, as one letter; ANSWERED where it has one."""

    ANSWERED = "-"
    #: This version of the questionnaire does not have the question.
    NOT_ASKED = "a"
    #: An earlier answer ruled the question out.
    NOT_APPLICABLE = "n"
    #: It was shown and passed over in a form that was sent.
    SKIPPED = "s"
    #: The form's time ran out before it was answered.
    NOT_ANSWERED = "u"


@dataclass(frozen=True)
class Layout:
    """What the cells of a row hold, in order: answers by link id, then values by scale. `name` is a hash of it all.

    A row begins with the name, so that no cell is ever read as another's, and with a letter for each link id: its Gap.
    """

    name: str
    links: tuple[str, ...]
    scales: tuple[str, ...]

    @property
    def answers_at(self) -> int:
        """Where in a row the comma stands before the first answer: what is before has always the same length."""
        return NAME_LENGTH + 1 + len(self.links)

    def gaps_in(self, row: str) -> str:
        """Return the letters of a row of this layout, one for each link id."""
        return row[NAME_LENGTH + 1 : self.answers_at]


def layout_of(questionnaire: Questionnaire, key: ScoringKey | None) -> Layout:
    """Return how the rows of this version are laid out."""
    links = tuple(item.link_id for item in questionnaire.questions if item.type not in FREE_TEXT)
    scales = tuple(scale.code for scale in key.scales) if key is not None else ()
    return _layout(links, scales)


@lru_cache
def _layout(links: tuple[str, ...], scales: tuple[str, ...]) -> Layout:
    named = json.dumps(["with gaps", links, scales]).encode()
    return Layout(hashlib.sha256(named).hexdigest()[:NAME_LENGTH], links, scales)


def row_of(
    layout: Layout,
    answers: Mapping[str, tuple[Value, ...]],
    values: Mapping[str, float | None],
    *,
    asked: Collection[str],
    complete: bool,
) -> str:
    """Write answers and the values of scales as a line of CSV without its end; the first cells are name and gaps.

    `asked` are the link ids that the answers lead to; `complete` is False for a form that expired as begun.
    """
    given = [_joined(answers[link_id]) if link_id in answers else "" for link_id in layout.links]
    worth = [number_as_text(values.get(scale)) for scale in layout.scales]
    empty = Gap.SKIPPED if complete else Gap.NOT_ANSWERED
    gaps = "".join(
        [
            Gap.ANSWERED if link_id in answers else empty if link_id in asked else Gap.NOT_APPLICABLE
            for link_id in layout.links
        ]
    )
    return line_of([layout.name, gaps, *given, *worth]).removesuffix(LINE_END)


def _joined(values: tuple[Value, ...]) -> str:
    return as_text(values[0]) if len(values) == 1 else " ".join(map(as_text, values))


def cells_in(layout: Layout, row: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return link id -> cell and scale -> cell of a row of this layout."""
    _, _, *cells = next(csv.reader([row]))
    answered = len(layout.links)
    answers = dict(zip(layout.links, cells[:answered], strict=True))
    return answers, dict(zip(layout.scales, cells[answered:], strict=True))


def line_of(cells: Sequence[str]) -> str:
    """Write cells as a line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator=LINE_END).writerow(cells)
    return line.getvalue()


@lru_cache  # Scales have few values.
def number_as_text(value: float | None) -> str:
    """Write a scale's value for a cell; one that is missing is empty."""
    return "" if value is None else f"{value:.15g}"


def as_text(value: Value) -> str:
    """Write one answer for a cell: codes for choices, 1 and 0 for yes and no, a point as decimal sign."""
    if isinstance(value, Coding):  # Which most answers are.
        return safe(value.code)
    match value:
        case bool():
            return "1" if value else "0"
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
