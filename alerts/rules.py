"""The kinds of rules there are: frozen values, each with a severity, a source, and the texts that people read.

A rule says what it reads and where its limit lies; `evaluation` judges it and `parsing` makes it from a document.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any, Literal, NamedTuple, Self, TypeAlias

from questionnaires.definition import Texts


class Severity(IntEnum):
    """How soon somebody must act; see the severity table in the design."""

    AT_VISIT = 1
    NEXT_WORKING_DAY = 2
    SAME_DAY = 3
    EMERGENCY = 4

    @property
    def word(self) -> str:
        """The word on the wire and in rule files, such as "same-day"."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def parse(cls, word: str) -> Self:
        """Return the severity of a word; raises ValueError for any other word."""
        for severity in cls:
            if severity.word == word:
                return severity
        raise ValueError(f"{word!r} is no severity")


class WhenMissing(StrEnum):
    """What a rule makes of a value that was asked for and not given."""

    NOT_APPLICABLE = "not applicable"
    NOT_ASSESSED = "could not be assessed"


class Comparison(StrEnum):
    """How a value is held against a limit; the words are those of rule files."""

    AT_LEAST = ">="
    ABOVE = ">"
    AT_MOST = "<="
    BELOW = "<"
    EQUAL = "="
    IN = "in"

    @cached_property
    def order(self) -> Callable[[Decimal, Decimal], bool] | None:
        """How two numbers are held against each other; None where a comparison is not of numbers alone."""
        return {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}.get(self.value)


ReadingKind: TypeAlias = Literal["answer", "level", "worst-attribute", "score", "circumstance"]
Against: TypeAlias = Literal["previous", "baseline"]
Worse: TypeAlias = Literal["higher", "lower"]

#: A number, a code, a truth value, or the codes of `in`.
Limit: TypeAlias = Decimal | str | bool | tuple[str, ...]


class Reading(NamedTuple):
    """What a rule looks at: an item's answer, a scale's level or score, its worst attribute, or a circumstance.

    `name` is a link id, a scale's code, or one of "age", "phase" and "day-of-cycle".
    """

    kind: ReadingKind
    name: str


@dataclass(frozen=True, kw_only=True)
class RuleBase:
    """What every rule has. `source` says where its limit comes from; `counted` False keeps it out of count rules.

    `procedure` is the address of the hospital's own procedure, for the nurse who reads why it fired.
    """

    id: str
    topic: str
    severity: Severity
    title: Texts
    source: str
    instruction: Texts | None = None
    procedure: str | None = None
    counted: bool = True


@dataclass(frozen=True, kw_only=True)
class Threshold(RuleBase):
    """A value beyond a limit. `ordinals` gives a choice item's codes their numbers, where the limit is a number."""

    reading: Reading
    comparison: Comparison
    value: Limit
    unit: str | None = None
    ordinals: Mapping[str, Decimal] = field(default_factory=dict)
    when_missing: WhenMissing = WhenMissing.NOT_ASSESSED


@dataclass(frozen=True, kw_only=True)
class Change(RuleBase):
    """Worse by at least so much than the last report, or than the baseline, of the same source."""

    reading: Reading
    against: Against
    worse_by: Decimal
    worse: Worse = "higher"
    when_missing: WhenMissing = WhenMissing.NOT_ASSESSED


@dataclass(frozen=True, kw_only=True)
class Persistence(RuleBase):
    """Beyond the limit in so many reports on end, of the same source, this one being the last."""

    reading: Reading
    comparison: Comparison
    value: Decimal
    reports: int
    when_missing: WhenMissing = WhenMissing.NOT_ASSESSED


@dataclass(frozen=True, kw_only=True)
class Trend(RuleBase):
    """Worse by at least so much than the best report of the same source within so many days."""

    reading: Reading
    worse_by: Decimal
    days: int
    worse: Worse = "higher"
    when_missing: WhenMissing = WhenMissing.NOT_ASSESSED


@dataclass(frozen=True, kw_only=True)
class Present(RuleBase):
    """Something was answered: a text that is not blank, a number, an option, a yes."""

    reading: Reading


@dataclass(frozen=True, kw_only=True)
class Count(RuleBase):
    """At least so many topics among those of the named rules that fired."""

    of: tuple[str, ...]
    at_least: int


@dataclass(frozen=True, kw_only=True)
class Overdue(RuleBase):
    """No answer so many hours after it was due."""

    after_hours: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class AllOf(RuleBase):
    """Every one of its rules fires; they make no findings of their own."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, kw_only=True)
class AnyOf(RuleBase):
    """One of its rules fires; they make no findings of their own."""

    rules: tuple[Rule, ...]


Rule: TypeAlias = Threshold | Change | Persistence | Trend | Present | Count | Overdue | AllOf | AnyOf


@dataclass(frozen=True)
class Expected:
    """A finding that an example expects: of which rule, how severe, and of which kind."""

    rule: str
    severity: Severity
    kind: str = "rule"


@dataclass(frozen=True)
class Example:
    """A worked example: a report and what it must raise; `exactly` means that and nothing else.

    `previous` and `baseline` are what the scales were a week and eight weeks before. `silent_hours` makes it an example
    of silence so long after the due time, of a form that was begun where it has answers.
    """

    name: str
    answers: Mapping[str, Any]
    expect: tuple[Expected, ...]
    exactly: bool = False
    complete: bool = True
    source: str = "patient"
    previous: Mapping[str, Decimal] = field(default_factory=dict)
    baseline: Mapping[str, Decimal] = field(default_factory=dict)
    age: int | None = None
    phase: str | None = None
    day_of_cycle: int | None = None
    silent_hours: Decimal | None = None


@dataclass(frozen=True)
class RuleSet:
    """One immutable version of the rules over one questionnaire, with the document they came from."""

    url: str
    version: str
    name: str
    title: Texts
    questionnaire: str
    questionnaire_versions: tuple[str, ...]
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def canonical(self) -> str:
        """The url and version by which a response says what it was judged by."""
        return f"{self.url}|{self.version}"

    @cached_property
    def judged(self) -> tuple[Rule, ...]:
        """The rules that one report is judged by, each for itself."""
        return tuple(rule for rule in self.rules if not isinstance(rule, Count | Overdue))

    @cached_property
    def counting(self) -> tuple[Count, ...]:
        """The rules that count which of the others fired."""
        return tuple(rule for rule in self.rules if isinstance(rule, Count))

    @cached_property
    def circumstances(self) -> frozenset[str]:
        """The circumstances that its rules ask for, such as "phase": most ask for none."""
        return frozenset(each.name for rule in self.rules for each in readings(rule) if each.kind == "circumstance")

    def covers(self, questionnaire: str) -> bool:
        """Tell whether these rules are for a questionnaire's version, `url|version`: any others see nothing asked."""
        url, _, version = questionnaire.partition("|")
        return url == self.questionnaire and version in self.questionnaire_versions


def readings(rule: Rule) -> Iterator[Reading]:
    """Yield all that a rule looks at in a report, also within the rules that it is made of."""
    if isinstance(rule, AllOf | AnyOf):
        for part in rule.rules:
            yield from readings(part)
    elif not isinstance(rule, Count | Overdue):
        yield rule.reading


def countable(rule: Rule) -> bool:
    """Tell whether a count rule may count it: never silence, what can wait for the visit, or `counted: false`."""
    return rule.counted and not isinstance(rule, Overdue | Count) and rule.severity > Severity.AT_VISIT
