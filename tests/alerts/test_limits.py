"""Every limit of every shipped set, one below, at, and one above: taken from the documents, so none is left out."""

import operator
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from alerts.evaluation import History, evaluate
from alerts.library import instruments, rule_sets
from alerts.observation import Observation, Snapshot
from alerts.resolving import codings_of
from alerts.rules import AllOf, AnyOf, Change, Count, Overdue, Present, Rule, RuleSet, Threshold
from questionnaires.definition import Coding, Item
from questionnaires.scoring import Score
from tests.alerts.samples import NOW

#: A value one step below or above a limit differs from it by no more than this.
STEP = Decimal("0.1")
HOLDS: Mapping[str, Any] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}


def parts(rule: Rule) -> Iterator[Rule]:
    """A rule itself, or those within it, each to be judged for itself."""
    if isinstance(rule, AllOf | AnyOf):
        for part in rule.rules:
            yield from parts(part)
    else:
        yield rule


SINGLE = [(rules, part) for rules in rule_sets() for rule in rules.rules for part in parts(rule)]


def every(*kinds: type[Rule]) -> pytest.MarkDecorator:
    """A test for every shipped rule of these kinds."""
    found = [(rules, rule) for rules, rule in SINGLE if isinstance(rule, kinds)]
    return pytest.mark.parametrize("rules, rule", found, ids=[f"{one.canonical}-{rule.id}" for one, rule in found])


def item_of(rules: RuleSet, link_id: str) -> Item:
    """What the newest version that the rules cover asks."""
    version = rules.questionnaire_versions[-1]
    asked = next(one for one, _ in instruments() if (one.url, one.version) == (rules.questionnaire, version))
    found = asked.item(link_id)
    assert found is not None
    return found


def seen(rule: Threshold | Change | Present, value: Any) -> Observation:
    """A report of one value, where the rule reads it."""
    kind, name = rule.reading
    bare = Observation({}, {}, {}, frozenset({name}), "patient", NOW, True)
    if kind == "circumstance":
        return replace(bare, **{name.replace("-", "_"): value})
    if kind == "answer":
        return replace(bare, answers={name: (value,)})
    if kind == "worst-attribute":
        return replace(bare, attributes={name: {name: float(value)}})
    return replace(bare, scores={name: Score(name, float(value))})


def fires(rules: RuleSet, rule: Rule, observation: Observation, history: History | None = None) -> bool:
    """Whether the rule, alone, makes a finding; that it could not tell is a failure here."""
    found = evaluate(replace(rules, rules=(rule,)), observation, history or History(), NOW)
    assert [(one.kind, one.severity) for one in found] in ([], [("rule", rule.severity)])
    return bool(found)


def test_rules_of_every_shipped_set_are_tried_here() -> None:
    tried = {rules.canonical for rules, rule in SINGLE if isinstance(rule, Threshold)}
    assert tried == {rules.canonical for rules in rule_sets()}
    kinds = {type(rule) for _, rule in SINGLE}
    assert kinds == {Threshold, Change, Count, Present, Overdue}, "a kind that is shipped now, and has no test here yet"


@every(Threshold)
def test_a_threshold_fires_on_its_side_of_the_limit_and_nowhere_else(rules: RuleSet, rule: Threshold) -> None:
    limit = rule.value
    if isinstance(limit, Decimal) and not rule.ordinals:
        for value in (limit - STEP, limit, limit + STEP):
            assert fires(rules, rule, seen(rule, value)) is HOLDS[rule.comparison](value, limit), value
        return
    assert rule.reading.kind == "answer"
    options = codings_of(item_of(rules, rule.reading.name))
    assert options
    for option in options:
        holds = option.code in limit if isinstance(limit, tuple) else option.code == limit
        if isinstance(limit, Decimal):
            holds = HOLDS[rule.comparison](rule.ordinals[option.code], limit)
        assert fires(rules, rule, seen(rule, Coding(option.system, option.code))) is holds, option.code


@every(Change)
@pytest.mark.parametrize("step, worse_enough", [(-STEP, False), (Decimal(0), True), (STEP, True)])
def test_a_change_fires_from_so_much_worse_on(rules: RuleSet, rule: Change, step: Decimal, worse_enough: bool) -> None:
    by = rule.worse_by + step
    before = Snapshot(NOW - timedelta(days=7), {rule.reading.name: 10.0}, "patient")
    other = Snapshot(NOW - timedelta(days=7), {rule.reading.name: 10.0}, "proxy")
    now = seen(rule, 10 + by if rule.worse == "higher" else 10 - by)
    better = seen(rule, 10 - by if rule.worse == "higher" else 10 + by)
    for past, told in ((before, True), (other, False)):
        history = History(previous=(past,)) if rule.against == "previous" else History({past.source: past})
        assert fires(rules, rule, now, history) is (worse_enough and told)
        assert not fires(rules, rule, better, history)


@every(Count)
def test_a_count_fires_from_so_many_symptoms_on(rules: RuleSet, rule: Count) -> None:
    """Each symptom by one rule of those that are counted."""
    counted = {one.topic: one for one in rules.rules if one.id in rule.of and isinstance(one, Threshold)}
    assert len(counted) > rule.at_least
    for number in (rule.at_least - 1, rule.at_least, rule.at_least + 1):
        some = list(counted.values())[:number]
        reports = [seen(one, one.value if isinstance(one.value, Decimal) else 0) for one in some]
        whole = replace(
            reports[0],
            asked=frozenset().union(*(one.asked for one in reports)),
            scores={code: value for one in reports for code, value in one.scores.items()},
            attributes={code: value for one in reports for code, value in one.attributes.items()},
        )
        found = evaluate(replace(rules, rules=(*some, rule)), whole, History(), NOW)
        assert (rule.id in {one.rule for one in found}) is (number >= rule.at_least)
