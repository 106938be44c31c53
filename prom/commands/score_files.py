"""Tables of answers in and of scores out, a row at a time: nothing is held but the row."""

import csv
import io
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from questionnaires.keys.exact import Exact
from questionnaires.keys.scales import Scale
from questionnaires.keys.tables import BadCell, TableScorer

#: So much of a file shows its separator and its decimal sign.
SAMPLE = 65_536
_BOM = "\ufeff"


@dataclass(frozen=True)
class Form:
    """How a file is written."""

    separator: str
    decimal: str
    bom: bool
    line_end: str


@dataclass
class Tally:
    """What became of a file: rows written, and what was wrong in them."""

    rows: int = 0
    bad: int = 0
    listed: list[str] = field(default_factory=list)


#: How many bad cells are named one by one; of the rest the number is told.
MOST_LISTED = 1000


def form_of(path: Path) -> Form:
    """Tell separator, decimal sign, byte order mark and line ends from the beginning of a file."""
    with path.open("rb") as file:
        text = file.read(SAMPLE).decode("utf-8", errors="replace")
    header = text.lstrip(_BOM).partition("\n")[0]
    separator = max((",", ";", "\t"), key=header.count)
    commas = separator != "," and any(_has_decimal_comma(line, separator) for line in text.split("\n")[1:])
    return Form(separator, "," if commas else ".", text.startswith(_BOM), "\r\n" if header.endswith("\r") else "\n")


def _has_decimal_comma(line: str, separator: str) -> bool:
    return any(
        before.strip('" -').isdigit() and after.strip('" \r').isdigit()
        for before, comma, after in (cell.partition(",") for cell in line.split(separator))
        if comma
    )


def rows_of(path: Path, form: Form, moved: Callable[[float], None]) -> Iterator[list[str]]:
    """Yield header and rows, telling the share of the file that is read; raises ValueError for what is not UTF-8."""
    size = max(os.path.getsize(path), 1)
    with path.open("rb") as raw:
        file = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        for number, row in enumerate(csv.reader(file, delimiter=form.separator)):
            yield row
            if number % 5000 == 0:
                moved(raw.tell() / size)
    moved(1.0)


class Writer:
    """Writes each row with its scores: in a column of the very same name where the file has one, else behind.

    A column that an item is `read` from stays as it was: where it has a scale's very name, ours is called NAME_SCORE.
    """

    def __init__(
        self, scorer: TableScorer, header: Sequence[str], read: Collection[int], reasons: bool, limits: bool
    ) -> None:
        self._scorer = scorer
        self._read = read
        #: The columns of the file that hold ours in what is written.
        self.replaced: list[str] = []
        self._reasons = reasons
        self._limited = [(place, scale) for place, scale in enumerate(scorer.scales) if limits and scale.cut_offs]
        self._header = list(header)
        self._names = [scale.code for scale in scorer.scales]
        if reasons:
            self._names += [f"{scale.code}_MISSING" for scale in scorer.scales]
        self._names += [f"{scale.code}_REACHED" for _, scale in self._limited]
        self._places = self._find_places()

    def _find_places(self) -> list[int]:
        return [self._place(name) for name in self._names]

    def _place(self, name: str) -> int:
        if name not in self._header:
            self._header.append(name)
            return len(self._header) - 1
        place = self._header.index(name)
        if place in self._read:
            return self._place(f"{name}_SCORE")
        self.replaced.append(name)
        return place

    @property
    def header(self) -> list[str]:
        """The names of all columns that are written."""
        return self._header

    def row(self, row: Sequence[str]) -> tuple[list[str], list[BadCell]]:
        """Return the row as it is written, and its bad cells."""
        made, bad = self._scorer.score(row)
        cells = [*row, *[""] * (len(self._header) - len(row))]
        texts = [text for _, text in made]
        if self._reasons:
            texts += [missing or "" for (_, missing, _), _ in made]
        texts += [_reached(scale, made[place][0][0]) for place, scale in self._limited]
        for place, text in zip(self._places, texts, strict=True):
            cells[place] = text
        return cells, bad


def _reached(scale: Scale, value: Exact | None) -> str:
    if value is None:
        return ""
    return ", ".join(each.meaning for each in scale.cut_offs if each.reached(float(value)))


def write_scores(
    rows: Iterator[list[str]], header: Sequence[str], writer: Writer, form: Form, out: Path, tell: Callable[[str], None]
) -> Tally:
    """Score every row into `out`, which is whole or not there; `tell` is given each thing that is wrong, as a line."""
    tally = Tally()
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("w", encoding="utf-8-sig" if form.bom else "utf-8", newline="") as file:
            lines = csv.writer(file, delimiter=form.separator, lineterminator=form.line_end)
            lines.writerow(writer.header)
            for line, row in enumerate(rows, start=2):
                if row or len(header) == 1:
                    lines.writerow(_scored(row, header, writer, line, tally, tell))
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return tally


def _scored(
    row: list[str], header: Sequence[str], writer: Writer, line: int, tally: Tally, tell: Callable[[str], None]
) -> list[str]:
    tally.rows += 1
    wrong = []
    if len(row) != len(header) and row:
        wrong.append(f"{len(row)} cells, where the header has {len(header)}")
    cells, bad = writer.row(row[: len(header)])
    wrong += [f"column {header[each.place]}: {each.text!r} is not {each.allowed}" for each in bad]
    for each in wrong:
        tally.bad += 1
        text = f"row {tally.rows} (line {line}), {each}"
        if tally.bad <= MOST_LISTED:
            tally.listed.append(text)
            tell(text)
    return cells
