"""What issue 6 asks of rules, phrase by phrase: each written as a document, read, and judged where it must fire or not.

The first report of each pair fires its rule, and the second, which differs in that one thing, is quiet.
"""

from typing import Any

import pytest

from alerts.evaluation import evaluate, overdue
from alerts.findings import Finding
from alerts.observation import History, Observation
from alerts.parsing import parse
from questionnaires.definition import Coding
from tests.alerts.samples import (
    INSTRUMENT,
    LIMIT,
    NOW,
    answer,
    baseline,
    celsius,
    codes,
    document,
    fever,
    over,
    previous,
    problems,
    report,
    snapshot,
    written,
)

NOTHING = History()
UNKNOWN, APART = "could not be assessed", "not applicable"
Reported = tuple[Observation, History]


def judged(rules: list[dict[str, Any]], observation: Observation, history: History) -> tuple[Finding, ...]:
    return evaluate(parse(document(*rules), [INSTRUMENT]), observation, history, NOW)


def nausea(level: float, history: History = NOTHING, **more: Any) -> Reported:
    return report(levels={"nausea": level}, **more), history


def warm(degrees: str, **circumstances: Any) -> Reported:
    return report({"temperature": celsius(degrees)}, **circumstances), NOTHING


def note(words: str) -> Reported:
    return report({"note": words}), NOTHING


LEVEL = {"reads": {"level": "nausea"}}
ON = {**LEVEL, "compare": ">=", "value": 2}
ON_LEVEL = {"kind": "threshold", **ON}
WARM = {"kind": "threshold", "reads": {"answer": "temperature"}, "unit": "Cel", "compare": ">=", "value": 38}
NADIR = {"kind": "threshold", "reads": {"circumstance": "day-of-cycle"}, "compare": ">=", "value": 7}
ACTIVE = {"kind": "threshold", "reads": {"circumstance": "phase"}, "compare": "=", "value": "active"}
OLD = {"kind": "threshold", "reads": {"circumstance": "age"}, "compare": ">=", "value": 70}
WORSE = {**LEVEL, "worseBy": 2}
ON_PAIN = {"reads": {"level": "pain"}, "compare": ">=", "value": 2}
PAIN = {"kind": "threshold", **ON_PAIN}


