"""CSV with any separator and decimal sign, wide or long, and with codes for what is missing."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from prom.exports.frames import Frames
from prom.exports.writing import Export

DATETIME = "%Y-%m-%d %H:%M:%S"


def write(export: Export, path: Path) -> int:
    """Write it and return how many responses are in it."""
    frames, layout = Frames(export), export.layout
    write_csv(frames.without_gaps(), frames.header, path, layout.separator, comma=layout.comma)
    return frames.responses


def write_csv(frames: Iterable[pl.DataFrame], empty: pl.DataFrame, path: Path, separator: str, *, comma: bool) -> None:
    """Write UTF-8 with a header, which is that of `empty`; `comma` makes it the decimal sign."""
    with path.open("wb") as file:
        empty.write_csv(file, separator=separator, line_terminator="\r\n")
        for frame in frames:
            frame.write_csv(
                file,
                include_header=False,
                separator=separator,
                decimal_comma=comma,
                datetime_format=DATETIME,
                line_terminator="\r\n",
            )
