"""Rules over a report -> findings. Pure: the same report, history and rules always give the same findings.

`now` never decides anything, so that an auditor who judges again tomorrow finds the same; it only stamps what failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from alerts.findings import Finding, Kind, Reason
from alerts.judging import QUIET, Case, Judgement, Verdict, judge
from alerts.observation import History, Observation, Snapshot, snapshot_of
from alerts.observing import observe
from alerts.rules import Count, Overdue, Rule, RuleSet, Severity, countable
from alerts.texts import NOT_ASSESSED

__all__ = [
    "Finding",
    "History",
    "Kind",
    "Observation",
    "Reason",
    "Snapshot",
    "could_not_be_assessed",
    "evaluate",
    "immediate",
    "observe",
    "overdue",
    "snapshot_of",
]

#: What could not be assessed asks for contact the same day, whatever the rule's own severity; see the design's table.
UNKNOWN_SEVERITY = Severity.SAME_DAY
#: The rule and topic of a finding that no rule made.
UNASSESSED = "could-not-be-assessed"


def evaluate(rule_set: RuleSet, observation: Observation, history: History, now: datetime) -> tuple[Finding, ...]:
    """Judge every rule over the observation and return the findings, in the order of the rules.

    A rule that lacks its value decides by its whenMissing; a rule that breaks becomes "could not be assessed". Never
    raises for a rule's fault. Overdue rules are for overdue().
    """
    case = Case(observation, history)
    found: dict[str, Finding] = {}
    for rule in rule_set.judged:
        judgement = judge(rule, case)
        if judgement is not QUIET:
            found[rule.id] = _judged(rule_set, rule, judgement, now)
    fired = _fired(rule_set.judged, found)
    for count in rule_set.counting:
        reason = _counted(count, fired)
        if reason is not None:
            found[count.id] = _finding(rule_set, count, reason)
    return tuple([found[rule.id] for rule in rule_set.rules if rule.id in found])


def immediate(rule_set: RuleSet, observation: Observation, now: datetime) -> tuple[Finding, ...]:
    """Return what a form that is still being filled in raises at once: emergencies that need no history.

    What is missing is no finding here; a rule that breaks is.
    """
    # With no history no rule fires that would be quiet with one, so what fires here is sure.
    emergencies = {rule.id for rule in rule_set.rules if rule.severity is Severity.EMERGENCY}
    findings = evaluate(rule_set, observation, History(), now)
    return tuple(one for one in findings if one.rule in emergencies and one.reason.code != "missing")


def overdue(rule_set: RuleSet, now: datetime, *, begun: bool, hours: float) -> tuple[Finding, ...]:
    """Return what silence raises, `hours` after the answer was due; `begun` where a form was opened and left."""
    values = {"hours": float(hours), "begun": "true" if begun else "false"}
    silent = (rule for rule in rule_set.rules if isinstance(rule, Overdue) and hours >= rule.after_hours)
    return tuple(_finding(rule_set, rule, Reason("overdue", values)) for rule in silent)


def could_not_be_assessed(topic_detail: str, now: datetime) -> Finding:
    """Return the finding for a report that no rule could judge: no rule set, an unknown version, a scorer that failed.

    `topic_detail` says which; it is for staff and holds no answer.
    """
    values = {"detail": topic_detail, "severity": UNKNOWN_SEVERITY.word, "judged": now.isoformat()}
    return Finding(
        rule=UNASSESSED,
        rule_set="",
        topic=UNASSESSED,
        severity=UNKNOWN_SEVERITY,
        kind="could not be assessed",
        title=NOT_ASSESSED,
        instruction=None,
        reason=Reason("failed", values),
    )


def _fired(rules: tuple[Rule, ...], found: Mapping[str, Finding]) -> Mapping[str, str]:
    """Return rule id -> topic of the rules that fired and may be counted."""
    sure = {rule_id for rule_id, finding in found.items() if finding.kind == "rule"}
    return {rule.id: rule.topic for rule in rules if rule.id in sure and countable(rule)}


def _counted(rule: Count, fired: Mapping[str, str]) -> Reason | None:
    hits = [rule_id for rule_id in rule.of if rule_id in fired]
    # One symptom that trips two rules is still one symptom.
    topics = list(dict.fromkeys(fired[rule_id] for rule_id in hits))
    if len(topics) < rule.at_least:
        return None
    numbers = {"count": float(len(topics)), "limit": float(rule.at_least)}
    return Reason("count", {**numbers, "topics": ",".join(topics), "rules": ",".join(hits)})


def _judged(rule_set: RuleSet, rule: Rule, judgement: Judgement, now: datetime) -> Finding:
    if judgement.verdict is Verdict.FIRES:
        return _finding(rule_set, rule, judgement.reason)
    stamp = {"judged": now.isoformat()} if judgement.reason.code == "failed" else {}
    reason = Reason(judgement.reason.code, {**judgement.reason.values, "severity": rule.severity.word, **stamp})
    unknown = replace(rule, severity=UNKNOWN_SEVERITY, instruction=None)
    return _finding(rule_set, unknown, reason, "could not be assessed")


def _finding(rule_set: RuleSet, rule: Rule, reason: Reason, kind: Kind = "rule") -> Finding:
    return Finding(
        rule=rule.id,
        rule_set=rule_set.canonical,
        topic=rule.topic,
        severity=rule.severity,
        kind=kind,
        title=rule.title,
        instruction=rule.instruction,
        reason=reason,
    )
