"""Stata: missing values are its own .a, .n, .s and .u."""

from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat

from prom.exports.columns import MISSING
from prom.exports.formats.statistics import short, variables
from prom.exports.frames import GAPS
from prom.exports.writing import Export


def write(export: Export, path: Path) -> int:
    """Write it and return how many responses are in it."""
    made = variables(export)
    filled = []
    for name, why in made.gaps.items():
        gaps = made.frame.select(why.alias(GAPS))[GAPS]
        mixed = [gap if value is None else value for value, gap in zip(made.frame[name], gaps, strict=True)]
        filled.append(pl.Series(name, mixed, dtype=pl.Object))
    words: dict[Any, str] = {str(gap): short(text) for gap, (_, text) in MISSING.items()}
    pyreadstat.write_dta(
        made.frame.with_columns(filled).drop(GAPS, strict=False),
        path,
        column_labels=made.labels,
        variable_value_labels={name: {**made.values.get(name, {}), **words} for name in made.gaps},
        missing_user_values={name: [str(gap) for gap in MISSING] for name in made.gaps},
    )
    return made.responses
