"""What formats and layouts there are, and the one way to write a data file.

A format's module is loaded when it is first asked for: what it stands on takes 60 MB that no web process should hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from prom.exports import rows
from prom.exports.columns import ABOUT, MISSING, Column
from prom.exports.rows import Progress, Wanted
from prom.responses.cells import line_of


class Format(StrEnum):
    """The words for the formats, which are also the endings of the files, but for `openqreg`."""

    CSV = "csv"
    PARQUET = "parquet"
    SPSS = "sav"
    STATA = "dta"
    EXCEL = "xlsx"
    BULK = "ndjson"
    REGISTRY = "openqreg"

    @property
    def ending(self) -> str:
        """What the name of the data file ends with."""
        return "csv" if self is Format.REGISTRY else self.value

    @property
    def module(self) -> str:
        """The module that writes it."""
        return f"prom.exports.formats.{_MODULES[self]}"


_MODULES = {
    Format.CSV: "delimited",
    Format.PARQUET: "parquet",
    Format.SPSS: "spss",
    Format.STATA: "stata",
    Format.EXCEL: "excel",
    Format.BULK: "bulk",
    Format.REGISTRY: "openqreg",
}


@dataclass(frozen=True)
class Layout:
    """How a table is laid out.

    `long` gives one row per answer. `codes` puts the numbers of columns.MISSING where there is no answer, instead of
    nothing. Separator and decimal comma are for CSV only.
    """

    format: Format = Format.CSV
    long: bool = False
    codes: bool = False
    separator: str = ","
    comma: bool = False

    @property
    def fault(self) -> str | None:
        """What does not go together, for whoever asked; None where it all does."""
        if self.long and self.format in (Format.BULK, Format.REGISTRY):
            return f"{self.format} has a shape of its own"
        if self.codes and (self.long or self.format not in (Format.CSV, Format.PARQUET, Format.EXCEL)):
            return "codes for what is missing are for wide csv, parquet and xlsx; the others always say why"
        if (self.separator, self.comma) != (",", False) and self.format is not Format.CSV:
            return "separator and decimal sign are those of a csv"
        if self.comma and self.separator == ",":
            return "a decimal comma needs the semicolon as separator"
        return None

    @property
    def is_plain(self) -> bool:
        """Whether it is the CSV whose lines are stored as they are written."""
        return self == Layout()


#: The columns of a long table beside what is about the response.
LONG = (
    Column("item", "response", "text", {"nb": "Spørsmål eller skala", "en": "Question or scale"}),
    Column("column", "response", "text", {"nb": "Navn i bred tabell", "en": "Name in the wide table"}),
    Column("kind", "response", "text", {"nb": "Slag", "en": "question, or what kind of scale"}),
    Column("value", "response", "text", {"nb": "Verdi", "en": "Value"}),
    Column("number", "response", "decimal", {"nb": "Verdi som tall", "en": "Value as a number"}),
    Column(
        "missing",
        "response",
        "text",
        {"nb": "Hvorfor svar mangler", "en": "Why there is no answer"},
        options=" | ".join(f"{gap}={text}" for gap, (_, text) in MISSING.items()),
    ),
)


def columns_of(layout: Layout, wide: Sequence[Column]) -> Sequence[Column]:
    """Return the columns of the table in this layout."""
    return [*wide[: len(ABOUT)], *LONG] if layout.long else wide


@dataclass(frozen=True)
class Export:
    """One data file to be made: of what, how, and who is told how far it is."""

    session: Session
    wanted: Wanted
    layout: Layout
    progress: Progress | None = None


class FormatModule(Protocol):
    """What each module in prom/exports/formats offers."""

    def write(self, export: Export, path: Path) -> int:
        """Write the data file and return how many responses are in it; raises Invalid for what it cannot hold."""
        ...


def write(export: Export, path: Path) -> int:
    """Write the data file and return how many responses are in it. Raises Invalid for what the format cannot hold."""
    if export.layout.is_plain:
        return _write_as_stored(export, path)
    module: FormatModule = import_module(export.layout.format.module)
    return module.write(export, path)


def _write_as_stored(export: Export, path: Path) -> int:
    """Write the CSV whose lines lie sealed as they are written."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(line_of([column.name for column in export.wanted.columns]))
        for lines in rows.batches(export.session, export.wanted, export.progress):
            file.writelines(lines)
            count += len(lines)
    return count
