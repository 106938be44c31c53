"""The columns of a patient's grid: her reports, and the weeks for which there is none."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from prom.assignments.models import Assignment
from prom.clinic.record import Record, Report


@dataclass(frozen=True)
class Column:
    """A report, or why there is none.

    Kinds: `report`, `expired`, `silent` (past due), `open`, and `none` for a week in which nothing was asked.
    """

    kind: str
    day: date
    at: datetime
    report: Report | None = None
    #: Not the only one of its day, so that its time must be shown, too.
    shares_day: bool = False
    #: Counted from the first treatment day, which is day 1; 0 or less before it.
    treatment_day: int = 0
    #: The days of her pathway that lie in this week, such as an operation: title and day.
    marks: tuple[tuple[str, date], ...] = ()

    @property
    def week(self) -> tuple[int, int]:
        """ISO year and week."""
        year, week, _ = self.day.isocalendar()
        return year, week


def columns_of(record: Record, url: str) -> tuple[Column, ...]:
    """Return the columns for one questionnaire, oldest first; what was entered in error has none."""
    reports = [each for each in record.reports if each.counts and each.questionnaire_url == url]
    answered = {report.row.assignment_id for report in reports}
    asked = [each for each in record.assignments if each.questionnaire.partition("|")[0] == url]
    unanswered = [each for each in asked if each.id not in answered and each.status in ("open", "expired")]
    found = [*(_of_report(record, each) for each in reports), *(_of_silence(record, each) for each in unanswered)]
    days = Counter(column.day for column in found)
    dated = (replace(column, shares_day=days[column.day] > 1) for column in found)
    return _marked(record, list(_with_empty_weeks(sorted(dated, key=lambda column: column.at))))


def _marked(record: Record, columns: list[Column]) -> tuple[Column, ...]:
    """Count the treatment days, and mark the days that her pathway is reckoned from where a column shows their week."""
    marks: dict[int, list[tuple[str, date]]] = defaultdict(list)
    for anchor in record.about.pathway.anchors:
        day = record.about.anchors.get(anchor.code)
        place = _place_of(day, columns) if day is not None else None
        if day is not None and place is not None:
            marks[place].append((record.reader.words(anchor.title), day))
    first = record.about.episode.anchor
    return tuple(
        replace(column, treatment_day=(column.day - first).days + 1, marks=tuple(marks[place]))
        for place, column in enumerate(columns)
    )


def _place_of(day: date, columns: Sequence[Column]) -> int | None:
    """The first column of the day's week on or after it, else the last one of that week; None outside them all."""
    week = day.isocalendar()[:2]
    places = [place for place, column in enumerate(columns) if column.week == week]
    return next((place for place in places if columns[place].day >= day), places[-1] if places else None)


def _of_report(record: Record, report: Report) -> Column:
    at = report.row.authored_at
    return Column("report", record.reader.day_of(at), at, report)


def _of_silence(record: Record, assignment: Assignment) -> Column:
    silent = assignment.status == "open" and assignment.overdue_at <= record.now
    kind = "silent" if silent else assignment.status
    return Column(kind, record.reader.day_of(assignment.opens_at), assignment.opens_at)


def _with_empty_weeks(columns: Sequence[Column]) -> Iterator[Column]:
    """Let time run evenly: a week in which nothing was asked has a column too."""
    for before, column in zip((None, *columns), columns, strict=False):
        if before is not None:
            monday = before.day - timedelta(days=before.day.weekday()) + timedelta(weeks=1)
            while monday + timedelta(days=6) < column.day:
                yield Column("none", monday, before.at)
                monday += timedelta(weeks=1)
        yield column
