"""Rules made of rules: AllOf, AnyOf and Count."""

from decimal import Decimal

import pytest

from alerts.evaluation import Finding, evaluate
from alerts.observation import History, Observation
from alerts.rules import AllOf, AnyOf, Count, Overdue, Rule, Severity, Threshold, WhenMissing
from tests.alerts.samples import NOW, common, report, rule_set, threshold

FRAIL = threshold("score", "frailty", ">=", 5)
OLD = threshold("circumstance", "age", ">=", 65)
WARM = threshold("answer", "temperature", ">=", 38)
BOTH = AllOf(**common("both"), rules=(FRAIL, OLD))
EITHER = AnyOf(**common("either"), rules=(FRAIL, WARM))


def judged(observation: Observation, *rules: Rule) -> tuple[Finding, ...]:
    return evaluate(rule_set(*rules), observation, History(), NOW)


def kinds(observation: Observation, *rules: Rule) -> list[str]:
    return [finding.kind for finding in judged(observation, *rules)]


def moderate(name: str, **more: object) -> Threshold:
    return threshold("level", name, "=", 2, f"moderate.{name}", topic=name, **more)


TWO = Count(**common("two", topic="several"), of=("moderate.nausea", "moderate.pain", "moderate.sleep"), at_least=2)
MODERATE = (moderate("nausea"), moderate("pain"), moderate("sleep", when_missing=WhenMissing.NOT_APPLICABLE))


def fired(*levels: float | str, rules: tuple[Rule, ...] = (*MODERATE, TWO)) -> list[str]:
    scores = dict(zip(("nausea", "pain", "sleep"), levels, strict=False))
    return [finding.rule for finding in judged(report(levels=scores), *rules) if finding.kind == "rule"]


@pytest.mark.parametrize(
    "frailty,age,found",
    [
        (5.0, 64, []),
        (5.0, 65, ["rule"]),
        (4.0, 65, []),
        (4.0, None, []),
        (5.0, None, ["could not be assessed"]),
        ("not answered", 65, ["could not be assessed"]),
        ("not answered", 64, []),
    ],
)
def test_all_of_fires_only_when_every_rule_does(frailty: float | str, age: int | None, found: list[str]) -> None:
    assert kinds(report(levels={"frailty": frailty}, age=age), BOTH) == found


@pytest.mark.parametrize(
    "frailty,temperature,found",
    [
        (4.0, "37.9", []),
        (5.0, "37.9", ["rule"]),
        (4.0, "38.0", ["rule"]),
        ("not answered", "38.0", ["rule"]),
        ("not answered", "37.9", ["could not be assessed"]),
    ],
)
def test_any_of_fires_when_one_rule_does(frailty: float | str, temperature: str, found: list[str]) -> None:
    answers = {"temperature": Decimal(temperature)}
    assert kinds(report(answers, {"frailty": frailty}), EITHER) == found


def test_a_part_that_breaks_does_not_silence_the_others() -> None:
    observation = report({"temperature": "hot"}, {"frailty": 5.0})
    assert kinds(observation, EITHER) == ["rule"]
    assert kinds(observation, AllOf(**common(), rules=(FRAIL, WARM))) == ["could not be assessed"]
    assert kinds(report({"temperature": "hot"}, {"frailty": 4.0}), EITHER) == ["could not be assessed"]


def test_the_parts_make_no_findings_of_their_own_but_give_their_reasons() -> None:
    (finding,) = judged(report(levels={"frailty": 6.0}, age=71), BOTH)
    assert finding.rule == "both"
    assert finding.reason.code == "all-of"
    assert finding.reason.values["count"] == 2.0
    assert finding.reason.values["1.code"] == "threshold"
    assert (finding.reason.values["1.name"], finding.reason.values["1.value"]) == ("frailty", 6.0)
    assert (finding.reason.values["2.name"], finding.reason.values["2.value"]) == ("age", 71.0)


def test_any_of_gives_the_reasons_of_those_that_fired() -> None:
    (finding,) = judged(report({"temperature": Decimal("38.3")}, {"frailty": 4.0}), EITHER)
    assert finding.reason.code == "any-of"
    assert finding.reason.values["count"] == 1.0
    assert (finding.reason.values["1.name"], finding.reason.values["1.value"]) == ("temperature", 38.3)
    assert not any(name.startswith("2.") for name in finding.reason.values)


@pytest.mark.parametrize("part", [TWO, Overdue(**common())])
def test_a_part_that_cannot_be_judged_over_one_report_could_not_be_assessed(part: Rule) -> None:
    assert kinds(report(), AnyOf(**common(), rules=(part,))) == ["could not be assessed"]


@pytest.mark.parametrize(
    "levels,counts",
    [((2.0, 0.0, 0.0), False), ((2.0, 2.0, 0.0), True), ((2.0, 2.0, 2.0), True), ((2.0, 3.0, 0.0), False)],
)
def test_a_count_fires_at_its_number_and_above(levels: tuple[float, ...], counts: bool) -> None:
    assert ("two" in fired(*levels)) is counts


def test_a_count_says_what_it_counted() -> None:
    findings = judged(report(levels={"nausea": 2.0, "pain": 2.0, "sleep": 0.0}), *MODERATE, TWO)
    (finding,) = [one for one in findings if one.rule == "two"]
    assert finding.reason.code == "count"
    assert finding.reason.values == {
        "count": 2.0,
        "limit": 2.0,
        "topics": "nausea,pain",
        "rules": "moderate.nausea,moderate.pain",
    }


def test_two_rules_on_one_symptom_count_once() -> None:
    again = threshold("level", "nausea", ">=", 2, "moderate.pain", topic="nausea")
    assert "two" not in fired(2.0, 0.0, 0.0, rules=(moderate("nausea"), again, TWO))


def test_what_could_not_be_assessed_is_not_counted() -> None:
    assert fired(2.0, "not answered", 0.0) == ["moderate.nausea"]


@pytest.mark.parametrize("never", [{"counted": False}, {"severity": Severity.AT_VISIT}])
def test_what_may_never_be_counted_is_not_counted(never: dict[str, object]) -> None:
    assert "two" not in fired(2.0, 2.0, 0.0, rules=(moderate("nausea"), moderate("pain", **never), TWO))


def test_a_count_stands_where_it_is_written_though_it_is_judged_last() -> None:
    assert fired(2.0, 2.0, 0.0, rules=(TWO, *MODERATE)) == ["two", "moderate.nausea", "moderate.pain"]
