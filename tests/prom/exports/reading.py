"""Reading exported files back, each by a program that is not ours."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import pyreadstat


def parquet(path: Path) -> pl.DataFrame:
    """By DuckDB."""
    found = duckdb.read_parquet(str(path))
    return pl.DataFrame(found.fetchall(), schema=found.columns, orient="row", infer_schema_length=None)


def delimited(path: Path) -> pl.DataFrame:
    """By polars, which finds out the types itself."""
    return pl.read_csv(path, infer_schema_length=None, try_parse_dates=True)


def spreadsheet(path: Path) -> pl.DataFrame:
    """By openpyxl."""
    # Given as a file: in memory it has no name that ends as openpyxl wants it.
    with path.open("rb") as file:
        header, *rows = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
    return pl.DataFrame(rows, schema=[str(name) for name in header], orient="row", infer_schema_length=None)


def spss(path: Path) -> tuple[pl.DataFrame, Any]:
    """By ReadStat, as haven does in R; missing values stay numbers."""
    frame, meta = pyreadstat.read_sav(path, user_missing=True, output_format="polars")
    return frame, meta


def stata(path: Path) -> tuple[pl.DataFrame, Any]:
    """By ReadStat; missing values stay letters."""
    frame, meta = pyreadstat.read_dta(path, user_missing=True, output_format="polars")
    return frame, meta


def resources(path: Path) -> list[dict[str, Any]]:
    """One JSON document a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def dump(path: Path) -> pl.DataFrame:
    """As the registries' dumps are read."""
    return pl.read_csv(path, separator=";", decimal_comma=True, infer_schema_length=None, try_parse_dates=True)


READERS: Mapping[str, Callable[[Path], Any]] = {
    "csv": delimited,
    "parquet": parquet,
    "sav": spss,
    "dta": stata,
    "xlsx": spreadsheet,
    "ndjson": resources,
    "openqreg": dump,
}
