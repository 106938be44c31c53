"""Rows of a table -> scores: cells read strictly, each scale worked out once for the same answers, nothing rounded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from questionnaires.arithmetic import Worth, worth, worth_of_scales
from questionnaires.exact import exact
from questionnaires.instrument_items import InstrumentItem
from questionnaires.instrument_keys import InstrumentKey
from questionnaires.numbers import NOT_ANSWERED, NOT_ON_THE_SCALE, Number
from questionnaires.scales import Scale

#: What stands for no answer, beside nothing: as R, pandas, SAS and databases write it.
NOTHING = frozenset({"", ".", "na", "n/a", "nan", "null", "none", "<na>"})
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
#: So many different answers to one scale are remembered; small scales have fewer, large ones never repeat.
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True)
class BadCell:
    """A cell that is no answer to its item: where it stands in the row, what it holds, and what would be right."""

    place: int
    text: str
    allowed: str


class TableScorer:
    """Scores rows by a key, given the place of each item's column."""

    def __init__(self, key: InstrumentKey, places: Mapping[str, int], *, impute: bool = False) -> None:
        """`impute`: attributes that were not asked because the first one was 0 count as 0 (composites only)."""
        self.scales = tuple(
            replace(scale, first_nought_decides=impute) for scale in key.scales if _is_there(scale, key, places)
        )
        self._cells = [_Cells(key.by_name[item], place) for item, place in places.items()]
        self._of_scale = [_OfScale(scale, places) for scale in self.scales]

    def score(self, row: Sequence[str]) -> tuple[list[Worth], list[BadCell]]:
        """Return the worth of every scale, in the order of `scales`, and the cells that hold no answer."""
        numbers: dict[str, Number] = {}
        bad: list[BadCell] = []
        for cells in self._cells:
            text = row[cells.place] if cells.place < len(row) else ""
            numbers[cells.item.name] = number = cells.read(text)
            if number is NOT_ON_THE_SCALE:
                bad.append(BadCell(cells.place, text, cells.item.allowed))
        made: dict[str, Worth] = {}
        for each in self._of_scale:
            made[each.scale.code] = each.worth(row, numbers, made)
        return list(made.values()), bad


def _is_there(scale: Scale, key: InstrumentKey, places: Mapping[str, int]) -> bool:
    """Whether a scale has a column, or is one that every form has: a symptom that was not asked for gives none."""
    return not scale.items or any(item in places or not key.by_name[item].optional for item in scale.items)


class _Cells:
    """The column of one item: what its cells have held so far, as numbers."""

    def __init__(self, item: InstrumentItem, place: int) -> None:
        self.item = item
        self.place = place
        self._known: dict[str, Number] = {}

    def read(self, text: str) -> Number:
        number = self._known.get(text)
        if number is None:
            number = read_cell(self.item, text)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[text] = number
        return number


def read_cell(item: InstrumentItem, text: str) -> Number:
    """Return the number that a cell holds; a point or a comma may be the decimal sign."""
    text = text.strip()
    if text.casefold() in NOTHING:
        return NOT_ANSWERED
    if not _NUMBER.fullmatch(text):
        return NOT_ON_THE_SCALE
    value = exact(Decimal(text.replace(",", ".")))
    fits = value in item.values if item.values is not None else item.low <= Decimal(text.replace(",", ".")) <= item.high
    return Number(value) if fits else NOT_ON_THE_SCALE


class _OfScale:
    """One scale, and what it was worth for the answers seen so far."""

    def __init__(self, scale: Scale, places: Mapping[str, int]) -> None:
        self.scale = scale
        self._places = [places[item] for item in scale.items if item in places]
        self._known: dict[tuple[str, ...], Worth] = {}

    def worth(self, row: Sequence[str], numbers: Mapping[str, Number], made: Mapping[str, Worth]) -> Worth:
        if self.scale.of:
            return worth_of_scales(self.scale, made)
        cells = tuple([row[place] for place in self._places if place < len(row)])
        known = self._known.get(cells)
        if known is None or len(cells) != len(self._places):
            known = worth(self.scale, {item: numbers.get(item, NOT_ANSWERED) for item in self.scale.items})
            if len(self._known) < _MOST_REMEMBERED:
                self._known[cells] = known
        return known


def as_text(scale: Scale, value: float) -> str:
    """Write a value for a cell with every digit of it; a profile and counts with all their places."""
    if scale.method == "counts" and scale.low is not None and scale.high is not None:
        return str(int(value)).zfill(int(scale.high - scale.low) + 1)
    return str(int(value)) if value == int(value) else repr(value)
