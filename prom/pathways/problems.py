"""What can be wrong with a pathway document: one table of codes and their English sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

#: Every code, and what it says in English.
SENTENCES: Mapping[str, str] = {
    "unsound-document": "the document cannot be read: {detail}",
    "missing": "'{field}' is missing: it must be {wanted}",
    "unknown": "the key '{field}' is not known here{meant}. Known here: {known}",
    "wrong": "'{field}' must be {wanted}, not {found}",
    "other-unit": "'{field}' goes only with 'unit: {unit}'; here stands 'unit: {found}'",
    "unknown-name": "'{field}' names {found}, and there is no such {kind}. There is: {known}",
    "twice": "'{field}' {found} stands twice: every one must be another",
    "both": "only one of '{field}' and '{other}' can stand here",
    "window-order": "dueHours, overdueHours, expiresHours, begunExpiresHours must follow one another, each at least as "
    "long as the one before it, and the first above 0",
    "reminders-order": "'afterHours' must name each hour once, the earliest first, as in [24, 48]",
    "reminder-too-late": "a reminder after {hours} hours comes when the window is over: it expires after {expires}",
    "cycle-day": "'days' names day {found} of a cycle of {length} days: the days are 1 to {length}",
}


@dataclass(frozen=True)
class PathwayProblem:
    """One thing that is wrong, or worth telling (`warning`): where in the document, and what."""

    place: str
    code: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    severity: Literal["error", "warning"] = "error"

    @property
    def text(self) -> str:
        """An English sentence, led by the place in the document."""
        sentence = SENTENCES[self.code].format_map(self.values)
        return f"{self.place}: {sentence}" if self.place else sentence


class PathwayError(Exception):
    """A pathway document that cannot be used; `problems` name each place in it, `name` is the pathway's."""

    def __init__(self, problems: Iterable[PathwayProblem], name: str | None = None) -> None:
        self.problems: tuple[PathwayProblem, ...] = tuple(problems)
        self.name = name
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(f"{self.name}: {each.text}" if self.name else each.text for each in self.problems)
