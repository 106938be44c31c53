"""A small instrument of our own, and short ways to make reports, histories and rules over it."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings

from alerts.observation import History, Observation, Snapshot
from alerts.parsing import RuleError, RuleProblem, parse
from alerts.rules import Comparison, Reading, ReadingKind, Rule, RuleSet, Severity, Threshold
from questionnaires.definition import (
    AnswerOption,
    Coding,
    EnableWhen,
    Item,
    ItemType,
    Operator,
    Quantity,
    Questionnaire,
    Texts,
    Value,
)
from questionnaires.scoring import Scale, Score, ScoringKey

sized = settings(max_examples=int(os.environ.get("PROM_TEST_SIZE", "50")), deadline=None)

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
URL = "urn:prom:questionnaire:sample"


def _choice(link_id: str, *codes: str, ordinals: bool = False, after: EnableWhen | None = None) -> Item:
    numbers = [Decimal(code) if ordinals and code.isdigit() else None for code in codes]
    pairs = zip(codes, numbers, strict=True)
    options = tuple(AnswerOption(Coding("urn:sample", code, None, number)) for code, number in pairs)
    conditions = () if after is None else (after,)
    return Item(link_id, ItemType.CHOICE, options=options, enable_when=conditions)


def _more_than_none(link_id: str) -> EnableWhen:
    return EnableWhen(link_id, Operator.NOT_EQUAL, Coding("urn:sample", "0"))


_LADDER = ("0", "1", "2", "3", "4")

QUESTIONNAIRE = Questionnaire(
    url=URL,
    version="1.0.0",
    name="sample",
    title=Texts.of({"nb": "Prøve"}),
    status="active",
    language="nb",
    languages=("nb",),
    items=(
        _choice("temperature-measured", "yes", "no"),
        Item(
            "temperature",
            ItemType.DECIMAL,
            unit="Cel",
            min_value=Decimal(30),
            max_value=Decimal(45),
            enable_when=(EnableWhen("temperature-measured", Operator.EQUAL, Coding("urn:sample", "yes")),),
        ),
        _choice("chest-pain", "no", "last-24-hours", "now"),
        Item(
            "symptoms",
            ItemType.GROUP,
            items=(
                _choice("nausea-frequency", *_LADDER, ordinals=True),
                _choice("nausea-severity", *_LADDER, ordinals=True, after=_more_than_none("nausea-frequency")),
                _choice("pain-severity", *_LADDER, ordinals=True),
            ),
        ),
        _choice("dark-thoughts", "0", "1", "2", "3", "not-applicable", ordinals=True),
        Item("stairs", ItemType.CHOICE, options=(AnswerOption("easy"), AnswerOption("hard"))),
        Item("steps", ItemType.CHOICE, options=(AnswerOption(1), AnswerOption(2))),
        Item("alone", ItemType.BOOLEAN),
        Item("weight", ItemType.DECIMAL, unit="kg"),
        Item("dose", ItemType.QUANTITY),
        Item("since", ItemType.DATE),
        Item("note", ItemType.TEXT),
        Item("heading", ItemType.DISPLAY),
    ),
)

KEY = ScoringKey(
    name="sample",
    version="1.0.0",
    questionnaire=URL,
    source="made for tests",
    scales=(
        Scale(
            "nausea",
            Texts.of({"nb": "Kvalme", "en": "Nausea"}),
            "composite",
            ("nausea-frequency", "nausea-severity"),
            2,
            kind="level",
            attribute_kinds=("frequency", "severity"),
        ),
        Scale(
            "pain",
            Texts.of({"nb": "Smerte", "en": "Pain"}),
            "composite",
            ("pain-severity",),
            1,
            kind="level",
            attribute_kinds=("severity",),
        ),
        Scale(
            "function",
            Texts.of({"nb": "Funksjon", "en": "Function"}),
            "percent",
            ("pain-severity",),
            1,
            Decimal(0),
            Decimal(4),
            direction="high is good",
        ),
        Scale("burden", Texts.of({"nb": "Byrde"}), "sum", ("pain-severity",), 1),
    ),
)
INSTRUMENT = (QUESTIONNAIRE, KEY)
ALL_ITEMS = frozenset(item.link_id for item in QUESTIONNAIRE.all_items)


def report(
    answers: Mapping[str, Value | tuple[Value, ...]] | None = None,
    levels: Mapping[str, float | str] | None = None,
    attributes: Mapping[str, Mapping[str, float | None]] | None = None,
    **more: Any,
) -> Observation:
    """Make a complete report by the patient, every item asked; a level given as a text is missing for that reason."""
    given = {name: value if isinstance(value, tuple) else (value,) for name, value in (answers or {}).items()}
    scores = {
        name: Score(name, None, level) if isinstance(level, str) else Score(name, level)
        for name, level in (levels or {}).items()
    }
    plain = Observation(given, scores, attributes or {}, ALL_ITEMS, "patient", NOW, complete=True)
    return replace(plain, **more)


def snapshot(weeks_ago: float, source: str = "patient", **scores: float) -> Snapshot:
    """Make an earlier report."""
    return Snapshot(NOW - timedelta(weeks=weeks_ago), scores, source)


def previous(*snapshots: Snapshot) -> History:
    """Make a history without a baseline."""
    return History(previous=snapshots)


def baseline(snapshot: Snapshot) -> History:
    """Make a history of a baseline alone."""
    return History(baseline={snapshot.source: snapshot})


def common(rule_id: str = "rule", **more: Any) -> dict[str, Any]:
    """Make what every rule has."""
    plain = {"id": rule_id, "topic": rule_id, "severity": Severity.SAME_DAY, "source": "made for tests"}
    return plain | {"title": Texts.of({"nb": rule_id})} | more


def threshold(
    kind: ReadingKind, name: str, comparison: str, value: Any, rule_id: str = "rule", **more: Any
) -> Threshold:
    """Make a threshold rule."""
    own = {"unit", "ordinals", "when_missing"} & more.keys()
    mine = {field: more.pop(field) for field in own}
    limit = Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value
    return Threshold(
        **common(rule_id, **more), reading=Reading(kind, name), comparison=Comparison(comparison), value=limit, **mine
    )


def rule_set(*rules: Rule) -> RuleSet:
    """Make a rule set of rules as they are, past the parser."""
    return RuleSet("urn:prom:rules:sample", "1.0.0", "sample", Texts.of({"nb": "Prøve"}), URL, ("1.0.0",), rules)


def document(*rules: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Make a rule document of rules; by default of one that reads the temperature."""
    return {
        "url": "urn:prom:rules:sample",
        "version": "1.0.0",
        "title": {"nb": "Prøve"},
        "questionnaire": URL,
        "questionnaireVersions": ["1.0.0"],
        "rules": [dict(rule) for rule in rules] or [fever()],
    } | more


