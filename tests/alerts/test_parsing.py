"""What comes out of a rule document that is taken."""

import json
import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.parsing import RuleError, parse, to_document
from alerts.rules import (
    AllOf,
    AnyOf,
    Change,
    Comparison,
    Count,
    Expected,
    Overdue,
    Persistence,
    Present,
    Reading,
    RuleSet,
    Severity,
    Threshold,
    Trend,
    WhenMissing,
)
from tests.alerts.samples import (
    INSTRUMENT,
    LIMIT,
    URL,
    answer,
    document,
    each,
    fever,
    over,
    sized,
    written,
)


def parsed(*rules: Mapping[str, Any], **more: Any) -> RuleSet:
    return parse(document(*rules, **more), [INSTRUMENT])


def test_a_threshold_comes_out_as_it_is_written() -> None:
    rules = parsed(fever(instruction={"nb": "Ring"}, whenMissing="not applicable", counted=False))
    (rule,) = rules.rules
    assert isinstance(rule, Threshold)
    assert (rule.reading, rule.comparison, rule.value) == (
        Reading("answer", "temperature"),
        Comparison.AT_LEAST,
        Decimal("38.0"),
    )
    assert (rule.unit, rule.severity, rule.when_missing) == ("Cel", Severity.EMERGENCY, WhenMissing.NOT_APPLICABLE)
    assert (str(rule.title), str(rule.instruction), rule.counted) == ("fever", "Ring", False)
    assert (rules.name, rules.questionnaire, rules.questionnaire_versions) == ("sample", URL, ("1.0.0",))


def test_a_rule_that_does_not_say_calls_a_missing_value_not_assessed() -> None:
    (rule,) = parsed(fever()).rules
    assert isinstance(rule, Threshold)
    assert rule.when_missing is WhenMissing.NOT_ASSESSED


def test_a_number_from_json_is_the_number_that_was_written() -> None:
    (rule,) = parse(json.loads(json.dumps(document(fever(value=38.3)))), [INSTRUMENT]).rules
    assert isinstance(rule, Threshold)
    assert rule.value == Decimal("38.3")


@pytest.mark.parametrize(
    "rule",
    [
        answer("chest-pain", compare="in", value=["now"]),
        answer("chest-pain", compare="=", value="now"),
        answer("stairs", compare="in", value=["hard"]),
        answer("steps", value=2),
        answer("alone", compare="=", value=True),
        answer("temperature", unit="Cel", compare="<", value=35),
        answer("temperature", unit="Cel", compare="=", value=36),
        answer("weight", unit="kg", value=100),
        over("circumstance", "age", value=65),
        over("circumstance", "day-of-cycle", value=8),
        over("circumstance", "phase", compare="in", value=["cycle"]),
        over("worst-attribute", "nausea"),
        over("score", "nausea"),
        over("score", "burden", value=99),
        over("score", "function", compare="<", value=58),
    ],
)
def test_what_can_be_compared_is_taken(rule: dict[str, Any]) -> None:
    assert len(parsed(rule).rules) == 1


def test_a_choice_with_a_numeric_limit_learns_the_numbers_of_its_codes() -> None:
    (rule,) = parsed(answer("dark-thoughts", compare=">", value=0)).rules
    assert isinstance(rule, Threshold)
    assert rule.ordinals == {str(number): Decimal(number) for number in range(4)}


def test_a_rule_for_each_scale_is_written_out_for_each() -> None:
    rule = each("severe", "threshold", reads="worst-attribute", **LIMIT)
    nausea, pain = parsed(rule).rules
    assert isinstance(nausea, Threshold)
    assert (nausea.id, nausea.topic, nausea.reading) == (
        "severe.nausea",
        "nausea",
        Reading("worst-attribute", "nausea"),
    )
    assert nausea.title.by_language == {"nb": "Kvalme", "en": "Nausea"}
    assert (pain.id, pain.topic) == ("severe.pain", "pain")


def test_a_count_learns_every_rule_that_its_names_stand_for() -> None:
    all_scales = each("moderate", "threshold", reads="level", **LIMIT)
    rules = parsed(all_scales, fever(id="moderately"), written("several", "count", of=["moderate"], atLeast=2)).rules
    count = rules[-1]
    assert isinstance(count, Count)
    assert (count.of, count.at_least) == (("moderate.nausea", "moderate.pain"), 2)


