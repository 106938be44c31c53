"""Parquet, compressed with zstd; no more than some batches are in memory."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from prom.exports.frames import Frames
from prom.exports.writing import Export


def write(export: Export, path: Path) -> int:
    """Write it and return how many responses are in it."""
    frames = Frames(export)

    def batches(
        _columns: list[str] | None, _predicate: pl.Expr | None, _rows: int | None, _batch: int | None
    ) -> Iterator[pl.DataFrame]:
        return frames.without_gaps()

    register_io_source(batches, schema=frames.header.schema).sink_parquet(path, compression="zstd")
    return frames.responses