def written(rule_id: str, kind: str, /, **more: Any) -> dict[str, Any]:
    """Make the fields of one rule in a document; a field given as None is left out."""
    plain = {"id": rule_id, "kind": kind, "topic": rule_id, "severity": "same-day", "source": "made for tests"}
    fields = plain | {"title": {"nb": rule_id}} | more
    return {name: value for name, value in fields.items() if value is not None}


def fever(**more: Any) -> dict[str, Any]:
    """Make the fields of a rule on the temperature."""
    plain = {"reads": {"answer": "temperature"}, "unit": "Cel", "compare": ">=", "value": Decimal("38.0")}
    return written("fever", "threshold", **(plain | {"severity": "emergency"} | more))


def celsius(value: str) -> Quantity:
    """Make a temperature with its unit."""
    return Quantity(Decimal(value), unit="°C", code="Cel")


LIMIT = {"compare": ">=", "value": 3}


def answer(link_id: str, **more: Any) -> dict[str, Any]:
    """Make the fields of a rule on an answer; without more it wants 3 or above."""
    return written("one", "threshold", reads={"answer": link_id}, **(LIMIT | more))


def over(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """Make the fields of a rule on a scale or circumstance; without more it wants 3 or above."""
    return written("one", "threshold", reads={kind: name}, **(LIMIT | more))


def each(rule_id: str, kind: str, **more: Any) -> dict[str, Any]:
    """Make the fields of a rule that is written once for all level scales."""
    return written(rule_id, kind, each="level-scale", topic=None, title=None, **more)


def problems(made: Any, instruments: Any = (INSTRUMENT,)) -> tuple[RuleProblem, ...]:
    """Parse what must be refused, and return why it was; each reason has its sentence."""
    with pytest.raises(RuleError) as refused:
        parse(made, instruments)
    assert all(problem.text for problem in refused.value.problems)
    return refused.value.problems


def codes(*rules: Mapping[str, Any], **more: Any) -> list[tuple[str | None, str | None, str]]:
    """Parse rules that must be refused, and return rule, item and code of each problem."""
    return [(one.rule, one.item, one.code) for one in problems(document(*rules, **more))]
