"""What is judged: one report as an observation, and what the same patient reported before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from questionnaires.definition import Value
from questionnaires.scoring import Score


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
    """Earlier reports: the baseline of each source, and the latest reports, newest last (at most 8 per source)."""

    baseline: Mapping[str, Snapshot] = field(default_factory=dict)
    previous: tuple[Snapshot, ...] = ()

    def before(self, observation: Observation) -> tuple[Snapshot, ...]:
        """Return the earlier reports of the observation's own source, newest first."""
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
