"""The lines of an export as typed tables of polars: numbers, dates and codes, and why each empty cell is empty.

A wide frame has the columns of the export in their order, and GAPS behind them: a letter of prom.responses.cells.Gap
for each column of a question.
"""

import io
from collections.abc import Iterator, Sequence

import polars as pl

from prom.exports import rows
from prom.exports.columns import ABOUT, MISSING, Column
from prom.exports.writing import Export, columns_of
from prom.responses.cells import Gap

GAPS = "gaps"
#: Of one answer to a question of a type; what is not here is text.
TYPES: dict[str, pl.DataType] = {
    "boolean": pl.Int8(),
    "integer": pl.Int64(),
    "decimal": pl.Float64(),
    "quantity": pl.Float64(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
}


class Frames:
    """The table of an export, a frame per batch, in the layout that was asked for; to be walked once."""

    def __init__(self, export: Export) -> None:
        self._export, self._wide = export, export.wanted.columns
        #: What the columns hold, and their names and types.
        self.columns: Sequence[Column] = columns_of(export.layout, self._wide)
        self.schema = self._laid_out(schema_of(self._wide).to_frame()).schema
        #: How many responses went by.
        self.responses = 0

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield the frames, oldest response first."""
        for lines in rows.batches(self._export.session, self._export.wanted, self._export.progress):
            frame = _typed("".join(lines), self._wide)
            self.responses += frame.height
            yield self._laid_out(frame)

    @property
    def header(self) -> pl.DataFrame:
        """Return the table without rows, as people see it: without GAPS."""
        return self.schema.to_frame().drop(GAPS, strict=False)

    def without_gaps(self) -> Iterator[pl.DataFrame]:
        """Yield the frames as people see them."""
        return (frame.select(self.header.columns) for frame in self)

    def whole(self) -> pl.DataFrame:
        """Return all of it at once."""
        whole: pl.DataFrame = pl.concat([self.schema.to_frame(), *self])
        return whole

    def _laid_out(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self._export.layout.long:
            return _long(frame, self._wide)
        return _coded(frame, self._wide) if self._export.layout.codes else frame


def _typed(lines: str, columns: Sequence[Column]) -> pl.DataFrame:
    names = [*(column.name for column in columns), GAPS]
    frame = pl.read_csv(io.BytesIO(lines.encode()), has_header=False, schema=pl.Schema(dict.fromkeys(names, pl.String)))
    return frame.with_columns([_parsed(column.name, type_of(column)) for column in columns])


def _parsed(name: str, kind: pl.DataType) -> pl.Expr:
    cells = pl.col(name)
    if kind == pl.Date():
        return cells.str.to_date()
    return cells.str.to_datetime() if kind.is_temporal() else cells.cast(kind)


def type_of(column: Column) -> pl.DataType:
    """Return the type of a column's cells; several answers stand in one cell as text."""
    return pl.String() if column.repeats else TYPES.get(column.type, pl.String())


def schema_of(columns: Sequence[Column]) -> pl.Schema:
    """Return names and types of a frame."""
    return pl.Schema({**{column.name: type_of(column) for column in columns}, GAPS: pl.String()})


def gap_of(place: int) -> pl.Expr:
    """Return the expression for the gap of a question's column; `place` counts the questions from 0."""
    return pl.col(GAPS).str.slice(place, 1)


def _coded(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Put the number of MISSING, as a number or as text, into each empty cell of a question; dates stay empty."""
    numbers = {str(gap): number for gap, (number, _) in MISSING.items()}
    questions = [column for column in columns if column.kind == "question"]
    filled = []
    for place, column in enumerate(questions):
        kind = type_of(column)
        if not kind.is_temporal():
            kept = pl.Int64() if kind == pl.Int8() else kind
            why = gap_of(place).replace_strict(numbers, default=None, return_dtype=pl.Int64)
            filled.append(pl.col(column.name).cast(kept).fill_null(why.cast(kept)))
    return frame.with_columns(filled)


def _long(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Return one row per question and scale of each response: what it is about, the column, the value, and the gap."""
    about = [name for name, *_ in ABOUT]
    parts = []
    questions = 0
    for column in columns:
        if column.kind == "response":
            continue
        is_question = column.kind == "question"
        why = gap_of(questions).replace(str(Gap.ANSWERED), None) if is_question else pl.lit(None, pl.String)
        number = pl.col(column.name).cast(pl.Float64, strict=False)
        is_number = type_of(column).is_numeric()
        parts.append(
            frame.select(
                *about,
                pl.lit(column.link_id or column.scale).alias("item"),
                pl.lit(column.name).alias("column"),
                pl.lit(column.kind).alias("kind"),
                pl.col(column.name).cast(pl.String).alias("value"),
                (number if is_number else pl.lit(None, pl.Float64)).alias("number"),
                why.alias("missing"),
            ).with_row_index("row")
        )
        questions += is_question
    return pl.concat(parts).sort("row", maintain_order=True).drop("row")
