"""A rule set's worked examples, run through the very same scoring and judging as a patient's report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.evaluation import evaluate, overdue
from alerts.findings import Finding
from alerts.observation import History, Observation, Snapshot
from alerts.observing import observe
from alerts.problems import RuleProblem
from alerts.resolving import Instrument
from alerts.rules import Example, Expected, RuleSet
from questionnaires.definition import ItemType, Questionnaire
from questionnaires.response import build
from questionnaires.validation import validate

#: Any fixed instant will do: no rule looks at the clock.
_AUTHORED = datetime(2026, 1, 12, 9, tzinfo=UTC)
_PREVIOUS = _AUTHORED - timedelta(days=7)
_BASELINE = _AUTHORED - timedelta(days=56)


def rehearse(rule_set: RuleSet, instrument: Instrument) -> Iterator[RuleProblem]:
    """Run every example over one version of the questionnaire and yield what did not come out as it says."""
    for example in rule_set.examples:
        try:
            yield from _run(rule_set, example, instrument)
        except Exception as error:  # a broken example is a problem of the rule set, not of its reader
            yield RuleProblem(None, None, "example-failed", {"example": example.name, "detail": repr(error)})


def _run(rule_set: RuleSet, example: Example, instrument: Instrument) -> Iterator[RuleProblem]:
    questionnaire, key = instrument
    response = build(questionnaire, _as_codes(example.answers, questionnaire), _status(example))
    # Never held to be complete: what happens when an answer is missing is worth an example too.
    refused = [one for one in validate(questionnaire, response, complete=False) if one.severity == "error"]
    if refused:
        detail = "; ".join(problem.text for problem in refused)
        yield RuleProblem(None, None, "example-refused", {"example": example.name, "detail": detail})
        return
    observation = observe(
        questionnaire,
        key,
        response,
        source=example.source,
        authored=_AUTHORED,
        complete=example.complete,
        age=example.age,
        phase=example.phase,
        day_of_cycle=example.day_of_cycle,
    )
    yield from _compared(example, _findings(rule_set, example, observation))


def _status(example: Example) -> Any:
    return "completed" if example.complete else "in-progress"


def _as_codes(answers: Mapping[str, Any], questionnaire: Questionnaire) -> Mapping[str, Any]:
    """Return the answers with a choice's 3 as the code "3", as a person would write it in YAML."""
    choices = {item.link_id for item in questionnaire.questions if item.type is ItemType.CHOICE}
    return {
        link_id: str(value) if link_id in choices and type(value) is int else value
        for link_id, value in answers.items()
    }


def _findings(rule_set: RuleSet, example: Example, observation: Observation) -> tuple[Finding, ...]:
    """Judge an example: silence alone where nothing was answered, both where a form was begun and left."""
    silent: tuple[Finding, ...] = ()
    if example.silent_hours is not None:
        silent = overdue(rule_set, _AUTHORED, begun=bool(example.answers), hours=float(example.silent_hours))
        if not example.answers:
            return silent
    return (*evaluate(rule_set, observation, _history(example), _AUTHORED), *silent)


def _history(example: Example) -> History:
    source = example.source
    previous = Snapshot(_PREVIOUS, {scale: float(level) for scale, level in example.previous.items()}, source)
    baseline = Snapshot(_BASELINE, {scale: float(level) for scale, level in example.baseline.items()}, source)
    return History({source: baseline} if example.baseline else {}, (previous,) if example.previous else ())


def _compared(example: Example, findings: tuple[Finding, ...]) -> Iterator[RuleProblem]:
    found = [Expected(one.rule, one.severity, one.kind) for one in findings]
    for expected in example.expect:
        if expected not in found:
            yield _unmet("example-missed", example, expected)
    for surplus in found if example.exactly else ():
        if surplus not in example.expect:
            yield _unmet("example-surplus", example, surplus)


def _unmet(code: str, example: Example, expected: Expected) -> RuleProblem:
    values = {"example": example.name, "severity": expected.severity.word, "kind": expected.kind}
    return RuleProblem(expected.rule, None, code, values)
