"""What some rules would have raised, held against what was raised, and counted. PURE.

One alert here is one symptom of one report (or of one silence), with the gravest severity of its findings. That several
of them join one duty of a nurse is left out alike on both sides: how long that stood open depended on her.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alerts.rules import Severity

#: So many patient-weeks is what numbers of alerts are given for.
WEEKS = 100


@dataclass(frozen=True)
class About:
    """What an alert is about: which report or silence, by its row's id, and which symptom."""

    asked: str
    topic: str


@dataclass(frozen=True)
class Raised:
    """One alert: how grave, by which rules, and how it ended (None for one that never was)."""

    severity: Severity
    rules: frozenset[str]
    ended: str | None = None


Alerts = Mapping[About, Raised]


@dataclass
class Symptom:
    """The counts of one symptom, by severity; `ended` counts how those ended that would be gone."""

    current: Counter[Severity] = field(default_factory=Counter)
    these: Counter[Severity] = field(default_factory=Counter)
    new: Counter[Severity] = field(default_factory=Counter)
    gone: Counter[Severity] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    #: There on both sides, and by these rules graver or milder.
    graver: int = 0
    milder: int = 0


@dataclass
class Comparison:
    """What has been counted so far; grows with the number of symptoms and rules, not with that of reports."""

    symptoms: dict[str, Symptom] = field(default_factory=dict)
    #: By rule of these: alerts that nothing raised; by rule that was in force: alerts that would be gone.
    new_by_rule: Counter[str] = field(default_factory=Counter)
    gone_by_rule: Counter[str] = field(default_factory=Counter)

    def add(self, current: Alerts, these: Alerts) -> None:
        """Count the alerts of some reports: those that were, and those that these rules raise."""
        for about in {**current, **these}:
            self._count(self.symptoms.setdefault(about.topic, Symptom()), current.get(about), these.get(about))

    def _count(self, symptom: Symptom, was: Raised | None, would: Raised | None) -> None:
        if was is not None:
            symptom.current[was.severity] += 1
        if would is not None:
            symptom.these[would.severity] += 1
        if was is None and would is not None:
            symptom.new[would.severity] += 1
            self.new_by_rule.update(would.rules)
        elif was is not None and would is None:
            symptom.gone[was.severity] += 1
            symptom.ended[was.ended or "open"] += 1
            self.gone_by_rule.update(was.rules)
        elif was is not None and would is not None:
            symptom.graver += would.severity > was.severity
            symptom.milder += would.severity < was.severity

    def total(self, side: str) -> Counter[Severity]:
        """Return the counts of one side (current, these, new or gone) over all symptoms, by severity."""
        counts: Counter[Severity] = Counter()
        for symptom in self.symptoms.values():
            counts.update(getattr(symptom, side))
        return counts

    @property
    def ended(self) -> Counter[str]:
        """How those ended that would be gone, over all symptoms."""
        counts: Counter[str] = Counter()
        for symptom in self.symptoms.values():
            counts.update(symptom.ended)
        return counts

    @property
    def by_weight(self) -> list[tuple[str, Symptom]]:
        """The symptoms, those with the most alerts on either side first."""
        return sorted(
            self.symptoms.items(), key=lambda each: (-max(each[1].current.total(), each[1].these.total()), each[0])
        )


def as_document(comparison: Comparison, patient_weeks: float) -> dict[str, Any]:
    """Write what was counted as a JSON document; rates are per 100 patient-weeks, or null where nobody was followed."""
    return {
        "current": _side(comparison, "current", patient_weeks),
        "these": _side(comparison, "these", patient_weeks),
        "new": {"alerts": comparison.total("new").total(), "bySeverity": _words(comparison.total("new"))},
        "gone": {
            "alerts": comparison.total("gone").total(),
            "bySeverity": _words(comparison.total("gone")),
            "ended": dict(comparison.ended.most_common()),
        },
        "graver": sum(each.graver for each in comparison.symptoms.values()),
        "milder": sum(each.milder for each in comparison.symptoms.values()),
        "newByRule": dict(comparison.new_by_rule.most_common()),
        "goneByRule": dict(comparison.gone_by_rule.most_common()),
        "symptoms": [
            {
                "symptom": topic,
                "current": _words(each.current),
                "these": _words(each.these),
                "new": _words(each.new),
                "gone": _words(each.gone),
                "ended": dict(each.ended.most_common()),
                "graver": each.graver,
                "milder": each.milder,
            }
            for topic, each in comparison.by_weight
        ],
    }


def per_100_weeks(count: int, patient_weeks: float) -> float | None:
    """Return how many there are per 100 patient-weeks, to one decimal; None where nobody was followed."""
    return round(WEEKS * count / patient_weeks, 1) if patient_weeks > 0 else None


def _side(comparison: Comparison, side: str, patient_weeks: float) -> dict[str, Any]:
    counts = comparison.total(side)
    return {
        "alerts": counts.total(),
        "per100PatientWeeks": per_100_weeks(counts.total(), patient_weeks),
        "bySeverity": _words(counts),
    }


def _words(counts: Counter[Severity]) -> dict[str, int]:
    return {severity.word: counts[severity] for severity in sorted(Severity, reverse=True) if counts[severity]}
