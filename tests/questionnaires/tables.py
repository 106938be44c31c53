"""Answers to an instrument as a row of a table, and what it is worth: short words for the tests of instrument keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from questionnaires.keys import instrument_library
from questionnaires.keys.instrument_keys import InstrumentKey
from questionnaires.keys.table_columns import find_columns
from questionnaires.keys.tables import TableScorer

Cells = Mapping[str, object]


def row_of(header: str, numbers: Sequence[object]) -> dict[str, object]:
    """Cells by column: the names stand in one text."""
    return dict(zip(header.split(), numbers, strict=True))


def numbered(prefix: str, numbers: Sequence[object]) -> dict[str, object]:
    """Cells of columns that are numbered from 1."""
    return {f"{prefix}{number}": cell for number, cell in enumerate(numbers, start=1)}


def worth(key: str | InstrumentKey, cells: Cells, *, impute: bool = False) -> dict[str, float | None]:
    """What a row is worth, by scale; None is an empty cell."""
    return {scale: value for scale, (value, _) in explained(key, cells, impute=impute).items()}


def explained(
    key: str | InstrumentKey, cells: Cells, *, impute: bool = False
) -> dict[str, tuple[float | None, str | None]]:
    """What a row is worth, and why where it is worth nothing, by scale; a cell that holds no answer is a fault here."""
    scorer = _shipped(key, tuple(cells), impute) if isinstance(key, str) else _scorer(key, tuple(cells), impute)
    shown, bad = scorer.score(["" if cell is None else str(cell) for cell in cells.values()])
    assert not bad
    return {
        scale.code: (None if value is None else float(value), missing)
        for scale, ((value, missing, _), _) in zip(scorer.scales, shown, strict=True)
    }


def _scorer(key: InstrumentKey, header: tuple[str, ...], impute: bool) -> TableScorer:
    return TableScorer(key, find_columns(key, header, {}).places, impute=impute)


@lru_cache
def _shipped(name: str, header: tuple[str, ...], impute: bool) -> TableScorer:
    return _scorer(instrument_library.load(name), header, impute)
