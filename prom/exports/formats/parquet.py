"""Parquet, compressed with zstd; no more than some batches are in memory."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from prom.exports.frames import GAPS, Frames
from prom.exports.writing import Export


def write(export: Export, path: Path) -> int:
    """Write it and return how many responses are in it."""
    frames = Frames(export)

    def batches(
        _columns: list[str] | None, _predicate: pl.Expr | None, _rows: int | None, _batch: int | None
    ) -> Iterator[pl.DataFrame]:
        return (frame.drop(GAPS, strict=False) for frame in frames)

    schema = frames.schema.to_frame().drop(GAPS, strict=False).schema
    register_io_source(batches, schema=schema).sink_parquet(path, compression="zstd")
    return frames.responses
