"""How much came on which day of a simulation: a table, and a plot that a terminal can show."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.assignments.models import Assignment
from prom.simulation.trial import Run
from prom.worklist.models import Alert

BLOCKS = " ▁▂▃▄▅▆▇█"
#: As many days as a terminal has columns, or else so many days in one.
COLUMNS = 73


@dataclass(frozen=True)
class Volumes:
    """Counts per day, in UTC: what was asked, by plan or otherwise, sent, answered, and raised."""

    days: list[date]
    asked: list[int]
    messages: list[int]
    answers: list[int]
    alerts: list[int]

    def __add__(self, other: "Volumes") -> "Volumes":
        """Count together what two parts of one clinic counted on the same days."""
        pairs = zip(self.rows(), other.rows(), strict=True)
        return Volumes(self.days, *([a + b for a, b in zip(mine, its, strict=True)] for (_, mine), (_, its) in pairs))

    def rows(self) -> Iterator[tuple[str, list[int]]]:
        """Yield each kind with its counts, day by day."""
        yield from (("asked", self.asked), ("messages", self.messages), ("answers", self.answers))
        yield "alerts", self.alerts


def count(run: Run, session: Session) -> Volumes:
    """Count by day from the rows, the telephones and what the patients know themselves."""
    begins, ends = run.trial.begins.astimezone(UTC).date(), run.trial.end.astimezone(UTC).date()
    days = [begins + timedelta(days=number) for number in range((ends - begins).days + 1)]
    answered = [at for life in run.ward.lives.values() for at in life.answered.values()]
    return Volumes(
        days,
        _per_day(days, session.scalars(select(Assignment.opens_at).where(Assignment.status != "cancelled"))),
        _per_day(days, (each.at for each in run.ward.phones.received)),
        _per_day(days, answered),
        _per_day(days, session.scalars(select(Alert.raised_at))),
    )


def _per_day(days: list[date], instants: Iterable[datetime]) -> list[int]:
    counts = Counter(each.astimezone(UTC).date() for each in instants)
    return [counts[day] for day in days]


def lines(volumes: Volumes) -> Iterator[str]:
    """Yield the table: per kind the sum, the mean and the fullest day, and the plot of all days."""
    together = -(-len(volumes.days) // COLUMNS)
    yield f"{'':<10}{'sum':>9}{'a day':>9}{'most':>7}  on"
    for name, counts in volumes.rows():
        most = max(counts, default=0)
        day = volumes.days[counts.index(most)] if counts else ""
        yield f"{name:<10}{sum(counts):>9,}{sum(counts) / max(len(counts), 1):>9.1f}{most:>7,}  {day}"
    yield ""
    yield f"{volumes.days[0]} to {volumes.days[-1]}, {together} day{'s' if together > 1 else ''} in a column:"
    for name, counts in volumes.rows():
        yield f"{name:<10}{_plot([sum(counts[at : at + together]) for at in range(0, len(counts), together)])}"


def _plot(counts: list[int]) -> str:
    most = max(counts, default=0) or 1
    return "".join(BLOCKS[-(-each * (len(BLOCKS) - 1) // most)] for each in counts)
