"""What is judged: one report as an observation, and what the same patient reported before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from questionnaires.definition import Value
from questionnaires.scoring import Score

#: How many reports of each source a rule can look back at, whenever they were written.
LATEST = 8
#: Within so many days before the newest report of a source, a rule can look back at every one: eight weekly reports
#: span as long, and whoever reports daily is not cut off at eight days.
DAYS = 56


@dataclass(frozen=True)
class Observation:
    """One report, answered and scored.

    `attributes` holds, per scale, link id -> number or None where unanswered; `asked` the enabled link ids; `source` is
    "patient", "proxy" or "staff"; `authored` is aware; `complete` is False for a begun form. Age is in whole years.
    """

    answers: Mapping[str, tuple[Value, ...]]
    scores: Mapping[str, Score]
    attributes: Mapping[str, Mapping[str, float | None]]
    asked: frozenset[str]
    source: str
    authored: datetime
    complete: bool
    age: int | None = None
    phase: str | None = None
    day_of_cycle: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """What is kept of an earlier report: the scores that had a value."""

    authored: datetime
    scores: Mapping[str, float]
    source: str


@dataclass(frozen=True)
class History:
    """Earlier reports: by source the baseline, the `LATEST` ones, and all of the last `DAYS`; the newest last."""

    baseline: Mapping[str, Snapshot] = field(default_factory=dict)
    previous: tuple[Snapshot, ...] = ()

    def before(self, observation: Observation) -> tuple[Snapshot, ...]:
        """Return the `LATEST` earlier reports of the observation's own source, newest first."""
        return self._earlier(observation)[:LATEST]

    def within(self, days: int, observation: Observation) -> tuple[Snapshot, ...]:
        """Return every earlier report of the observation's own source within so many days of it, newest first."""
        start = observation.authored - timedelta(days=days)
        return tuple(one for one in self._earlier(observation) if one.authored >= start)

    def _earlier(self, observation: Observation) -> tuple[Snapshot, ...]:
        ours = (one for one in self.previous if one.source == observation.source)
        return tuple(sorted((one for one in ours if one.authored < observation.authored), key=_authored, reverse=True))

    def baseline_of(self, observation: Observation) -> tuple[Snapshot, ...]:
        """Return the baseline of the observation's own source, where there is one before it."""
        baseline = self.baseline.get(observation.source)
        return (baseline,) if baseline is not None and baseline.authored < observation.authored else ()


def _authored(snapshot: Snapshot) -> datetime:
    return snapshot.authored


def snapshot_of(observation: Observation) -> Snapshot:
    """Return what the history keeps of an observation: its scores that have a value."""
    known = {scale: score.value for scale, score in observation.scores.items() if score.value is not None}
    return Snapshot(observation.authored, known, observation.source)
