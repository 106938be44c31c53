"""The four ways into judging: evaluate(), immediate(), overdue() and could_not_be_assessed()."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation import could_not_be_assessed, evaluate, immediate, overdue
from alerts.observation import History, Observation
from alerts.observing import observe
from alerts.rules import AllOf, AnyOf, Change, Count, Overdue, Present, Reading, Rule, Severity
from questionnaires.definition import Coding, Quantity, Value
from questionnaires.response import build
from tests.alerts.samples import ALL_ITEMS, INSTRUMENT, NOW, common, report, rule_set, sized, snapshot, threshold

EMERGENCY = Severity.EMERGENCY
FEVER = threshold("answer", "temperature", ">=", Decimal("38.0"), "fever", unit="Cel", severity=EMERGENCY)
CHEST = threshold("answer", "chest-pain", "in", ("now",), "chest", severity=EMERGENCY)
CAN_WAIT = threshold("answer", "chest-pain", "in", ("last-24-hours",), "earlier", severity=Severity.NEXT_WORKING_DAY)
SILENCE = Overdue(**common("silence", severity=Severity.NEXT_WORKING_DAY))


def rules_of(findings: Any) -> list[str]:
    return [finding.rule for finding in findings]


def test_every_scale_has_a_score_and_the_levels_alone_their_attributes() -> None:
    response = build(INSTRUMENT[0], {"pain-severity": "3"}, "completed")
    seen = observe(*INSTRUMENT, response, source="patient", authored=NOW, complete=True)
    assert set(seen.scores) == {"nausea", "pain", "function", "burden"}
    assert seen.attributes["pain"] == {"pain-severity": 3.0}
    assert set(seen.attributes) == {"nausea", "pain"}


class _Breaking(History):
    @property
    def previous(self) -> Any:
        raise RuntimeError("disk on fire")


def test_a_rule_that_breaks_could_not_be_assessed_and_the_others_are_judged() -> None:
    worse = Change(
        **common("worse", severity=EMERGENCY),
        reading=Reading("level", "nausea"),
        against="previous",
        worse_by=Decimal(2),
    )
    broken: Any = object.__new__(_Breaking)
    findings = evaluate(rule_set(worse, FEVER), report({"temperature": Decimal(39)}, {"nausea": 3.0}), broken, NOW)
    assert [(one.rule, one.kind, one.severity) for one in findings] == [
        ("worse", "could not be assessed", Severity.SAME_DAY),
        ("fever", "rule", EMERGENCY),
    ]
    assert findings[0].reason.values["detail"] == "RuntimeError"


def test_findings_stand_in_the_order_of_the_rules() -> None:
    observation = report({"temperature": Decimal(39), "chest-pain": Coding(None, "now")})
    assert rules_of(evaluate(rule_set(CHEST, FEVER), observation, History(), NOW)) == ["chest", "fever"]
    assert rules_of(evaluate(rule_set(FEVER, CHEST), observation, History(), NOW)) == ["fever", "chest"]


def test_silence_is_no_matter_of_a_report() -> None:
    assert evaluate(rule_set(SILENCE), report(), History(), NOW) == ()


def test_the_time_of_judging_decides_nothing() -> None:
    """An auditor who judges again tomorrow finds the same."""
    rules, observation = rule_set(FEVER, CHEST), report({"temperature": Decimal(39)})
    tomorrow = NOW + timedelta(days=1)
    assert evaluate(rules, observation, History(), NOW) == evaluate(rules, observation, History(), tomorrow)


def test_what_is_missing_is_no_finding_while_the_form_is_being_filled_in() -> None:
    assert immediate(rule_set(FEVER, CHEST), report(), NOW) == ()


def test_what_cannot_be_missing_for_long_is_no_finding_yet_either() -> None:
    old = threshold("circumstance", "age", ">=", 65, "old", severity=EMERGENCY)
    assert immediate(rule_set(old), report(), NOW) == ()


def test_an_emergency_rule_that_breaks_is_told_at_once() -> None:
    (finding,) = immediate(rule_set(FEVER), report({"temperature": "hot"}), NOW)
    assert finding.kind == "could not be assessed"


def test_only_emergencies_are_told_at_once() -> None:
    observation = report({"temperature": Decimal("38.0"), "chest-pain": Coding(None, "last-24-hours")})
    assert rules_of(immediate(rule_set(CAN_WAIT, FEVER, SILENCE), observation, NOW)) == ["fever"]


def test_combined_emergencies_are_told_at_once_too() -> None:
    both = AllOf(**common("both", severity=EMERGENCY), rules=(FEVER, CHEST))
    two = Count(**common("two", severity=EMERGENCY), of=("fever", "earlier"), at_least=2)
    observation = report({"temperature": Decimal("38.0"), "chest-pain": Coding(None, "last-24-hours")})
    assert rules_of(immediate(rule_set(both, FEVER, CAN_WAIT, two), observation, NOW)) == ["fever", "two"]


def test_what_needs_the_past_waits_for_the_whole_report() -> None:
    worse = Change(
        **common("worse", severity=EMERGENCY),
        reading=Reading("level", "nausea"),
        against="previous",
        worse_by=Decimal(2),
    )
    either = AnyOf(**common("either", severity=EMERGENCY), rules=(worse, CHEST))
    observation = report({"chest-pain": Coding(None, "now")}, {"nausea": 3.0})
    assert rules_of(immediate(rule_set(worse, either), observation, NOW)) == ["either"]


@pytest.mark.parametrize("hours,fires", [(23.9, False), (24.0, True), (24.1, True)])
def test_silence_speaks_after_its_hours(hours: float, fires: bool) -> None:
    rule = Overdue(**common("silence"), after_hours=Decimal(24))
    assert len(overdue(rule_set(rule), NOW, begun=False, hours=hours)) == fires


@pytest.mark.parametrize("begun,word", [(True, "true"), (False, "false")])
def test_silence_says_for_how_long_and_whether_a_form_was_begun(begun: bool, word: str) -> None:
    (finding,) = overdue(rule_set(FEVER, SILENCE), NOW, begun=begun, hours=26)
    assert (finding.rule, finding.kind, finding.severity) == ("silence", "rule", Severity.NEXT_WORKING_DAY)
    assert finding.reason.code == "overdue"
    assert finding.reason.values == {"hours": 26.0, "begun": word}


def test_a_report_that_no_rule_could_judge_asks_for_contact_the_same_day() -> None:
    finding = could_not_be_assessed("scoring", NOW)
    assert (finding.kind, finding.severity) == ("could not be assessed", Severity.SAME_DAY)
    assert finding.reason.code == "failed"
    assert finding.reason.values["detail"] == "scoring"
    assert {"nb", "nn", "en"} <= finding.title.by_language.keys()


values: st.SearchStrategy[Value] = (
    st.booleans()
    | st.integers()
    | st.decimals()
    | st.text()
    | st.dates()
    | st.builds(Coding, st.none(), st.sampled_from(["no", "now", "2", "?"]))
    | st.builds(Quantity, st.decimals(), unit=st.none() | st.text(), code=st.sampled_from(["Cel", "[degF]"]))
)
levels = st.sampled_from([0.0, 1.0, 2.0, 3.0, "not answered", "not asked"]) | st.floats()
observations = st.builds(
    report,
    st.dictionaries(st.sampled_from(["temperature", "chest-pain", "note"]), values | st.tuples(values, values)),
    st.dictionaries(st.sampled_from(["nausea", "pain"]), levels),
    st.dictionaries(st.just("nausea"), st.dictionaries(st.sampled_from(sorted(ALL_ITEMS)), st.none() | st.floats())),
    complete=st.booleans(),
    asked=st.frozensets(st.sampled_from(sorted(ALL_ITEMS))),
    age=st.none() | st.integers(0, 120),
)
histories = st.lists(
    st.builds(snapshot, weeks_ago=st.integers(-1, 9), source=st.sampled_from(["patient", "proxy"]), nausea=st.floats())
).map(lambda past: History({"patient": past[0]} if past else {}, tuple(past)))

EVERY_KIND: tuple[Rule, ...] = (
    FEVER,
    CHEST,
    threshold("level", "nausea", ">=", 3, "severe"),
    threshold("worst-attribute", "nausea", ">=", 3, "worst"),
    threshold("circumstance", "age", ">=", 65, "old"),
    Change(**common("worse"), reading=Reading("level", "nausea"), against="previous", worse_by=Decimal(2)),
    Change(**common("fallen"), reading=Reading("level", "nausea"), against="baseline", worse_by=Decimal(2)),
    Present(**common("note"), reading=Reading("answer", "note")),
    AllOf(**common("all"), rules=(FEVER, CHEST)),
    AnyOf(**common("any"), rules=(FEVER, CHEST)),
    Count(**common("two"), of=("fever", "chest", "severe"), at_least=2),
    SILENCE,
)


@sized
@given(observations, histories)
def test_judging_never_raises_and_gives_the_same_twice(observation: Observation, history: History) -> None:
    rules = rule_set(*EVERY_KIND)
    found = evaluate(rules, observation, history, NOW)
    assert found == evaluate(rules, observation, history, NOW)
    assert len({(one.rule, one.topic) for one in found}) == len(found)
    assert all(one.severity is Severity.SAME_DAY for one in found if one.kind == "could not be assessed")
    immediate(rules, observation, NOW)


@sized
@given(observations, histories, st.randoms())
def test_the_order_of_the_rules_changes_no_verdict(
    observation: Observation, history: History, chance: random.Random
) -> None:
    mixed = list(EVERY_KIND)
    chance.shuffle(mixed)
    found = [evaluate(rule_set(*rules), observation, history, NOW) for rules in (EVERY_KIND, mixed)]
    assert {(one.rule, one.kind) for one in found[0]} == {(one.rule, one.kind) for one in found[1]}


@sized
@given(observations)
def test_every_emergency_told_at_once_is_found_again_in_the_whole_report(observation: Observation) -> None:
    rules = rule_set(*EVERY_KIND)
    whole = {(one.rule, one.kind) for one in evaluate(rules, observation, History(), NOW)}
    assert {(one.rule, one.kind) for one in immediate(rules, observation, NOW)} <= whole


@sized
@given(st.sampled_from([0.0, 1.0, 2.0, 3.0]), st.sampled_from([0.0, 1.0, 2.0, 3.0]), histories)
def test_a_worse_level_never_raises_less(one: float, other: float, history: History) -> None:
    low, high = sorted((one, other))
    sure = [rule for rule in EVERY_KIND if isinstance(rule, Change) or rule.id == "severe"]
    found = [
        {finding.rule for finding in evaluate(rule_set(*sure), report(levels={"nausea": level}), history, NOW)}
        for level in (low, high)
    ]
    assert found[0] <= found[1]


def test_a_date_is_nothing_a_limit_can_be_held_against() -> None:
    (finding,) = evaluate(rule_set(FEVER), report({"temperature": date(2026, 1, 1)}), History(), NOW)
    assert finding.kind == "could not be assessed"
