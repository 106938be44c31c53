"""The worked examples of a rule document: each a report, and what it must raise."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from alerts.fields import Fields
from alerts.making import severity
from alerts.problems import RuleError, RuleProblem
from alerts.rules import Example, Expected

_FIELDS = frozenset(
    {
        "name",
        "answers",
        "previous",
        "baseline",
        "complete",
        "source",
        "age",
        "phase",
        "dayOfCycle",
        "silentHours",
        "expect",
        "exactly",
    }
)


class _Kind(StrEnum):
    RULE = "rule"
    NOT_ASSESSED = "could not be assessed"


def parse_examples(fields: Fields, rules: frozenset[str]) -> tuple[Example, ...]:
    """Read the field `examples`, where there is one. Raises RuleError, also for an example on an unknown rule."""
    if not fields.has("examples"):
        return ()
    return tuple(_example(Fields.of(one, "example"), rules) for one in fields.several("examples"))


def _example(fields: Fields, rules: frozenset[str]) -> Example:
    mine = Fields(f"example {fields.text('name')}", fields.values)
    mine.only(_FIELDS)
    return Example(
        name=mine.text("name"),
        answers=dict(Fields.of(mine.values.get("answers", {}), mine.rule).values),
        expect=tuple(_expected(Fields.of(one, mine.rule), rules) for one in _listed(mine, "expect")),
        exactly=mine.truth("exactly", False),
        complete=mine.truth("complete", True),
        source=mine.text("source") if mine.has("source") else "patient",
        previous=_levels(mine, "previous"),
        baseline=_levels(mine, "baseline"),
        age=mine.whole("age", 0, 150) if mine.has("age") else None,
        phase=mine.text("phase") if mine.has("phase") else None,
        day_of_cycle=mine.whole("dayOfCycle", 0, 1000) if mine.has("dayOfCycle") else None,
        silent_hours=mine.number("silentHours") if mine.has("silentHours") else None,
    )


def _listed(fields: Fields, name: str) -> tuple[Any, ...]:
    value = fields.get(name)
    return tuple(value) if isinstance(value, list) else fields.refuse(name, "a list")


def _expected(fields: Fields, rules: frozenset[str]) -> Expected:
    fields.only({"rule", "severity", "kind"})
    rule = fields.text("rule")
    if rule not in rules:
        raise RuleError([RuleProblem(fields.rule, None, "unknown-rule", {"other": rule})])
    return Expected(rule, severity(fields), fields.word("kind", _Kind, _Kind.RULE).value)


def _levels(fields: Fields, name: str) -> Mapping[str, Decimal]:
    levels = Fields.of(fields.values.get(name, {}), fields.rule)
    return {scale: levels.number(scale) for scale in levels.values}
