"""The dump of the Norwegian registries: ../shared/clinical.md 5.4; its codebook is prom/exports/registry.py.

Semicolon, decimal comma, UTF-8, local time of the unit, yes and no as 1 and 0, nothing where nothing was answered.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from prom.exports.columns import Column
from prom.exports.formats.delimited import write_csv
from prom.exports.frames import GAPS, Frames
from prom.exports.registry import THEIR_COLUMNS
from prom.exports.writing import Export

#: -1 created, 0 saved, 1 completed.
STATUS = {"in-progress": 0, "completed": 1, "amended": 1}


def write(export: Export, path: Path) -> int:
    """Write the dump and return how many responses are in it."""
    frames = Frames(export)
    theirs = (_registered(frame, frames.columns) for frame in frames)
    write_csv(theirs, _registered(frames.schema.to_frame(), frames.columns), path, ";", comma=True)
    return frames.responses


def _registered(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    numbered = [
        pl.col(column.name).replace({choice.code: str(choice.number) for choice in column.choices})
        for column in columns
        if column.choices and not column.repeats
    ]
    theirs = [pl.col(ours).alias(name) for name, ours in THEIR_COLUMNS.items()]
    closed = pl.when(pl.col("status") != "in-progress")
    return (
        frame.with_columns(numbered)
        .with_columns(theirs)
        .with_columns([closed.then(pl.col(name)).alias(name) for name in ("first_time_closed", "first_time_closed_by")])
        .with_columns(pl.col("status").replace_strict(STATUS, return_dtype=pl.Int8))
        .drop(GAPS)
    )
