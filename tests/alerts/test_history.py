"""Rules that look back: Change, Persistence and Trend. They compare reports of the same source only."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation import Finding, evaluate
from alerts.observation import History, Observation, Snapshot
from alerts.observation import snapshot_of as kept
from alerts.rules import Change, Comparison, Persistence, Reading, ReadingKind, Rule, Trend, WhenMissing
from tests.alerts.samples import NOW, baseline, common, previous, report, rule_set, sized, snapshot

NAUSEA = Reading("level", "nausea")
WORSE = Change(**common(), reading=NAUSEA, against="previous", worse_by=Decimal(2))
WORSE_THAN_BASELINE = Change(**common(), reading=NAUSEA, against="baseline", worse_by=Decimal(2))
LESS_FUNCTION = Change(
    **common(), reading=Reading("score", "function"), against="previous", worse_by=Decimal(10), worse="lower"
)
THREE_TIMES = Persistence(**common(), reading=NAUSEA, comparison=Comparison.AT_LEAST, value=Decimal(2), reports=3)
RISING = Trend(**common(), reading=NAUSEA, worse_by=Decimal(2), days=21)
RULES: list[Rule] = [WORSE, WORSE_THAN_BASELINE, THREE_TIMES, RISING]


def judged(rule: Rule, observation: Observation, history: History) -> tuple[Finding, ...]:
    return evaluate(rule_set(rule), observation, history, NOW)


def nausea(level: float | str, **more: Any) -> Observation:
    return report(levels={"nausea": level}, **more)


@pytest.mark.parametrize("rule", RULES)
def test_a_missing_value_could_not_be_assessed(rule: Rule) -> None:
    past = (snapshot(3, nausea=2.0), snapshot(2, nausea=2.0), snapshot(1, nausea=2.0))
    (finding,) = judged(rule, nausea("too few answered"), History({"patient": past[0]}, past))
    assert finding.kind == "could not be assessed"
    assert finding.reason.values["missing"] == "too few answered"
    assert finding.reason.values["item"] is None


@pytest.mark.parametrize("rule", RULES)
def test_earlier_reports_that_lack_the_scale_could_not_be_assessed(rule: Rule) -> None:
    past = (snapshot(3, pain=1.0), snapshot(2, pain=1.0), snapshot(1, pain=1.0))
    (finding,) = judged(rule, nausea(3.0), History({"patient": past[0]}, past))
    assert finding.reason.values["missing"] == "no earlier value"


@pytest.mark.parametrize("rule", RULES)
def test_what_lacks_a_value_is_quiet_where_the_rule_says_that_it_is_not_applicable(rule: Any) -> None:
    quiet = type(rule)(**(vars(rule) | {"when_missing": WhenMissing.NOT_APPLICABLE}))
    past = (snapshot(3, pain=1.0), snapshot(2, pain=1.0), snapshot(1, pain=1.0))
    assert judged(quiet, nausea(3.0), History({"patient": past[0]}, past)) == ()
    assert judged(quiet, nausea("not answered"), History()) == ()


@pytest.mark.parametrize("rule", RULES)
def test_a_score_that_is_no_number_could_not_be_assessed(rule: Rule) -> None:
    past = (snapshot(3, nausea=2.0), snapshot(2, nausea=2.0), snapshot(1, nausea=float("nan")))
    (finding,) = judged(rule, nausea(float("nan")), History({"patient": past[0]}, past))
    assert finding.reason.code == "failed"


def test_a_change_in_what_is_no_number_could_not_be_assessed() -> None:
    rule = Change(**common(), reading=Reading("answer", "note"), against="previous", worse_by=Decimal(1))
    (finding,) = judged(rule, report({"note": "words"}), previous(snapshot(1, note=1.0)))
    assert finding.reason.code == "failed"


@pytest.mark.parametrize("rule", RULES)
def test_a_first_report_has_nothing_that_it_could_be_worse_than(rule: Rule) -> None:
    assert judged(rule, nausea(3.0), History()) == ()


@pytest.mark.parametrize("rule", RULES)
def test_a_scale_that_was_not_asked_raises_nothing(rule: Rule) -> None:
    past = (snapshot(3, nausea=3.0), snapshot(2, nausea=3.0), snapshot(1, nausea=3.0))
    assert judged(rule, nausea("not asked"), History({"patient": past[0]}, past)) == ()


@pytest.mark.parametrize("rule", RULES)
def test_a_begun_form_is_silent_on_what_is_missing(rule: Rule) -> None:
    past = (snapshot(3, nausea=0.0), snapshot(2, nausea=0.0), snapshot(1, nausea=0.0))
    assert judged(rule, nausea("not answered", complete=False), History({"patient": past[0]}, past)) == ()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("source,other", [("patient", "proxy"), ("proxy", "patient"), ("staff", "patient")])
def test_reports_of_another_source_are_not_compared(rule: Rule, source: str, other: str) -> None:
    low = tuple(snapshot(weeks, other, nausea=0.0) for weeks in (3, 2, 1))
    assert judged(rule, nausea(3.0, source=source), History({other: low[0]}, low)) == ()


@pytest.mark.parametrize("rule", RULES)
def test_reports_that_were_written_later_are_not_compared(rule: Rule) -> None:
    """A back-dated report is judged by what came before it."""
    later = tuple(Snapshot(NOW + timedelta(days=days), {"nausea": 0.0}, "patient") for days in (0, 1, 2))
    assert judged(rule, nausea(3.0), History({"patient": later[0]}, later)) == ()


@pytest.mark.parametrize("before,now,fires", [(1.0, 2.0, False), (0.0, 2.0, True), (0.0, 3.0, True), (3.0, 0.0, False)])
def test_worse_since_the_last_report(before: float, now: float, fires: bool) -> None:
    assert len(judged(WORSE, nausea(now), previous(snapshot(1, nausea=before)))) == fires


def test_a_trend_sees_every_report_of_its_days_however_often_somebody_reports() -> None:
    """She answers each morning: what she said three weeks ago lies twenty reports back."""
    days = [snapshot(ago / 7, nausea=2.0 if ago < 20 else 0.0) for ago in range(21, 0, -1)]
    (finding,) = judged(RISING, nausea(2.0), previous(*days))
    assert finding.reason.values["earlier"] == 0.0
    assert finding.reason.values["earlier_authored"] in {one.authored.isoformat() for one in days[:2]}


@pytest.mark.parametrize("reports_ago,fires", [(8, True), (9, False)])
def test_a_change_looks_at_the_latest_eight_reports_for_one_that_has_the_scale(reports_ago: int, fires: bool) -> None:
    well = snapshot(reports_ago / 7, nausea=0.0)
    days = [well if ago == reports_ago else snapshot(ago / 7, pain=1.0) for ago in range(9, 0, -1)]
    found = judged(WORSE, nausea(3.0), previous(*days))
    assert [one.kind for one in found] == ["rule" if fires else "could not be assessed"]


@pytest.mark.parametrize("before,now,fires", [(1.0, 2.0, False), (1.0, 3.0, True), (0.0, 3.0, True)])
def test_worse_than_the_baseline(before: float, now: float, fires: bool) -> None:
    history = History({"patient": snapshot(8, nausea=before)}, (snapshot(1, nausea=now),))
    assert len(judged(WORSE_THAN_BASELINE, nausea(now), history)) == fires


@pytest.mark.parametrize(
    "before,now,fires", [(80.0, 70.1, False), (80.0, 70.0, True), (80.0, 69.9, True), (60.0, 80.0, False)]
)
def test_where_high_is_good_lower_is_worse(before: float, now: float, fires: bool) -> None:
    found = judged(LESS_FUNCTION, report(levels={"function": now}), previous(snapshot(1, function=before)))
    assert len(found) == fires


def test_a_change_says_from_what_to_what_and_when() -> None:
    (finding,) = judged(WORSE, nausea(3.0), previous(snapshot(2, nausea=3.0), snapshot(1, nausea=1.0)))
    assert finding.reason.code == "change"
    assert finding.reason.values == {
        "reads": "level",
        "name": "nausea",
        "item": None,
        "value": 3.0,
        "worse_by": 2.0,
        "worse": "higher",
        "against": "previous",
        "earlier": 1.0,
        "earlier_authored": "2026-11-09T09:00:00+00:00",
    }


def test_a_change_is_held_against_the_latest_report_that_has_the_scale() -> None:
    history = previous(snapshot(1, pain=1.0), snapshot(3, nausea=3.0), snapshot(2, nausea=1.0))
    (finding,) = judged(WORSE, nausea(3.0), history)
    assert finding.reason.values["earlier"] == 1.0


def test_a_change_against_the_baseline_says_so() -> None:
    (finding,) = judged(WORSE_THAN_BASELINE, nausea(2.0), baseline(snapshot(8, nausea=0.0)))
    assert finding.reason.values["against"] == "baseline"
    assert finding.reason.values["earlier_authored"] == "2026-09-21T09:00:00+00:00"


@pytest.mark.parametrize(
    "levels,fires",
    [((2.0, 2.0, 2.0), True), ((3.0, 2.0, 2.0), True), ((1.0, 2.0, 2.0), False), ((2.0, 2.0, 1.0), False)],
)
def test_persistence_wants_every_one_of_the_last_reports(levels: tuple[float, float, float], fires: bool) -> None:
    oldest, middle, now = levels
    history = previous(snapshot(3, nausea=0.0), snapshot(2, nausea=oldest), snapshot(1, nausea=middle))
    assert len(judged(THREE_TIMES, nausea(now), history)) == fires


def test_two_reports_are_not_three() -> None:
    assert judged(THREE_TIMES, nausea(3.0), previous(snapshot(1, nausea=3.0))) == ()


def test_one_report_below_the_limit_ends_it_whatever_else_is_missing() -> None:
    assert judged(THREE_TIMES, nausea("not answered"), previous(snapshot(2, nausea=3.0), snapshot(1, nausea=1.0))) == ()


def test_persistence_says_since_when() -> None:
    (finding,) = judged(THREE_TIMES, nausea(3.0), previous(snapshot(2, nausea=2.0), snapshot(1, nausea=2.0)))
    assert finding.reason.code == "persistence"
    assert finding.reason.values == {
        "reads": "level",
        "name": "nausea",
        "item": None,
        "value": 3.0,
        "comparison": ">=",
        "limit": 2.0,
        "reports": 3.0,
        "since": "2026-11-02T09:00:00+00:00",
    }


@pytest.mark.parametrize("best,now,fires", [(1.0, 2.0, False), (1.0, 3.0, True), (0.0, 3.0, True)])
def test_a_trend_is_held_against_the_best_report_of_its_days(best: float, now: float, fires: bool) -> None:
    history = previous(
        snapshot(4, nausea=0.0), snapshot(3, nausea=best), snapshot(2, nausea=2.0), snapshot(1, nausea=2.0)
    )
    assert len(judged(RISING, nausea(now), history)) == fires


def test_a_trend_looks_no_further_back_than_its_days() -> None:
    assert judged(RISING, nausea(3.0), previous(snapshot(3.01, nausea=0.0))) == ()
    assert len(judged(RISING, nausea(3.0), previous(snapshot(3, nausea=0.0)))) == 1


def test_a_trend_says_from_what_to_what_in_how_many_days() -> None:
    (finding,) = judged(RISING, nausea(3.0), previous(snapshot(2, nausea=1.0), snapshot(1, nausea=2.0)))
    assert finding.reason.code == "trend"
    assert finding.reason.values == {
        "reads": "level",
        "name": "nausea",
        "item": None,
        "value": 3.0,
        "worse_by": 2.0,
        "worse": "higher",
        "days": 21.0,
        "earlier": 1.0,
        "earlier_authored": "2026-11-02T09:00:00+00:00",
    }


@pytest.mark.parametrize("kind", ["level", "score"])
def test_levels_and_scores_are_compared_alike(kind: ReadingKind) -> None:
    rule = Change(**common(), reading=Reading(kind, "nausea"), against="previous", worse_by=Decimal(2))
    assert len(judged(rule, nausea(2.0), previous(snapshot(1, nausea=0.0)))) == 1


def test_what_is_kept_of_a_report_are_the_scores_that_have_a_value() -> None:
    assert kept(report(levels={"nausea": 0.0, "pain": "not answered"})) == Snapshot(NOW, {"nausea": 0.0}, "patient")


snapshots = st.builds(
    snapshot,
    weeks_ago=st.integers(1, 8),
    source=st.sampled_from(["patient", "proxy", "staff"]),
    nausea=st.sampled_from([0.0, 1.0, 2.0, 3.0]),
)


@sized
@given(st.lists(snapshots, max_size=8), st.lists(snapshots, max_size=8), st.sampled_from([0.0, 1.0, 2.0, 3.0]))
def test_what_others_reported_never_changes_a_finding(mine: list[Snapshot], theirs: list[Snapshot], now: float) -> None:
    own = [one for one in mine if one.source == "patient"]
    foreign = [one for one in theirs if one.source != "patient"]
    for rule in RULES:
        assert judged(rule, nausea(now), previous(*own, *foreign)) == judged(rule, nausea(now), previous(*own))
