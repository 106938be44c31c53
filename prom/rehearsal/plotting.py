"""The plot of a rehearsal: for each symptom a bar of what was raised and one of what would be. PURE."""

from collections import Counter
from dataclasses import dataclass

from alerts.rules import Severity
from prom.rehearsal.comparing import Comparison, Symptom

#: The length of the longest bar, in the plot's own units.
LONGEST = 200.0


@dataclass(frozen=True)
class Part:
    """The alerts of one severity within a bar."""

    severity: Severity
    count: int
    begin: float
    length: float


@dataclass(frozen=True)
class Bars:
    """One symptom's two bars, the gravest first within each, with the counts that they stand for."""

    topic: str
    symptom: Symptom
    current: tuple[Part, ...]
    these: tuple[Part, ...]


def plot(compared: Comparison) -> tuple[Bars, ...]:
    """Place the bars of all symptoms on one scale, those with most alerts first."""
    counts = [max(each.current.total(), each.these.total()) for _, each in compared.by_weight]
    unit = LONGEST / max([*counts, 1])
    return tuple(
        Bars(topic, each, _parts(each.current, unit), _parts(each.these, unit)) for topic, each in compared.by_weight
    )


def _parts(counts: Counter[Severity], unit: float) -> tuple[Part, ...]:
    parts: list[Part] = []
    begin = 0.0
    for severity in sorted(Severity, reverse=True):
        if counts[severity]:
            parts.append(Part(severity, counts[severity], begin, counts[severity] * unit))
            begin += counts[severity] * unit
    return tuple(parts)
