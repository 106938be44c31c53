"""What is expected of one patient for a while: findings that say nothing else are held back, and kept. Pure.

A level that a clinician expects is broken by one level worse, or by any single answer worse than those that belonged to
it. An emergency, what could not be assessed, and whatever reads an answer as such (a red flag, "urgent", her own words)
are never held back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from alerts.findings import Finding
from alerts.observation import Observation
from alerts.reading import exact
from alerts.rules import Count, Overdue, RuleSet, Severity, readings

#: Level 3 and an answer of 4 are the worst there are (severity table of the design): nothing could break them, so
#: neither is ever expected.
HIGHEST_LEVEL = Decimal(2)
HIGHEST_ANSWER = Decimal(3)


@dataclass(frozen=True)
class ExpectedLevel:
    """A symptom's level that is no news for now, and the strongest single answer that belongs to it."""

    scale: str
    level: Decimal
    strongest: Decimal

    def holds(self, seen: Observation) -> bool:
        """Tell whether a report shows the symptom as expected, or better; what is not all known does not."""
        score, answers = seen.scores.get(self.scale), _answers(self.scale, seen)
        known = score is not None and score.value is not None and None not in answers
        return known and not self.is_broken(seen)

    def is_broken(self, seen: Observation) -> bool:
        """Tell whether a report shows it worse than expected: one level, or one answer."""
        score = seen.scores.get(self.scale)
        level = exact(score.value) if score is not None and score.value is not None else None
        worse = level is not None and level > min(self.level, HIGHEST_LEVEL)
        strongest = min(self.strongest, HIGHEST_ANSWER)
        return worse or any(answer is not None and exact(answer) > strongest for answer in _answers(self.scale, seen))


def _answers(scale: str, seen: Observation) -> list[float | None]:
    return [answer for item, answer in seen.attributes.get(scale, {}).items() if item in seen.asked]


@dataclass(frozen=True)
class Held:
    """A finding that is held back, and what was expected."""

    finding: Finding
    expected: ExpectedLevel


def held_back(
    rules: RuleSet, seen: Observation, expected: Iterable[ExpectedLevel], findings: Sequence[Finding]
) -> tuple[Held, ...]:
    """Return which of a report's findings say only what was expected, in their order."""
    calm = {each.scale: each for each in expected if each.holds(seen)}
    by_id = {rule.id: rule for rule in rules.rules}
    held: dict[str, Held] = {}
    for finding in findings if calm else ():
        rule = by_id.get(finding.rule)
        may_be = rule is not None and finding.kind == "rule" and finding.severity < Severity.EMERGENCY
        if may_be and not isinstance(rule, Count | Overdue) and (scale := _only(rules, finding, calm)) is not None:
            held[finding.rule] = Held(finding, calm[scale])
    for finding in findings if held else ():
        # What counts symptoms is held back where each that it counted is: two that are expected are no news together.
        counted = str(finding.reason.values.get("rules", "")).split(",") if finding.reason.code == "count" else []
        if counted and finding.severity < Severity.EMERGENCY and all(rule in held for rule in counted):
            held[finding.rule] = Held(finding, held[counted[0]].expected)
    return tuple(held[finding.rule] for finding in findings if _is_held(finding, held))


def _is_held(finding: Finding, held: Mapping[str, Held]) -> bool:
    return finding.rule in held and held[finding.rule].finding is finding


def _only(rules: RuleSet, finding: Finding, calm: Mapping[str, ExpectedLevel]) -> str | None:
    """Return the expected symptom that a rule is about, where it reads nothing but such and circumstances."""
    rule = next(each for each in rules.rules if each.id == finding.rule)
    read = [each for each in readings(rule) if each.kind != "circumstance"]
    if not read or any(each.kind not in ("level", "worst-attribute") or each.name not in calm for each in read):
        return None
    return read[0].name
