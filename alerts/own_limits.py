"""Limits of one patient's own in place of a rule set's: each moves a limit, and none can switch a rule off. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from alerts.findings import Finding
from alerts.rules import Comparison, Rule, RuleSet, Severity, Threshold

_UPWARDS = (Comparison.AT_LEAST, Comparison.ABOVE)


@dataclass(frozen=True)
class Reach:
    """The lowest and the highest that can be answered, or that a scale can be; None where nobody has said."""

    low: Decimal | None = None
    high: Decimal | None = None


def can_be_moved(rule: Rule) -> bool:
    """Tell whether a rule holds a number against one limit, for which a patient can have one of her own."""
    return (
        isinstance(rule, Threshold)
        and rule.comparison.order is not None
        and isinstance(rule.value, Decimal)
        and rule.reading.kind != "circumstance"
    )


def may_be(rule: Rule, limit: Decimal, reach: Reach) -> bool:
    """Tell whether a patient may have this limit: never a later one for an emergency, never one out of reach.

    Where the reach is not known, only towards firing earlier.
    """
    if not isinstance(rule, Threshold) or not can_be_moved(rule):
        return False
    if not _is_later(rule, limit):
        return _is_within(rule, limit, reach)
    known = reach.low is not None and reach.high is not None
    return rule.severity < Severity.EMERGENCY and known and _is_within(rule, limit, reach)


def _is_later(rule: Threshold, limit: Decimal) -> bool:
    usual = Decimal(str(rule.value))
    return limit > usual if rule.comparison in _UPWARDS else limit < usual


def _is_within(rule: Threshold, limit: Decimal, reach: Reach) -> bool:
    """Whether something that can be answered lies beyond the limit, and something does not."""
    from_the_bottom = rule.comparison in (Comparison.AT_LEAST, Comparison.BELOW)
    if from_the_bottom:
        return (reach.low is None or limit > reach.low) and (reach.high is None or limit <= reach.high)
    return (reach.low is None or limit >= reach.low) and (reach.high is None or limit < reach.high)


def with_own_limits(rules: RuleSet, own: Mapping[str, Decimal]) -> RuleSet:
    """Return the rules with a patient's own limits, by rule id.

    One that would let an emergency fire later is not taken, and one for a rule that there is not changes nothing.
    """
    return replace(rules, rules=tuple(_moved(rule, own.get(rule.id)) for rule in rules.rules)) if own else rules


def _moved(rule: Rule, limit: Decimal | None) -> Rule:
    if limit is None or not isinstance(rule, Threshold) or not can_be_moved(rule):
        return rule
    if rule.severity is Severity.EMERGENCY and _is_later(rule, limit):
        return rule
    return replace(rule, value=limit)


def telling_the_usual(findings: Sequence[Finding], usual: RuleSet, own: Mapping[str, Decimal]) -> tuple[Finding, ...]:
    """Return findings whose reasons name the usual limit too (`usual`), where a limit of her own was what fired."""
    limits = {rule.id: rule.value for rule in usual.rules if rule.id in own and isinstance(rule, Threshold)}
    return tuple(
        _told(each, limits[each.rule]) if each.rule in limits and each.reason.code == "threshold" else each
        for each in findings
    )


def _told(finding: Finding, usual: object) -> Finding:
    values = {**finding.reason.values, "usual": float(str(usual))}
    return replace(finding, reason=replace(finding.reason, values=values))
