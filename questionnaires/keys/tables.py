"""Rows of a table -> scores: cells read strictly, each scale worked out once for the same answers, nothing rounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import itemgetter
from typing import TypeAlias

from questionnaires.keys.arithmetic import Worth, worth, worth_of_scales
from questionnaires.keys.exact import exact
from questionnaires.keys.instrument_items import InstrumentItem
from questionnaires.keys.instrument_keys import InstrumentKey
from questionnaires.keys.numbers import NOT_ANSWERED, NOT_ON_THE_SCALE, Number
from questionnaires.keys.scales import Scale

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


#: A scale's worth, and how a cell shows it.
Shown: TypeAlias = tuple[Worth, str]


class TableScorer:
    """Scores rows by a key, given the place of each item's column."""

    def __init__(
        self, key: InstrumentKey, places: Mapping[str, int], *, impute: bool = False, decimal: str = "."
    ) -> None:
        """`impute`: attributes that were not asked because the first one was 0 count as 0 (composites only)."""
        self.scales = tuple(
            replace(scale, first_nought_decides=impute) for scale in key.scales if _is_there(scale, key, places)
        )
        self._width = max(places.values(), default=-1) + 1
        self._columns = [_Column(key.by_name[item], place) for item, place in places.items()]
        self._of_scale = [_OfScale(scale, places, decimal) for scale in self.scales]

    def score(self, row: Sequence[str]) -> tuple[list[Shown], list[BadCell]]:
        """Return what every scale is worth, in the order of `scales`, and the cells that hold no answer."""
        if len(row) < self._width:
            row = [*row, *[""] * (self._width - len(row))]
        numbers: dict[str, Number] = {}
        bad: list[BadCell] = []
        for column in self._columns:
            text = row[column.place]
            numbers[column.name] = number = column.known.get(text) or column.read(text)
            if number is NOT_ON_THE_SCALE:
                bad.append(BadCell(column.place, text, column.item.allowed))
        made: dict[str, Worth] = {}
        shown = []
        for each in self._of_scale:
            one = each.shown(row, numbers, made)
            made[each.scale.code] = one[0]
            shown.append(one)
        return shown, bad


def _is_there(scale: Scale, key: InstrumentKey, places: Mapping[str, int]) -> bool:
    """Whether a scale has a column, or is one that every form has: a symptom that was not asked for gives none."""
    return not scale.items or any(item in places or not key.by_name[item].optional for item in scale.items)


class _Column:
    """The column of one item: what its cells have held so far, as numbers."""

    def __init__(self, item: InstrumentItem, place: int) -> None:
        self.item, self.name, self.place = item, item.name, place
        self.known: dict[str, Number] = {}

    def read(self, text: str) -> Number:
        number = read_cell(self.item, text)
        if len(self.known) < _MOST_REMEMBERED:
            self.known[text] = number
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

    def __init__(self, scale: Scale, places: Mapping[str, int], decimal: str) -> None:
        self.scale = scale
        self._decimal = decimal
        there = [places[item] for item in scale.items if item in places]
        self._take: Callable[[Sequence[str]], object] = itemgetter(*there) if there else lambda row: None
        self._known: dict[object, Shown] = {}

    def shown(self, row: Sequence[str], numbers: Mapping[str, Number], made: Mapping[str, Worth]) -> Shown:
        if self.scale.of:
            return self._show(worth_of_scales(self.scale, made))
        cells = self._take(row)
        known = self._known.get(cells)
        if known is None:
            known = self._show(worth(self.scale, {item: numbers.get(item, NOT_ANSWERED) for item in self.scale.items}))
            if len(self._known) < _MOST_REMEMBERED:
                self._known[cells] = known
        return known

    def _show(self, made: Worth) -> Shown:
        value = made[0]
        return made, "" if value is None else as_text(self.scale, float(value)).replace(".", self._decimal)


def as_text(scale: Scale, value: float) -> str:
    """Write a value for a cell with every digit of it; a profile and counts with all their places."""
    if scale.method == "counts" and scale.low is not None and scale.high is not None:
        return str(int(value)).zfill(int(scale.high - scale.low) + 1)
    return str(int(value)) if value == int(value) else repr(value)
