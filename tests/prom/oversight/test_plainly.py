"""The auditor's evaluator and the engine say the same, and a fault in either shows."""

import ast
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from alerts import evaluation, judging, reading
from alerts.library import load
from alerts.observation import History, Observation, Snapshot
from alerts.rules import Comparison, Severity
from prom.oversight import plainly, reported
from questionnaires.response import build
from tests.alerts import samples
from tests.prom.oversight import histories
from tests.prom.oversight.agreement import compared
from tests.prom.properties import SIZE

#: What a fault is sought among; each of those below shows in fewer.
ENOUGH = 800


@pytest.mark.hazard("H05")
@pytest.mark.parametrize("module", [plainly, reported])
def test_it_shares_no_line_with_the_engine(module: Any) -> None:
    tree = ast.parse(Path(module.__file__).read_text())
    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert [name for name in named if name.partition(".")[0] == "alerts"] == []


@pytest.mark.hazard("H05")
def test_both_say_the_same_of_generated_histories() -> None:
    assert [each.seed for each in compared(10 * SIZE) if not each.agrees] == []


def test_generated_histories_raise_findings_of_every_kind_of_rule() -> None:
    fired = {
        type(rule).__name__
        for each in compared(ENOUGH)
        for rule in each.rules.rules
        if any(one.rule == rule.id and one.kind == "rule" for one in each.engine)
    }
    assert fired == {
        *("Threshold", "Change", "Persistence", "Trend", "Present", "Count", "Overdue", "AllOf", "AnyOf"),
    }


def _beyond_but_not_at(value: Any, comparison: Comparison, limit: Any) -> bool:
    above = {Comparison.AT_LEAST: Comparison.ABOVE}
    return reading.beyond(value, above.get(comparison, comparison), limit)


def _of_anybody(history: History, observation: Observation) -> tuple[Snapshot, ...]:
    earlier = (one for one in history.previous if one.authored < observation.authored)
    return tuple(sorted(earlier, key=lambda one: one.authored, reverse=True))


def _never_missing(rule: Any, case: Any, missing: Any) -> judging.Judgement:
    return judging.QUIET


FAULTS = [
    (judging, "beyond", _beyond_but_not_at),
    (judging, "_missing", _never_missing),
    (judging, "UNANSWERED", frozenset()),
    (History, "before", _of_anybody),
    (History, "baseline_of", lambda history, observation: ()),
    (evaluation, "_fired", lambda rules, found: {rule_id: rule_id for rule_id in found}),
    (evaluation, "UNKNOWN_SEVERITY", Severity.AT_VISIT),
]


@pytest.mark.hazard("H05")
@pytest.mark.parametrize("place, name, fault", FAULTS, ids=lambda each: each if isinstance(each, str) else "")
def test_a_fault_planted_in_the_engine_is_found(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, fault: Any
) -> None:
    monkeypatch.setattr(place, name, fault)
    assert any(not each.agrees for each in compared(ENOUGH))


@pytest.mark.hazard("H05")
def test_a_rule_of_an_unknown_kind_is_not_passed_over() -> None:
    rules = {"rules": [samples.written("new", "horoscope", reads={"level": "pain"})]}
    report = reported.report_of(
        samples.INSTRUMENT, histories.response(Random(1), samples.INSTRUMENT), histories.NOW, "patient"
    )
    with pytest.raises(LookupError):
        plainly.expected(rules, [samples.INSTRUMENT], report, [])


def test_a_report_of_nothing_is_not_quiet_about_its_red_flags() -> None:
    rules = load("symptom-check")
    instrument = next(one for one in histories.INSTRUMENTS if one[0].url == rules.questionnaire)
    report = reported.report_of(instrument, build(instrument[0], {}), histories.NOW, "patient")
    found = plainly.expected(rules.document, [instrument], report, [])
    assert ("chest-pain", "chest-pain", "could not be assessed", 3) in found
    assert plainly.expected(rules.document, [instrument], replace(report, complete=False), []) == set()
