"""Rules that are refused for what they read, by rule and by item."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from alerts.parsing import parse
from alerts.rules import (
    RuleSet,
)
from questionnaires.definition import AnswerOption, Coding, Item, ItemType
from questionnaires.scoring import Scale
from tests.alerts.samples import (
    INSTRUMENT,
    KEY,
    LIMIT,
    QUESTIONNAIRE,
    answer,
    codes,
    document,
    fever,
    over,
    problems,
    written,
)


def parsed(*rules: Mapping[str, Any], **more: Any) -> RuleSet:
    return parse(document(*rules, **more), [INSTRUMENT])


@pytest.mark.hazard("H06")
@pytest.mark.parametrize(
    "rule,item,code",
    [
        (answer("nowhere"), "nowhere", "unknown-item"),
        (answer("heading"), "heading", "not-a-question"),
        (answer("symptoms"), "symptoms", "not-a-question"),
        (written("one", "present", reads={"answer": "nowhere"}), "nowhere", "unknown-item"),
        (written("one", "present", reads={"answer": "heading"}), "heading", "not-a-question"),
        (written("one", "present", reads={"level": "nausea"}), "nausea", "impossible-comparison"),
        (answer("note"), "note", "impossible-comparison"),
        (answer("note", compare="=", value="ill"), "note", "impossible-comparison"),
        (answer("since"), "since", "impossible-comparison"),
        (answer("alone"), "alone", "impossible-comparison"),
        (answer("weight", compare="in", value=["3"], unit="kg"), "weight", "impossible-comparison"),
        (answer("chest-pain", compare="=", value=True), "chest-pain", "impossible-comparison"),
        (answer("chest-pain"), "chest-pain", "no-ordinals"),
        (answer("chest-pain", compare="in", value=["now", "soon"]), "chest-pain", "unknown-option"),
        (answer("chest-pain", compare="=", value="soon"), "chest-pain", "unknown-option"),
        (answer("stairs", compare="in", value=["steep"]), "stairs", "unknown-option"),
        (answer("steps"), "steps", "never-fires"),
        (answer("dark-thoughts", value=4), "dark-thoughts", "never-fires"),
        (answer("temperature", value=31), "temperature", "other-unit"),
        (answer("temperature", value=31, unit="[degF]"), "temperature", "other-unit"),
        (answer("weight"), "weight", "other-unit"),
        (answer("chest-pain", compare="=", value="now", unit="kg"), "chest-pain", "other-unit"),
        (answer("dose"), None, None),
        (answer("temperature", value=380, unit="Cel"), "temperature", "never-fires"),
        (answer("temperature", compare="=", value=46, unit="Cel"), "temperature", "never-fires"),
        (answer("temperature", compare="=", value=29, unit="Cel"), "temperature", "never-fires"),
        (answer("temperature", compare="<=", value=29, unit="Cel"), "temperature", "never-fires"),
        (over("circumstance", "shoe-size"), "shoe-size", "unknown-circumstance"),
        (over("circumstance", "phase"), "phase", "impossible-comparison"),
        (over("circumstance", "age", compare="=", value="old"), "age", "impossible-comparison"),
        (over("circumstance", "age", compare="=", value=True), "age", "impossible-comparison"),
        (over("level", "nowhere"), "nowhere", "unknown-scale"),
        (over("level", "function"), "function", "not-a-level"),
        (over("worst-attribute", "function"), "function", "not-a-level"),
        (over("level", "nausea", value=4), "nausea", "never-fires"),
        (over("score", "function", compare="<", value=0), "function", "never-fires"),
        (over("worst-attribute", "nausea", value=5), "nausea", "never-fires"),
        (over("worst-attribute", "nausea", compare="<"), "nausea", "impossible-comparison"),
        (over("level", "nausea", compare="in", value=["3"]), "nausea", "impossible-comparison"),
        (over("level", "nausea", compare="=", value="3"), "nausea", "impossible-comparison"),
        (over("level", "nausea", unit="kg"), "nausea", "other-unit"),
        (
            written("one", "change", reads={"answer": "weight"}, against="previous", worseBy=2),
            "weight",
            "cannot-change",
        ),
        (
            written("one", "trend", reads={"worst-attribute": "nausea"}, days=7, worseBy=2),
            "nausea",
            "cannot-change",
        ),
        (
            written("one", "persistence", reads={"level": "nausea"}, reports=2, compare="in", value=3),
            "nausea",
            "impossible-comparison",
        ),
        (
            written("one", "persistence", reads={"level": "nausea"}, reports=2, compare=">", value=3),
            "nausea",
            "never-fires",
        ),
    ],
)
def test_a_rule_on_what_the_questionnaire_does_not_have_is_refused_by_item(
    rule: dict[str, Any], item: str | None, code: str | None
) -> None:
    if code is None:
        assert parsed(rule | {"unit": "mg"}).rules
    else:
        assert codes(rule) == [("one", item, code)]


def test_a_rule_within_a_rule_is_checked_and_named_too() -> None:
    part = {"kind": "threshold", "reads": {"answer": "nowhere"}, **LIMIT}
    assert codes(written("one", "all-of", rules=[part])) == [("one.1", "nowhere", "unknown-item")]
    assert codes(written("one", "any-of", rules=[part | {"severity": "emergency"}])) == [
        ("one.1", None, "unknown-field")
    ]
    assert codes(written("one", "any-of", rules=["part"])) == [("one.1", None, "not-a-document")]


@pytest.mark.parametrize("kind", ["count", "overdue"])
def test_a_rule_within_a_rule_must_be_one_over_a_report(kind: str) -> None:
    assert codes(written("one", "all-of", rules=[{"kind": kind}])) == [("one.1", None, "wrong-field")]


@pytest.mark.hazard("H06")
def test_a_rule_on_a_scale_without_a_scoring_key_is_refused() -> None:
    (problem,) = problems(document(over("level", "nausea")), [(QUESTIONNAIRE, None)])
    assert (problem.rule, problem.item, problem.code) == ("one", "nausea", "no-scoring-key")


def _second_version(*items: Item, scales: tuple[Scale, ...] = KEY.scales) -> Any:
    return replace(QUESTIONNAIRE, version="2.0.0", items=items or QUESTIONNAIRE.items), replace(KEY, scales=scales)


@pytest.mark.hazard("H06")
def test_every_version_that_the_rules_cover_is_checked() -> None:
    other = _second_version(Item("temperature", ItemType.DECIMAL, unit="[degF]"))
    both = document(fever(), questionnaireVersions=["1.0.0", "2.0.0"])
    assert [(one.rule, one.item, one.code) for one in problems(both, [INSTRUMENT, other])] == [
        ("fever", "temperature", "other-unit")
    ]
    assert parse(document(fever()), [other, INSTRUMENT]).rules


def test_an_option_with_another_number_in_another_version_is_refused() -> None:
    turned = tuple(AnswerOption(Coding("urn:sample", str(code), None, Decimal(3 - code))) for code in range(4))
    other = _second_version(Item("dark-thoughts", ItemType.CHOICE, options=turned))
    rule = written(
        "dark",
        "any-of",
        rules=[{"kind": "threshold", "reads": {"answer": "dark-thoughts"}, "compare": ">", "value": 0}],
    )
    found = problems(document(rule, questionnaireVersions=["1.0.0", "2.0.0"]), [INSTRUMENT, other])
    assert {(one.rule, one.item, one.code) for one in found} == {("dark.1", "dark-thoughts", "ordinals-differ")}


def test_an_item_that_another_version_lacks_is_refused_whatever_its_numbers() -> None:
    other = _second_version(Item("note", ItemType.TEXT))
    rule = answer("dark-thoughts", value=1)
    found = problems(document(rule, questionnaireVersions=["1.0.0", "2.0.0"]), [INSTRUMENT, other])
    assert [one.code for one in found] == ["unknown-item"]


def test_a_scale_that_points_the_other_way_in_another_version_is_refused() -> None:
    turned = tuple(replace(scale, direction="high is good") for scale in KEY.scales)
    rule = written("one", "change", reads={"level": "nausea"}, against="previous", worseBy=2)
    found = problems(
        document(rule, over("worst-attribute", "pain", id="two"), questionnaireVersions=["1.0.0", "2.0.0"]),
        [INSTRUMENT, _second_version(scales=turned)],
    )
    assert [(one.rule, one.code) for one in found] == [("one", "directions-differ"), ("two", "high-is-good")]
