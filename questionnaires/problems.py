"""What can be wrong with a questionnaire, a key or a response; the English for each code stands in sentences.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from questionnaires.sentences import SENTENCES
from questionnaires.values import Texts

Severity: TypeAlias = Literal["error", "warning", "information"]


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where, and how bad: an error refuses, a warning and an information do not."""

    link_id: str | None
    code: str
    severity: Severity = "error"
    values: Mapping[str, str | int | float | Decimal | Texts] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """An English sentence from code and values, led by the linkId it is about."""
        sentence = SENTENCES.get(self.code, self.code.replace("-", " ")).format_map(_Values(self.values))
        return f"{self.link_id}: {sentence}" if self.link_id else sentence


class Findings:
    """Problems as they are found, so that one reading names everything that is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(
        self, link_id: str | None, code: str, severity: Severity = "error", **values: str | float | Decimal
    ) -> None:
        """Note one more problem."""
        self.problems.append(Problem(link_id, code, severity, values))


class ValueFault(Exception):
    """Why a value could not be read: a problem's code and values."""

    def __init__(self, code: str, **values: str | int) -> None:
        self.code = code
        self.values: Mapping[str, str | int] = values
        super().__init__(code)

    def problem(self, link_id: str | None) -> Problem:
        """Return the problem it makes at an item."""
        return Problem(link_id, self.code, "error", self.values)


class _WithProblems(Exception):
    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)


class QuestionnaireError(_WithProblems):
    """A questionnaire, scoring key or advice document that cannot be taken; `.problems` says why."""

    def __str__(self) -> str:
        return "; ".join(problem.text for problem in self.problems)


class ResponseError(_WithProblems):
    """A document that is no questionnaire response; its message leaves the answers out, so that it may be logged."""

    def __str__(self) -> str:
        return "; ".join(f"{problem.link_id or 'document'}: {problem.code}" for problem in self.problems)
