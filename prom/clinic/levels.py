"""A symptom's level now, and what it was in the report before, of the same source. PURE."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.observation import History, Snapshot
from prom.worklist.queries import OpenedEvidence

#: The highest level of a symptom.
HIGHEST = 3.0


@dataclass(frozen=True)
class Level:
    """A level 0-3 or a score, and the one before it; None where nothing comparable was reported before.

    A score has a scale of its own, of which some are worse the lower they are, such as those of functioning.
    """

    value: float
    earlier: float | None
    at: datetime
    is_score: bool = False
    worse_lower: bool = False

    @property
    def change(self) -> float | None:
        """How much higher it is now than before."""
        return None if self.earlier is None else self.value - self.earlier

    @property
    def is_worse(self) -> bool:
        """Whether it is worse now than before."""
        change = self.change or 0.0
        return change < 0 if self.worse_lower else change > 0


def level_now(evidence: Sequence[OpenedEvidence], past: History | None) -> Level | None:
    """Return the level of the scale that the evidence is about, from the last report or what came after; else None."""
    scale = scale_of(evidence)
    if scale is None:
        return None
    about = [each for each in evidence if _scale(each) == scale]
    known = [*_from_evidence(about), *_from_history(past, scale)]
    found = max(known, key=lambda level: level.at, default=None)
    if found is None or not any(map(_reads_score, about)):
        return found
    return replace(found, is_score=True, worse_lower=any(map(_reads_low_as_worse, about)))


def latest(snapshots: Iterable[Snapshot], scale: str) -> Level | None:
    """Return the last reported value of a scale with the one before it of the same source."""
    having = sorted((each for each in snapshots if scale in each.scores), key=lambda each: each.authored)
    if not having:
        return None
    last = having[-1]
    before = [each.scores[scale] for each in having[:-1] if each.source == last.source]
    return Level(last.scores[scale], before[-1] if before else None, last.authored)


def course_of(snapshots: Iterable[Snapshot], scale: str) -> tuple[float, ...]:
    """Return a scale's values as they were reported, oldest first, by the source of the last one."""
    having = sorted((each for each in snapshots if scale in each.scores), key=lambda each: each.authored)
    return tuple(each.scores[scale] for each in having if each.source == having[-1].source)


def scale_of(evidence: Iterable[OpenedEvidence]) -> str | None:
    """Return the scale that the evidence is about, rather a level than a score; None where it is about none."""
    ordered = sorted(evidence, key=_reads_score)
    return next((name for each in ordered if (name := _scale(each)) is not None), None)


def hidden_answer(evidence: Iterable[OpenedEvidence], level: Level | None) -> float | None:
    """Return a single answer (0-4) that fired a rule by itself and that the level, being lower, does not show.

    One that is older than the level is history: the patient has reported since.
    """
    fired = [each for each in evidence if each.finding["reason"]["values"].get("reads") == "worst-attribute"]
    newest = max(fired, key=lambda each: each.row.found_at, default=None)
    if newest is None or (level is not None and (level.value >= HIGHEST or newest.row.found_at < level.at)):
        return None
    return float(newest.finding["reason"]["values"]["value"])


def _scale(evidence: OpenedEvidence) -> str | None:
    values = evidence.finding["reason"]["values"]
    return str(values["name"]) if values.get("reads") in ("level", "worst-attribute", "score") else None


def _reads_score(evidence: OpenedEvidence) -> bool:
    return bool(evidence.finding["reason"]["values"].get("reads") == "score")


def _reads_low_as_worse(evidence: OpenedEvidence) -> bool:
    values = evidence.finding["reason"]["values"]
    return values.get("comparison") in ("<", "<=") or values.get("worse") == "lower"


def _from_evidence(evidence: Iterable[OpenedEvidence]) -> Iterable[Level]:
    for each in evidence:
        reason = each.finding["reason"]
        values = reason["values"]
        if values.get("reads") in ("level", "score") and reason["code"] in ("threshold", "change"):
            against_last = values.get("against", "previous") == "previous"
            yield Level(float(values["value"]), values.get("earlier") if against_last else None, each.row.found_at)


def _from_history(past: History | None, scale: str) -> Iterable[Level]:
    found = latest(past.previous, scale) if past is not None else None
    return [found] if found is not None else []
