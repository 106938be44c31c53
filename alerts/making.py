"""One rule's fields -> one rule. What it reads is checked against the questionnaire elsewhere, in `checking`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from alerts.fields import Fields, is_number, to_decimal
from alerts.observation import DAYS, LATEST
from alerts.problems import RuleError, RuleProblem
from alerts.rules import (
    AllOf,
    AnyOf,
    Change,
    Comparison,
    Count,
    Limit,
    Overdue,
    Persistence,
    Present,
    Reading,
    Rule,
    Severity,
    Threshold,
    Trend,
    WhenMissing,
)

#: With the report that is judged.
MOST_REPORTS = LATEST + 1
#: A trend sees every report of its days, however often somebody reports: what is not kept it must not promise.
MOST_DAYS = DAYS

#: Ids and topics stand in lists joined by commas, and in addresses.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

COMMON = frozenset({"id", "kind", "topic", "severity", "title", "instruction", "procedure", "source", "counted"})


class _Against(StrEnum):
    PREVIOUS = "previous"
    BASELINE = "baseline"


class _Reads(StrEnum):
    ANSWER = "answer"
    LEVEL = "level"
    WORST_ATTRIBUTE = "worst-attribute"
    SCORE = "score"
    CIRCUMSTANCE = "circumstance"


def make(fields: Fields, number: int) -> Rule:
    """Make a rule of a document's fields; `number` names it where it has no id. Raises RuleError."""
    rule_id = _name(Fields(f"rule {number}", fields.values), "id")
    mine = Fields(rule_id, fields.values)
    kind = _kind(mine)
    mine.only(COMMON | _FIELDS[kind])
    return _MAKERS[kind](mine, _common(mine))


def _common(fields: Fields) -> dict[str, Any]:
    return {
        "id": fields.text("id"),
        "topic": _name(fields, "topic"),
        "severity": severity(fields),
        "title": fields.texts("title"),
        "instruction": fields.texts("instruction") if fields.has("instruction") else None,
        "procedure": fields.address("procedure") if fields.has("procedure") else None,
        "source": fields.text("source"),
        "counted": fields.truth("counted", True),
    }


def severity(fields: Fields) -> Severity:
    """Read the field `severity`."""
    try:
        return Severity.parse(fields.text("severity"))
    except ValueError:
        return fields.refuse("severity", "one of " + ", ".join(one.word for one in Severity))


def _name(fields: Fields, name: str) -> str:
    value = fields.text(name)
    return value if _NAME.fullmatch(value) else fields.refuse(name, "letters, digits, dots and hyphens")


def _kind(fields: Fields) -> str:
    kind = fields.text("kind")
    return kind if kind in _MAKERS else fields.refuse("kind", "one of " + ", ".join(_MAKERS))


def _reading(fields: Fields) -> Reading:
    reads = fields.get("reads")
    if not isinstance(reads, Mapping) or len(reads) != 1:
        return fields.refuse("reads", "one of " + ", ".join(_Reads) + " and its name")
    ((kind, name),) = reads.items()
    if kind not in list(_Reads) or not isinstance(name, str) or not name:
        return fields.refuse("reads", "one of " + ", ".join(_Reads) + " and its name")
    return Reading(_Reads(kind).value, name)


def _when_missing(fields: Fields) -> WhenMissing:
    return fields.word("whenMissing", WhenMissing, WhenMissing.NOT_ASSESSED)


def _limit(fields: Fields, comparison: Comparison) -> Limit:
    if comparison is Comparison.IN:
        return fields.names("value")
    value = fields.get("value")
    if comparison is Comparison.EQUAL and isinstance(value, bool | str):
        return value
    return to_decimal(value) if is_number(value) else fields.refuse("value", "a number")


def _threshold(fields: Fields, common: Mapping[str, Any]) -> Rule:
    comparison = fields.word("compare", Comparison)
    return Threshold(
        **common,
        reading=_reading(fields),
        comparison=comparison,
        value=_limit(fields, comparison),
        unit=fields.text("unit") if fields.has("unit") else None,
        when_missing=_when_missing(fields),
    )


def _change(fields: Fields, common: Mapping[str, Any]) -> Rule:
    return Change(
        **common,
        reading=_reading(fields),
        against=fields.word("against", _Against).value,
        worse_by=fields.positive("worseBy"),
        when_missing=_when_missing(fields),
    )


def _persistence(fields: Fields, common: Mapping[str, Any]) -> Rule:
    return Persistence(
        **common,
        reading=_reading(fields),
        comparison=fields.word("compare", Comparison),
        value=fields.number("value"),
        reports=fields.whole("reports", 2, MOST_REPORTS),
        when_missing=_when_missing(fields),
    )


def _trend(fields: Fields, common: Mapping[str, Any]) -> Rule:
    return Trend(
        **common,
        reading=_reading(fields),
        worse_by=fields.positive("worseBy"),
        days=fields.whole("days", 1, MOST_DAYS),
        when_missing=_when_missing(fields),
    )


def _present(fields: Fields, common: Mapping[str, Any]) -> Rule:
    return Present(**common, reading=_reading(fields))


def _count(fields: Fields, common: Mapping[str, Any]) -> Rule:
    return Count(**common, of=fields.names("of"), at_least=fields.whole("atLeast", 1, 1000))


def _overdue(fields: Fields, common: Mapping[str, Any]) -> Rule:
    return Overdue(**common, after_hours=fields.number("afterHours") if fields.has("afterHours") else Decimal(0))


def _all_of(fields: Fields, common: Mapping[str, Any]) -> Rule:
    return AllOf(**common, rules=_parts(fields, common))


def _any_of(fields: Fields, common: Mapping[str, Any]) -> Rule:
    return AnyOf(**common, rules=_parts(fields, common))


def _parts(fields: Fields, common: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Make the rules within a rule: they say what they read, and have all else from the rule they stand in."""
    return tuple(_part(fields, common, number, part) for number, part in enumerate(fields.several("rules"), start=1))


def _part(fields: Fields, common: Mapping[str, Any], number: int, document: Any) -> Rule:
    mine = Fields.of(document, f"{fields.rule}.{number}")
    kind = _kind(mine)
    if kind in ("count", "overdue"):
        raise RuleError([RuleProblem(mine.rule, None, "wrong-field", {"field": "kind", "wanted": "over one report"})])
    mine.only({"kind"} | _FIELDS[kind])
    return _MAKERS[kind](mine, {**common, "id": mine.rule})


_READS = frozenset({"reads", "whenMissing"})
_FIELDS: Mapping[str, frozenset[str]] = {
    "threshold": _READS | {"compare", "value", "unit"},
    "change": _READS | {"against", "worseBy"},
    "persistence": _READS | {"compare", "value", "reports"},
    "trend": _READS | {"worseBy", "days"},
    "present": frozenset({"reads"}),
    "count": frozenset({"of", "atLeast"}),
    "overdue": frozenset({"afterHours"}),
    "all-of": frozenset({"rules"}),
    "any-of": frozenset({"rules"}),
}
_MAKERS: Mapping[str, Callable[[Fields, Mapping[str, Any]], Rule]] = {
    "threshold": _threshold,
    "change": _change,
    "persistence": _persistence,
    "trend": _trend,
    "present": _present,
    "count": _count,
    "overdue": _overdue,
    "all-of": _all_of,
    "any-of": _any_of,
}