def both(rule: str, *parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [written(rule, "all-of", rules=list(parts))]


PHRASES: dict[str, tuple[list[dict[str, Any]], Reported, Reported]] = {
    "threshold on an answer": ([fever()], warm("38.0"), warm("37.9")),
    "threshold on an attribute": (
        [over("worst-attribute", "nausea")],
        (report(attributes={"nausea": {"nausea-frequency": 1.0, "nausea-severity": 3.0}}), NOTHING),
        (report(attributes={"nausea": {"nausea-frequency": 1.0, "nausea-severity": 2.0}}), NOTHING),
    ),
    "threshold on a level": ([over("level", "nausea")], nausea(3), nausea(2)),
    "threshold on a score": (
        [over("score", "function", compare="<", value=83)],
        (report(levels={"function": 82.9}), NOTHING),
        (report(levels={"function": 83.0}), NOTHING),
    ),
    "change since the previous report": (
        [written("worse", "change", against="previous", **WORSE)],
        nausea(3, previous(snapshot(2, nausea=3.0), snapshot(1, nausea=1.0))),
        nausea(3, previous(snapshot(2, nausea=1.0), snapshot(1, nausea=3.0))),
    ),
    "change since baseline": (
        [written("worse", "change", against="baseline", **WORSE)],
        nausea(3, baseline(snapshot(8, nausea=1.0))),
        nausea(3, baseline(snapshot(8, nausea=2.0))),
    ),
    "the same source only": (
        [written("worse", "change", against="previous", **WORSE)],
        nausea(3, previous(snapshot(1, "proxy", nausea=1.0)), source="proxy"),
        nausea(3, previous(snapshot(1, "proxy", nausea=1.0)), source="patient"),
    ),
    "persistence over n reports": (
        [written("stays", "persistence", reports=3, **LEVEL, compare=">=", value=2)],
        nausea(2, previous(snapshot(2, nausea=2.0), snapshot(1, nausea=2.0))),
        nausea(2, previous(snapshot(2, nausea=1.0), snapshot(1, nausea=2.0))),
    ),
    "trend over a span": (
        [written("rises", "trend", days=21, **WORSE)],
        nausea(2, previous(snapshot(3, nausea=0.0), snapshot(1, nausea=1.0))),
        nausea(2, previous(snapshot(4, nausea=0.0), snapshot(1, nausea=1.0))),
    ),
    "count of findings": (
        [
            written("one", "threshold", **ON),
            written("two", "threshold", **ON_PAIN),
            written("both", "count", of=["one", "two"], atLeast=2),
        ],
        (report(levels={"nausea": 2.0, "pain": 2.0}), NOTHING),
        (report(levels={"nausea": 2.0, "pain": 1.0}), NOTHING),
    ),
    "combinations, all of": (
        both("both", ON_LEVEL, PAIN),
        (report(levels={"nausea": 2.0, "pain": 2.0}), NOTHING),
        (report(levels={"nausea": 2.0, "pain": 1.0}), NOTHING),
    ),
    "combinations, any of": (
        [written("either", "any-of", rules=[ON_LEVEL, PAIN])],
        (report(levels={"nausea": 0.0, "pain": 2.0}), NOTHING),
        (report(levels={"nausea": 0.0, "pain": 1.0}), NOTHING),
    ),
    "a condition on age": (both("old", WARM, OLD), warm("38.0", age=70), warm("38.0", age=69)),
    "a condition on the pathway's phase": (
        both("active", WARM, ACTIVE),
        warm("38.0", phase="active"),
        warm("38.0", phase="follow-up"),
    ),
    "a condition on the day of cycle: fever in the nadir days": (
        both("nadir", WARM, NADIR),
        warm("38.0", day_of_cycle=7),
        warm("38.0", day_of_cycle=6),
    ),
    "the patient's own urgent": (
        [answer("chest-pain", compare="=", value="now", severity="emergency")],
        (report({"chest-pain": Coding("urn:sample", "now")}), NOTHING),
        (report({"chest-pain": Coding("urn:sample", "no")}), NOTHING),
    ),
    "the patient's own can wait": (
        [answer("chest-pain", compare="in", value=["last-24-hours"], severity="next-working-day")],
        (report({"chest-pain": Coding("urn:sample", "last-24-hours")}), NOTHING),
        (report({"chest-pain": Coding("urn:sample", "now")}), NOTHING),
    ),
    "free text present": ([written("says", "present", reads={"answer": "note"})], note("Kan jeg reise?"), note("  ")),
}


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_rule_can_say(phrase: str) -> None:
    rules, fires, quiet = PHRASES[phrase]
    last = rules[-1]["id"]
    found = {one.rule: one for one in judged(rules, *fires)}
    assert found[last].kind == "rule"
    assert last not in {one.rule for one in judged(rules, *quiet)}


@pytest.mark.parametrize("hours,fires", [(23.9, False), (24, True)])
def test_a_rule_can_say_a_missing_response(hours: float, fires: bool) -> None:
    rules = parse(document(written("silent", "overdue", afterHours=24)), [INSTRUMENT])
    assert bool(overdue(rules, NOW, begun=False, hours=hours)) is fires


@pytest.mark.parametrize("unit", ["[degF]", None])
def test_the_unit_is_part_of_the_rule_and_one_that_the_item_is_not_in_cannot_be_published(unit: str | None) -> None:
    assert codes(fever(unit=unit)) == [("fever", "temperature", "other-unit")]


def test_the_scale_is_part_of_the_rule_and_a_limit_beyond_it_cannot_be_published() -> None:
    assert codes(over("level", "nausea", value=4)) == [("one", "nausea", "never-fires")]


def test_a_rule_on_an_item_that_one_version_of_the_questionnaire_lacks_cannot_be_published() -> None:
    assert codes(answer("weight-loss", **LIMIT)) == [("one", "weight-loss", "unknown-item")]


@pytest.mark.parametrize("written_down,kinds", [("could not be assessed", [UNKNOWN]), (None, [UNKNOWN]), (APART, [])])
def test_what_is_unknown_is_decided_by_the_rule_in_writing(written_down: str | None, kinds: list[str]) -> None:
    """Where nothing is written it could not be assessed: unknown is not fine."""
    unscored = report(levels={"nausea": "too few answered"})
    found = judged([over("level", "nausea", whenMissing=written_down)], unscored, NOTHING)
    assert [one.kind for one in found] == kinds


def test_a_finding_carries_its_values_its_comparison_its_rule_and_the_rules_version() -> None:
    (found,) = judged([fever()], *warm("38.4"))
    assert (found.rule, found.rule_set) == ("fever", "urn:prom:rules:sample|1.0.0")
    said = found.reason.values
    assert (said["value"], said["comparison"], said["limit"], said["unit"]) == (38.4, ">=", 38.0, "Cel")


def test_a_rule_can_name_the_hospitals_own_procedure() -> None:
    address = "https://prosedyrer.sykehus.example/feber?utgave=3#tiltak"
    rules = parse(document(fever(procedure=address), written("one", "threshold", **ON)), [INSTRUMENT])
    assert [rule.procedure for rule in rules.rules] == [address, None]


@pytest.mark.parametrize(
    "address",
    [
        "http://sykehus.example/feber",
        "javascript:alert(1)",
        "//sykehus.example/feber",
        "https://",
        "https://sykehus.example/to ord",
        "https://sykehus.example@ondt.example/",
        "xhttps://sykehus.example/",
        "https://feber",
    ],
)
def test_a_procedure_that_is_no_page_of_https_is_refused(address: str) -> None:
    (problem,) = problems(document(fever(procedure=address)))
    assert problem.values == {"field": "procedure", "wanted": "an address that begins with https://"}
