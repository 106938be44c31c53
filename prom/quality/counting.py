"""What the alerts of some weeks came to, counted. PURE; each figure's definition is its docstring.

"In time" is read from what happened, not from the targets of today: an alert that was not acknowledged in time was
escalated, and one whose contact was not made in time went back to the unit.
"""

import math
import statistics
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from alerts.lifecycle import Outcome
from alerts.rules import Severity


@dataclass(frozen=True)
class Course:
    """What became of one alert; instants are those of the first time, None for what has not been. The two waits are in
    opening hours, or by the clock for an emergency, whose clock never stops."""

    severity: Severity
    raised_at: datetime
    acknowledged_at: datetime | None = None
    escalated_at: datetime | None = None
    returned_at: datetime | None = None
    resolved_at: datetime | None = None
    waited: timedelta | None = None
    took: timedelta | None = None
    outcome: str | None = None
    rules: frozenset[str] = frozenset()
    #: Who acknowledged it on which local day.
    taken: frozenset[tuple[uuid.UUID, date]] = frozenset()


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """In percent, to one decimal; None of nothing."""
        return round(100 * self.part / self.whole, 1) if self.whole else None


@dataclass(frozen=True)
class Waits:
    """The median and the 95th percentile (nearest rank) of some waits; None where there is none."""

    median: timedelta | None
    p95: timedelta | None

    @classmethod
    def of(cls, waits: Iterable[timedelta | None]) -> "Waits":
        """Summarise the waits that have ended."""
        found = sorted(each for each in waits if each is not None)
        if not found:
            return cls(None, None)
        middle = statistics.median(each.total_seconds() for each in found)
        return cls(timedelta(seconds=middle), found[math.ceil(0.95 * len(found)) - 1])


@dataclass(frozen=True)
class Handled:
    """How alerts were handled."""

    alerts: int
    #: Acknowledged before anything was escalated, of those that were acknowledged or escalated.
    acknowledged: Share
    #: Resolved without having been escalated or gone back to the unit, of those that were resolved or did either.
    resolved: Share
    to_acknowledge: Waits
    to_resolve: Waits
    #: Escalated at least once, of all.
    escalated: Share


@dataclass(frozen=True)
class Noise:
    """How often the alerts that a rule took part in were resolved as expected."""

    rule: str
    expected: Share


@dataclass(frozen=True)
class Figures:
    """All of it; `questionnaires` are the reports of the same time, `alerting` those that raised anything."""

    questionnaires: int
    alerting: Share
    all: Handled
    by_severity: tuple[tuple[Severity, Handled], ...]
    #: Alerts acknowledged per nurse and day on which she acknowledged any; None where nobody did.
    per_nurse_and_day: float | None
    noise: tuple[Noise, ...] = field(default=())

    @property
    def per_100(self) -> float | None:
        """Alerts per 100 questionnaires; None without any."""
        return round(100 * self.all.alerts / self.questionnaires, 1) if self.questionnaires else None


def figures(courses: Sequence[Course], questionnaires: int, alerting: int) -> Figures:
    """Count the courses of all alerts of a time."""
    taken: Counter[tuple[uuid.UUID, date]] = Counter(each for course in courses for each in course.taken)
    return Figures(
        questionnaires,
        Share(alerting, questionnaires),
        handled(courses),
        tuple(
            (severity, handled([each for each in courses if each.severity is severity]))
            for severity in sorted(Severity, reverse=True)
        ),
        round(taken.total() / len(taken), 1) if taken else None,
        tuple(noise(courses)),
    )


def handled(courses: Sequence[Course]) -> Handled:
    """Summarise how some alerts were handled."""
    answered = [each for each in courses if each.acknowledged_at or each.escalated_at]
    ended = [each for each in courses if each.resolved_at or each.escalated_at or each.returned_at]
    return Handled(
        len(courses),
        Share(sum(_before(each.acknowledged_at, each.escalated_at) for each in answered), len(answered)),
        Share(sum(_undisturbed(each) for each in ended), len(ended)),
        Waits.of(each.waited for each in courses),
        Waits.of(each.took for each in courses),
        Share(sum(each.escalated_at is not None for each in courses), len(courses)),
    )


def noise(courses: Iterable[Course]) -> list[Noise]:
    """Return the rules whose alerts were resolved as expected, those with most of them first."""
    resolved: dict[str, list[bool]] = defaultdict(list)
    for course in courses:
        if course.resolved_at is not None:
            for rule in course.rules:
                resolved[rule].append(course.outcome == Outcome.EXPECTED)
    found = [Noise(rule, Share(sum(each), len(each))) for rule, each in resolved.items() if any(each)]
    return sorted(found, key=lambda each: (-each.expected.part, each.rule))


def _before(first: datetime | None, second: datetime | None) -> bool:
    return first is not None and (second is None or first < second)


def _undisturbed(course: Course) -> bool:
    return course.resolved_at is not None and course.escalated_at is None and course.returned_at is None
