"""Rule documents that are refused for what they say, by rule and by field."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from alerts.parsing import RuleError, parse
from alerts.rules import (
    RuleSet,
)
from tests.alerts.samples import (
    INSTRUMENT,
    LIMIT,
    QUESTIONNAIRE,
    answer,
    codes,
    document,
    each,
    fever,
    problems,
    written,
)


def parsed(*rules: Mapping[str, Any], **more: Any) -> RuleSet:
    return parse(document(*rules, **more), [INSTRUMENT])


@pytest.mark.parametrize("made", [None, [], "rules", 3, True, float("nan"), {1: 2}, {"url": object()}])
def test_what_is_no_document_is_refused(made: Any) -> None:
    assert [one.code for one in problems(made)] in (["not-a-document"], ["unsound-document"])


@pytest.mark.parametrize("field", ["url", "version", "title", "questionnaire", "questionnaireVersions", "rules"])
def test_a_document_that_lacks_a_field_is_refused(field: str) -> None:
    (problem,) = problems(document() | {field: None})
    assert (problem.code, problem.values) == ("missing-field", {"field": field})


@pytest.mark.parametrize(
    "field,value",
    [
        ("url", 3),
        ("url", " "),
        ("version", Decimal("1.0")),
        ("title", "Prøve"),
        ("title", {}),
        ("title", {"nb": " "}),
        ("questionnaireVersions", "1.0.0"),
        ("questionnaireVersions", [1]),
        ("rules", {}),
        ("examples", "none"),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused(field: str, value: Any) -> None:
    (problem,) = problems(document() | {field: value})
    assert (problem.code, problem.values["field"]) == ("wrong-field", field)


def test_a_rule_set_without_rules_is_refused() -> None:
    assert [one.code for one in problems(document() | {"rules": []})] == ["no-rules"]


def test_a_version_of_the_questionnaire_that_is_not_here_is_refused_by_its_number() -> None:
    found = problems(document(questionnaireVersions=["1.0.0", "2.0.0", "3.0.0"]))
    assert [(one.code, one.values["version"]) for one in found] == [
        ("unknown-questionnaire", "2.0.0"),
        ("unknown-questionnaire", "3.0.0"),
    ]
    assert [one.code for one in problems(document(questionnaire="urn:other"))] == ["unknown-questionnaire"]


@pytest.mark.parametrize(
    "rule,field",
    [
        (fever(id=None), "id"),
        (fever(kind=None), "kind"),
        (fever(topic=None), "topic"),
        (fever(severity=None), "severity"),
        (fever(title=None), "title"),
        (fever(source=None), "source"),
        (fever(reads=None), "reads"),
        (fever(compare=None), "compare"),
        (fever(value=None), "value"),
        (fever(compare="in", value=None), "value"),
        (written("one", "change", reads={"level": "nausea"}, against="previous"), "worseBy"),
        (written("one", "change", reads={"level": "nausea"}, worseBy=2), "against"),
        (written("one", "persistence", reads={"level": "nausea"}, **LIMIT), "reports"),
        (written("one", "trend", reads={"level": "nausea"}, worseBy=2), "days"),
        (written("one", "count", atLeast=2), "of"),
        (written("one", "count", of=["fever"]), "atLeast"),
        (written("one", "all-of"), "rules"),
    ],
)
def test_a_rule_that_lacks_a_field_is_refused_by_name(rule: dict[str, Any], field: str) -> None:
    (problem,) = problems(document(rule))
    assert (problem.rule, problem.code, problem.values) == (rule.get("id", "rule 1"), "missing-field", {"field": field})


@pytest.mark.parametrize(
    "rule,field",
    [
        (fever(id="two words"), "id"),
        (fever(id=7), "id"),
        (fever(topic="a,b"), "topic"),
        (fever(kind="fuzzy"), "kind"),
        (fever(severity="red"), "severity"),
        (fever(instruction="call"), "instruction"),
        (fever(counted="no"), "counted"),
        (fever(reads="answer"), "reads"),
        (fever(reads={"answer": "temperature", "level": "nausea"}), "reads"),
        (fever(reads={"feeling": "temperature"}), "reads"),
        (fever(reads={"answer": 3}), "reads"),
        (fever(compare="=>"), "compare"),
        (fever(compare=38), "compare"),
        (fever(value="38"), "value"),
        (fever(value=True), "value"),
        (fever(compare="in", value=38), "value"),
        (fever(compare="in", value=[]), "value"),
        (fever(compare="in", value=[38]), "value"),
        (fever(unit=3), "unit"),
        (fever(whenMissing="silent"), "whenMissing"),
        (fever(each="scale"), "each"),
        (written("one", "change", reads={"level": "nausea"}, against="last", worseBy=2), "against"),
        (written("one", "change", reads={"level": "nausea"}, against="previous", worseBy=0), "worseBy"),
        (written("one", "change", reads={"level": "nausea"}, against="previous", worseBy="2"), "worseBy"),
        (written("one", "persistence", reads={"level": "nausea"}, reports=1, **LIMIT), "reports"),
        (written("one", "persistence", reads={"level": "nausea"}, reports=10, **LIMIT), "reports"),
        (written("one", "persistence", reads={"level": "nausea"}, reports=Decimal("2.5"), **LIMIT), "reports"),
        (written("one", "trend", reads={"level": "nausea"}, worseBy=2, days=0), "days"),
        (written("one", "trend", reads={"level": "nausea"}, worseBy=2, days=57), "days"),
        (written("one", "count", of="fever", atLeast=1), "of"),
        (written("one", "count", of=["fever"], atLeast=0), "atLeast"),
        (written("one", "overdue", afterHours="day"), "afterHours"),
        (written("one", "any-of", rules=[]), "rules"),
        (written("one", "any-of", rules={}), "rules"),
    ],
)
def test_a_field_of_a_rule_that_is_not_what_it_must_be_is_refused_by_name(rule: dict[str, Any], field: str) -> None:
    (problem,) = problems(document(rule))
    assert (problem.code, problem.values["field"]) == ("wrong-field", field)
    assert problem.rule in (rule["id"], "rule 1")


def test_a_mistyped_field_does_not_pass_for_its_default() -> None:
    (problem,) = problems(document(fever(whenMising="not applicable")))
    assert problem.text == "fever: the field whenMising is not known for this kind of rule"


def test_a_rule_that_is_no_mapping_is_refused() -> None:
    (problem,) = problems(document() | {"rules": ["fever"]})
    assert (problem.rule, problem.code) == ("rule 1", "not-a-document")


def test_two_rules_of_one_id_are_refused() -> None:
    assert codes(fever(), fever()) == [("fever", None, "duplicate-rule")]
    all_scales = each("severe", "threshold", reads="level", **LIMIT)
    assert codes(all_scales, fever(id="severe.pain")) == [("severe.pain", None, "duplicate-rule")]


def test_every_faulty_rule_is_named_at_once() -> None:
    found = codes(fever(id="a", severity="red"), answer("nowhere"), fever(id="c", unit="K"))
    assert found == [("a", None, "wrong-field"), ("one", "nowhere", "unknown-item"), ("c", "temperature", "other-unit")]


@pytest.mark.parametrize(
    "other,code",
    [
        (fever(severity="at-visit"), "not-countable"),
        (fever(counted=False), "not-countable"),
        (written("fever", "overdue"), "not-countable"),
        (written("fever", "count", of=["other"], atLeast=1), "not-countable"),
        (fever(id="feverish"), "unknown-rule"),
    ],
)
def test_a_count_of_what_may_not_be_counted_is_refused(other: dict[str, Any], code: str) -> None:
    count = written("several", "count", of=["fever", "other"], atLeast=1)
    (problem,) = problems(document(other, fever(id="other"), count))
    assert (problem.rule, problem.code, problem.values["other"]) == ("several", code, "fever")


def test_a_count_that_can_never_be_reached_is_refused() -> None:
    count = written("several", "count", of=["fever", "warm"], atLeast=2)
    assert codes(fever(), fever(id="warm", topic="fever"), count) == [("several", None, "count-out-of-reach")]


def test_a_faulty_rule_is_not_said_to_be_unknown_by_the_count_that_names_it() -> None:
    count = written("several", "count", of=["fever"], atLeast=1)
    assert codes(fever(severity="red"), count) == [("fever", None, "wrong-field")]


@pytest.mark.parametrize("field,value", [("topic", "nausea"), ("title", {"nb": "Kvalme"})])
def test_a_rule_for_each_scale_leaves_topic_and_title_to_the_scale(field: str, value: Any) -> None:
    rule = each("severe", "threshold", reads="level", **LIMIT)
    (problem,) = problems(document({**rule, field: value}))
    assert (problem.rule, problem.code, problem.values["field"]) == ("severe", "wrong-field", field)


def test_a_rule_for_each_scale_says_in_one_word_what_it_reads() -> None:
    rule = each("severe", "threshold", reads={"level": "nausea"})
    (problem,) = problems(document(rule))
    assert (problem.code, problem.values["field"]) == ("wrong-field", "reads")


def test_a_rule_for_each_scale_needs_level_scales() -> None:
    rule = each("severe", "threshold", reads="level", **LIMIT)
    (problem,) = problems(document(rule), [(QUESTIONNAIRE, None)])
    assert (problem.rule, problem.code) == ("severe", "no-level-scales")


@pytest.mark.parametrize(
    "example",
    [
        "an example",
        {"answers": {}},
        {"name": "one"},
        {"name": "one", "expect": "fever"},
        {"name": "one", "expect": ["fever"]},
        {"name": "one", "expect": [{"rule": "fever"}]},
        {"name": "one", "expect": [{"rule": "fever", "severity": "red"}]},
        {"name": "one", "expect": [{"rule": "nowhere", "severity": "emergency"}]},
        {"name": "one", "expect": [{"rule": "fever", "severity": "emergency", "kind": "maybe"}]},
        {"name": "one", "expect": [{"rule": "fever", "severity": "emergency", "why": "warm"}]},
        {"name": "one", "expect": [], "answers": ["38"]},
        {"name": "one", "expect": [], "previous": {"nausea": "2"}},
        {"name": "one", "expect": [], "age": -1},
        {"name": "one", "expect": [], "exactly": "yes"},
        {"name": "one", "expect": [], "expected": []},
    ],
)
def test_an_example_that_is_none_is_refused(example: Any) -> None:
    assert problems(document(examples=[example]))


def test_a_refusal_reads_as_a_sentence() -> None:
    with pytest.raises(RuleError) as refused:
        parsed(answer("nowhere"), fever(id="two", severity="red"))
    assert str(refused.value) == (
        "two: the field severity must be one of at-visit, next-working-day, same-day, emergency; "
        "one: nowhere: urn:prom:questionnaire:sample|1.0.0 has no such item"
    )
