"""Whether a rule set catches an answer that alone is an emergency, found by asking it: the rules themselves are run."""

from __future__ import annotations

from datetime import UTC, datetime

from alerts.evaluation import immediate
from alerts.findings import Finding
from alerts.observation import Observation
from alerts.rules import RuleSet, Severity, readings
from questionnaires.definition import Value

#: Any instant will do: an emergency that needs a history is none that is shown at once.
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def raised_by(rule_set: RuleSet, link_id: str, value: Value) -> tuple[Finding, ...]:
    """Return the emergencies that one answer raises at once, all else unanswered."""
    observation = Observation(
        answers={link_id: (value,)},
        scores={},
        attributes={},
        asked=frozenset({link_id}),
        source="patient",
        authored=_SOME_TIME,
        complete=False,
    )
    return tuple(each for each in immediate(rule_set, observation, _SOME_TIME) if each.kind == "rule")


def emergency_items(rule_set: RuleSet) -> frozenset[str]:
    """Return the linkIds whose answers an emergency of the rule set reads."""
    emergencies = (rule for rule in rule_set.rules if rule.severity is Severity.EMERGENCY)
    return frozenset(each.name for rule in emergencies for each in readings(rule) if each.kind == "answer")
