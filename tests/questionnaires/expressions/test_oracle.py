"""Our FHIRPath beside an independent one, npm fhirpath 5.2.0: over our own expressions and answers, no other value."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from questionnaires.documents import dumps
from questionnaires.expressions.covering import COVERED_FUNCTIONS, calls_in
from questionnaires.expressions.faults import NotComputed, NotCovered
from questionnaires.expressions.grammar import parse
from tests.prom.fhir.independent import run
from tests.questionnaires.expressions.working import RESPONSE, worth

FIXTURES = Path(__file__).parent / "expressions.txt"
EXPRESSIONS = [line for line in FIXTURES.read_text().splitlines() if line and not line.startswith("#")]


def test_every_function_that_is_covered_is_held_against_the_independent_engine() -> None:
    called = frozenset().union(*(calls_in(parse(expression)) for expression in EXPRESSIONS))
    # What day it is depends on the day, and weights on a questionnaire: test_calculating.py has both.
    assert called >= COVERED_FUNCTIONS - {"today", "weight", "ordinal"}


def test_no_expression_comes_to_anything_else_than_with_the_independent_engine(tmp_path: Path) -> None:
    cases = [(expression, answers) for answers in (RESPONSE, *_others()) for expression in EXPRESSIONS]
    expected = _independently(cases, tmp_path / "cases.json")
    computed, differing = 0, []
    for (expression, answers), theirs in zip(cases, expected, strict=True):
        try:
            ours = worth(expression, answers)
        except (NotCovered, NotComputed):
            continue
        computed += 1
        if "result" in theirs and not same(ours, theirs["result"]):
            differing.append((expression, ours, theirs["result"]))
    assert differing == []
    assert computed > 0.9 * len(cases)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_each_expression_is_covered(expression: str) -> None:
    assert isinstance(worth(expression), list)


def _independently(cases: list[tuple[str, Any]], path: Path) -> list[dict[str, Any]]:
    path.write_text(dumps([{"expression": expression, "resource": answers} for expression, answers in cases]))
    worked: list[dict[str, Any]] = json.loads(run("expressions.mjs", FHIRPATH_CASES=str(path)))
    return worked


def _others() -> list[dict[str, Any]]:
    """The same answers with some of them left out, and numbers changed."""
    order = random.Random(4)
    return [{**RESPONSE, "item": _thinned(RESPONSE["item"], order)} for _ in range(4)]


def _thinned(items: list[dict[str, Any]], order: random.Random) -> list[dict[str, Any]]:
    made = []
    for item in items:
        if order.random() < 0.75:
            copy = dict(item)
            if "item" in item:
                copy["item"] = _thinned(item["item"], order)
            if "answer" in item:
                copy["answer"] = [_changed(each, order) for each in item["answer"]]
            made.append(copy)
    return made


def _changed(answer: dict[str, Any], order: random.Random) -> dict[str, Any]:
    if "valueInteger" in answer:
        return {"valueInteger": order.randint(-5, 200)}
    if "valueDecimal" in answer:
        return {"valueDecimal": Decimal(order.randint(1, 9_999)) / 100}
    return answer


def same(one: Any, other: Any) -> bool:
    """Whether two results are equal, numbers to nine digits: the other engine's are floats."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(mine, theirs) for mine, theirs in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str):
        return bool(one == other)
    return isinstance(other, int | float) and abs(float(one) - other) <= 1e-9 * max(1, abs(other))
