"""Symptoms by week: one column per report, the newest to the right, and the weeks in which nobody answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from alerts.rules import Severity
from prom import language
from prom.clinic.charts import Trend, trend
from prom.clinic.columns import Column, columns_of
from prom.clinic.levels import Level, latest
from prom.clinic.reasons import title_of
from prom.clinic.record import Record, snapshot_of
from prom.responses import wording
from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Item, ItemType, Quantity, Questionnaire
from questionnaires.scoring import Scale

#: A single answer from here on is marked where the level does not show it (design.md, severity table).
STRONG_ANSWER = 3
HIGHEST_LEVEL = 3.0


@dataclass(frozen=True)
class Cell:
    """One value in one report. `strong`: a single answer of 3 or 4 that the level does not show."""

    kind: str
    value: float | None = None
    missing: str | None = None
    strong: bool = False


@dataclass(frozen=True)
class GridRow:
    """One symptom or measure over all columns. `own_limit`: the line of a limit is the patient's own."""

    title: str
    cells: tuple[Cell, ...]
    level: Level | None = None
    trend: Trend | None = None
    unit: str = ""
    own_limit: bool = False


@dataclass(frozen=True)
class Grid:
    """All columns and rows of one questionnaire. `quiet` are the symptoms that were never reported."""

    title: str
    columns: tuple[Column, ...]
    flags: tuple[GridRow, ...]
    levels: tuple[GridRow, ...]
    measures: tuple[GridRow, ...]
    quiet: tuple[str, ...]
    has_strong: bool

    @property
    def marks(self) -> list[tuple[str, date]]:
        """The days of her pathway that columns are marked with: title and day."""
        return [mark for column in self.columns for mark in column.marks]

    @property
    def weeks(self) -> list[tuple[int, int]]:
        """Each week's number with how many columns it has, in order."""
        return [(week, len(list(columns))) for (_, week), columns in groupby(self.columns, lambda each: each.week)]


def grids(record: Record) -> list[Grid]:
    """Return a grid for each questionnaire that the patient was asked, the one with most columns first."""
    asked = [each.questionnaire for each in record.assignments]
    answered = [report.row.questionnaire for report in record.reports]
    urls = dict.fromkeys(canonical.partition("|")[0] for canonical in (*asked, *answered))
    made = [grid for url in urls if (grid := _grid(record, url)) is not None]
    return sorted(made, key=lambda grid: -len(grid.columns))


def _grid(record: Record, url: str) -> Grid | None:
    versions = [each for each in record.instruments.values() if each.questionnaire.url == url]
    columns = columns_of(record, url)
    if not versions or not columns:
        return None
    newest = versions[-1]
    reports = [column.report for column in columns if column.report is not None]
    scales = newest.key.scales if newest.key is not None else ()
    active = [scale for scale in scales if any(report.value(scale.code) for report in reports)]
    levels = [_level_row(record, scale, columns) for scale in active if scale.kind == "level"]
    return Grid(
        title=record.reader.words(newest.questionnaire.title),
        columns=columns,
        flags=tuple(_flags(record, columns)),
        levels=tuple(sorted(levels, key=lambda row: -(row.level.value if row.level is not None else 0.0))),
        measures=tuple(_measures(record, newest.questionnaire, [s for s in active if s.kind != "level"], columns)),
        quiet=tuple(record.reader.words(each.title) for each in scales if each.kind == "level" and each not in active),
        has_strong=any(cell.strong for row in levels for cell in row.cells),
    )


def _level_row(record: Record, scale: Scale, columns: Sequence[Column]) -> GridRow:
    snapshots = [snapshot_of(column.report) for column in columns if column.report is not None]
    series = [(each.authored, each.scores[scale.code]) for each in snapshots if scale.code in each.scores]
    limits = [limit for names in record.names.values() for limit in names.limits.get(scale.code, ())]
    return GridRow(
        title=record.reader.words(scale.title),
        cells=tuple(_score_cell(column, scale) for column in columns),
        level=latest(snapshots, scale.code),
        trend=trend(series, sorted(set(limits)), columns[0].at, max(columns[-1].at, record.now), HIGHEST_LEVEL),
        own_limit=any(scale.code in names.own for names in record.names.values()),
    )


def _score_cell(column: Column, scale: Scale) -> Cell:
    if column.report is None:
        return Cell(column.kind)
    score = column.report.scores["scores"].get(scale.code, {"value": None, "missing": "not scored"})
    answers = column.report.scores["attributes"].get(scale.code, {}).values()
    # Only a composite has answers from 0 to 4; a level that a number from 0 to 10 became hides nothing.
    strongest = max((answer for answer in answers if answer is not None), default=0)
    hidden = score["value"] is not None and score["value"] < HIGHEST_LEVEL and strongest >= STRONG_ANSWER
    return Cell(column.kind, score["value"], score.get("missing"), strong=scale.method == "composite" and hidden)


def _flags(record: Record, columns: Sequence[Column]) -> Iterator[GridRow]:
    """One row for each red flag that was raised by one of these reports."""
    titles: dict[str, str] = {}
    raised: dict[str, set[object]] = {}
    for found in record.evidence.values():
        for each in found:
            if each.row.severity == Severity.EMERGENCY and each.row.withdrawn_at is None:
                topic = each.finding["topic"]
                titles.setdefault(topic, title_of(each.finding, record.reader))
                raised.setdefault(topic, set()).add(each.row.response_id)
    for topic, title in titles.items():
        cells = tuple(_flag_cell(column, raised[topic]) for column in columns)
        if any(cell.value for cell in cells):
            yield GridRow(title, cells)


def _flag_cell(column: Column, raised: set[object]) -> Cell:
    if column.report is None:
        return Cell(column.kind)
    return Cell(column.kind, 1.0 if column.report.row.id in raised else 0.0)


def _measures(
    record: Record, questionnaire: Questionnaire, scales: Sequence[Scale], columns: Sequence[Column]
) -> Iterator[GridRow]:
    """Rows of plain numbers: scores that are no levels, and questions that are answered with a number."""
    for scale in scales:
        yield GridRow(record.reader.words(scale.title), tuple(_score_cell(column, scale) for column in columns))
    for item in questionnaire.questions:
        if item.type in (ItemType.DECIMAL, ItemType.INTEGER, ItemType.QUANTITY):
            cells = tuple(_number_cell(column, item) for column in columns)
            if any(cell.value is not None for cell in cells):
                yield GridRow(_measure_title(record, item), cells, unit=wording.unit(item.unit, record.reader.language))


def _measure_title(record: Record, item: Item) -> str:
    key = f"measure.{item.link_id}"
    if language.has(key, record.reader.language):
        return record.reader.text(key)
    return record.reader.words(item.text) if item.text else item.link_id


def _number_cell(column: Column, item: Item) -> Cell:
    if column.report is None:
        return Cell(column.kind)
    return Cell(column.kind, _number(column.report.given, item.link_id))


def _number(given: QuestionnaireResponse, link_id: str) -> float | None:
    for value in given.answers_to(link_id):
        number = value.value if isinstance(value, Quantity) else value
        if not isinstance(number, str | bool) and hasattr(number, "__float__"):
            return float(number)
    return None