def test_every_other_kind_of_rule_is_made() -> None:
    change = {"reads": {"level": "nausea"}, "worseBy": 2}
    part = {"kind": "threshold", "reads": {"level": "nausea"}, **LIMIT}
    nested = {"kind": "any-of", "rules": [{"kind": "change", "against": "baseline", **change}]}
    rules = parsed(
        written("changed", "change", against="baseline", **change),
        written("rising", "trend", days=21, **change),
        written("lasting", "persistence", reads={"level": "nausea"}, reports=3, **LIMIT),
        written("note", "present", reads={"answer": "note"}),
        written("silence", "overdue", afterHours=24),
        written("soon", "overdue"),
        written("all", "all-of", rules=[part, nested]),
        written("any", "any-of", rules=[part]),
    ).rules
    changed, rising, lasting, note, silence, soon, every, some = rules
    assert isinstance(changed, Change)
    assert (changed.against, changed.worse_by, changed.worse) == ("baseline", Decimal(2), "higher")
    assert isinstance(rising, Trend)
    assert (rising.days, rising.worse_by) == (21, Decimal(2))
    assert isinstance(lasting, Persistence)
    assert (lasting.reports, lasting.value) == (3, Decimal(3))
    assert isinstance(note, Present)
    assert isinstance(silence, Overdue)
    assert isinstance(soon, Overdue)
    assert (silence.after_hours, soon.after_hours) == (Decimal(24), Decimal(0))
    assert isinstance(every, AllOf)
    assert [rule.id for rule in every.rules] == ["all.1", "all.2"]
    assert isinstance(every.rules[1], AnyOf)
    assert every.rules[1].rules[0].id == "all.2.1"
    assert isinstance(some, AnyOf)
    assert (some.rules[0].severity, some.rules[0].topic) == (some.severity, some.topic)


def test_where_high_is_good_a_change_looks_downwards() -> None:
    (rule,) = parsed(written("one", "change", reads={"score": "function"}, against="previous", worseBy=10)).rules
    assert isinstance(rule, Change)
    assert rule.worse == "lower"


def test_a_document_may_name_itself_and_say_more_than_rules() -> None:
    assert parsed(name="other", author="A. Nurse").name == "other"


def test_examples_come_with_the_rules() -> None:
    example = {"name": "warm", "answers": {"temperature": 39}, "expect": [{"rule": "fever", "severity": "emergency"}]}
    (made,) = parsed(examples=[example]).examples
    assert (made.name, made.answers, made.complete, made.source) == ("warm", {"temperature": 39}, True, "patient")
    assert made.expect == (Expected("fever", Severity.EMERGENCY, "rule"),)


def test_a_rule_set_gives_back_the_document_it_came_from() -> None:
    made = document(fever(), author="A. Nurse")
    rules = parse(made, [INSTRUMENT])
    assert to_document(rules) == made
    assert parse(to_document(rules), [INSTRUMENT]) == rules
    to_document(rules)["rules"].clear()
    made["rules"].clear()
    assert to_document(rules)["rules"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["in", "=", ">=", "level"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)

WHOLE = document(
    fever(),
    each("severe", "threshold", reads="level", **LIMIT),
    written("worse", "change", reads={"level": "nausea"}, against="previous", worseBy=2),
    written("all", "all-of", rules=[{"kind": "threshold", "reads": {"level": "nausea"}, **LIMIT}]),
    written("two", "count", of=["severe"], atLeast=2),
    examples=[{"name": "warm", "answers": {"temperature": 39}, "expect": [{"rule": "fever", "severity": "emergency"}]}],
)


def _spoilt(node: Any, chance: random.Random, value: Any) -> Any:
    """Put a value somewhere into a tree, or in its place."""
    if not isinstance(node, dict | list) or not node or chance.random() < 0.2:
        return value
    keys: Any = list(node) if isinstance(node, dict) else range(len(node))
    key = chance.choice(keys)
    made: Any = node.copy()
    made[key] = _spoilt(node[key], chance, value)
    return made


@sized
@given(json_values, st.randoms())
def test_no_document_makes_parsing_raise_anything_else(value: Any, chance: random.Random) -> None:
    made, refusal = None, None
    try:
        made = parse(_spoilt(WHOLE, chance, value), [INSTRUMENT])
    except RuleError as error:
        refusal = error
    assert (made is None) is (refusal is not None and bool(refusal.problems and str(refusal)))
    assert made is None or parse(to_document(made), [INSTRUMENT]) == made
