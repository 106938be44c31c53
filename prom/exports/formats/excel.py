"""A spreadsheet of one sheet, whose header stays in sight."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from prom.errors import Invalid
from prom.exports.frames import Frames
from prom.exports.memory import is_in_memory
from prom.exports.writing import Export

#: What a sheet of Excel holds, less the header.
MOST_ROWS = 1_048_575


def write(export: Export, path: Path) -> int:
    """Write one sheet and return how many responses are in it; raises Invalid for more rows than a sheet holds.

    A row at a time: what is written lies in a file beside the place, readable by its owner only, until it is done.
    """
    frames = Frames(export)
    names = frames.header.columns
    place: dict[str, Any] = (
        {"in_memory": True} if is_in_memory(path) else {"constant_memory": True, "tmpdir": str(path.parent)}
    )
    options = {**place, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        day, moment, bold = (
            book.add_format(each)
            for each in ({"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm:ss"}, {"bold": True})
        )
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(names) - 1, 16)
        sheet.write_row(0, 0, names, bold)
        count = 0
        for frame in frames.without_gaps():
            for row in frame.iter_rows():
                count += 1
                if count > MOST_ROWS:
                    raise Invalid("format", most=MOST_ROWS)
                for column, value in enumerate(row):
                    _write_cell(sheet, count, column, value, day, moment)
    return frames.responses


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    value: object,
    day: xlsxwriter.format.Format,
    moment: xlsxwriter.format.Format,
) -> None:
    match value:
        case None:
            return
        case datetime():
            sheet.write_datetime(row, column, value, moment)
        case date():
            sheet.write_datetime(row, column, value, day)
        case int() | float():
            sheet.write_number(row, column, value)
        case _:
            sheet.write_string(row, column, str(value))
