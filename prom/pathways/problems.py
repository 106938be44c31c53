"""What can be wrong with a pathway document: one table of codes and their English sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

#: Every code, and what it says in English.
SENTENCES: Mapping[str, str] = {
    "unsound-document": "the document cannot be read: {detail}",
    "missing": "'{field}' is missing",
    "missing-of-kind": "'{field}' is missing: it must be {wanted}",
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
    "setting": "'{field}' cannot be {found} in a pathway. These can be chosen: {known}",
    "no-link": "there is no {{link}} in it: write it where the address belongs, with words before and after it",
    "several-links": "{{link}} stands in it more than once",
    "link-first": "it begins with {{link}}: put words before it, so that nobody takes it for an unknown sender's link",
    "link-last": "it ends with {{link}}: put words after it, so that nothing is glued to the address",
    "link-glued": "{{link}} needs a space on both sides: a point or a bracket would become part of the address",
    "unknown-place": "{found} is nothing that can be filled in: only {known} are",
    "control-character": "it holds {code}, which does not show: a text is one line of visible letters",
    "too-many-segments": "it takes {segments} SMS ({units} letters with a link of {link}); {most} are the most{why}",
    "several-segments": "it takes {segments} SMS ({units} letters with a link of {link}){why}",
    "telling-word": "'{word}' may tell of illness, clinic or register to whoever sees the phone",
    "language-missing": "it is missing in {missing}: nb, nn and en are all needed",
    "ends-before-it-begins": "it ends before it begins",
    "never-asked": "it ends before it begins, and would never be asked: look at 'from', 'until' and its phase",
    "never-a-business-day": "it is planned at weekends alone and passes over them, and would never be asked",
    "before-its-phase": "it begins before its phase {phase} does",
    "windows-overlap": "the next opens {gap} hours after the last, which expires after {expires}: two would be open",
    "not-shipped": "{name} is not among what Prom ships: publishing needs it stored",
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
