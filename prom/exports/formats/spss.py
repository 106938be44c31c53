"""SPSS: missing values are the numbers of MISSING, declared as such in the file."""

from pathlib import Path

import polars as pl
import pyreadstat

from prom.exports.columns import MISSING
from prom.exports.formats.statistics import short, variables
from prom.exports.frames import GAPS
from prom.exports.writing import Export


def write(export: Export, path: Path) -> int:
    """Write it and return how many responses are in it."""
    made = variables(export)
    numbers = {str(gap): number for gap, (number, _) in MISSING.items()}
    filled = [
        pl.col(name).cast(pl.Float64).fill_null(why.replace_strict(numbers, default=None, return_dtype=pl.Float64))
        for name, why in made.gaps.items()
    ]
    words: dict[int | float, str] = {number: short(text) for number, text in MISSING.values()}
    lowest, highest = min(words), max(words)
    pyreadstat.write_sav(
        made.frame.with_columns(filled).drop(GAPS, strict=False),
        path,
        column_labels=made.labels,
        variable_value_labels={name: {**made.values.get(name, {}), **words} for name in made.gaps},
        missing_ranges={name: [{"lo": lowest, "hi": highest}] for name in made.gaps},
        variable_measure=dict.fromkeys(made.values, "nominal"),
        row_compress=True,
    )
    return made.responses
