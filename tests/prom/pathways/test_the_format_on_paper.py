"""What docs/pathways.md shows: its example is fit, its timings give the days beside them, and no key is left out."""

import re
from datetime import date
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import alerts.library
from prom.assignments.timing import occurrences
from prom.pathways.checks import problems
from prom.pathways.definition import _KEYS, TEXT_KINDS, parse
from prom.pathways.problems import PathwayProblem
from prom.pathways.reading_timings import _COMMON, _OF_UNIT
from questionnaires.trees import yaml_tree
from tests.prom.assignments.timing_documents import read

PAGE = (Path(__file__).parents[3] / "docs" / "pathways.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\{every.*\})` \| (\d{4}-\d\d-\d\d) \| (.*) \|$", PAGE, re.MULTILINE)


def test_the_worked_example_is_fit_and_worth_no_second_look() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    pathway = parse(yaml_tree.load(example), "example")
    findings = {rule.id for rules in alerts.library.rule_sets() for rule in rules.rules}
    assert list(problems(pathway, findings)) == list[PathwayProblem]()
    assert [each.key for each in pathway.items] == ["weekly-symptom-check", "frailty", "experience"]


def test_there_are_rows_to_run() -> None:
    assert len(ROWS) == 15


@pytest.mark.parametrize("timing, start, days", ROWS, ids=[row[0] for row in ROWS])
def test_a_timing_gives_the_days_beside_it(timing: str, start: str, days: str) -> None:
    document = {"from": "anchor", **yaml_tree.load(timing)}
    expected = days.split(", ")
    anchors = {"start": date.fromisoformat(start)}
    found = [each.name for each in islice(occurrences(read(document), anchors, ZoneInfo("Europe/Oslo")), len(expected))]
    assert found == expected


@pytest.mark.parametrize("key", sorted({*_KEYS, *_COMMON, *_OF_UNIT, *TEXT_KINDS} - {"weekday"}))
def test_every_key_is_explained(key: str) -> None:
    """`weekday` is the old form of `weekdays`, read but not taught."""
    assert f"`{key}`" in PAGE
