"""Who comes first on a worklist."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.lifecycle import State, is_open
from alerts.rules import Severity
from alerts.triage import order, share_used
from tests.alerts.samples import NOW, sized


@dataclass(frozen=True)
class Row:
    name: str
    severity: Severity = Severity.SAME_DAY
    waited: float = 1
    target: float | None = 4
    state: State = State.OPEN

    @property
    def raised_at(self) -> datetime:
        return NOW - timedelta(hours=self.waited)

    @property
    def next_action_at(self) -> datetime | None:
        return None if self.target is None else self.raised_at + timedelta(hours=self.target)


def names(*rows: Row) -> list[str]:
    return [row.name for row in order(rows, NOW)]


def test_severity_comes_before_everything_else() -> None:
    late = Row("late", Severity.SAME_DAY, waited=40)
    assert names(late, Row("fresh emergency", Severity.EMERGENCY, waited=0)) == ["fresh emergency", "late"]


def test_within_a_severity_the_one_closest_to_its_deadline_comes_first() -> None:
    nearly, half = Row("nearly", waited=3, target=4), Row("half", waited=20, target=40)
    assert names(half, nearly) == ["nearly", "half"]


def test_one_that_is_late_by_more_of_its_time_comes_first() -> None:
    assert names(Row("late", waited=5, target=4), Row("later", waited=3, target=1)) == ["later", "late"]


def test_at_the_same_share_the_oldest_comes_first() -> None:
    assert names(Row("young", waited=1, target=2), Row("old", waited=2, target=4)) == ["old", "young"]


def test_equal_rows_keep_the_order_they_came_in() -> None:
    assert names(Row("b"), Row("a")) == ["b", "a"]


def test_what_is_closed_stands_last_whatever_its_severity() -> None:
    closed = Row("closed", Severity.EMERGENCY, state=State.RESOLVED)
    assert names(closed, Row("open", Severity.AT_VISIT)) == ["open", "closed"]


def test_an_open_row_without_a_deadline_is_shown_as_late_rather_than_lost() -> None:
    assert names(Row("late", waited=9, target=1), Row("without", target=None)) == ["without", "late"]
    assert share_used(Row("deadline before its start", target=0), NOW) == float("inf")


def test_the_share_used_is_nought_at_the_start_and_one_at_the_deadline() -> None:
    assert share_used(Row("new", waited=0), NOW) == 0
    assert share_used(Row("from a clock ahead of ours", waited=-1), NOW) == 0
    assert share_used(Row("due", waited=4), NOW) == 1


rows = st.builds(
    Row,
    name=st.just("row"),
    severity=st.sampled_from(Severity),
    waited=st.integers(0, 90),
    target=st.none() | st.integers(-1, 90),
    state=st.sampled_from(State),
)


def rank(row: Row) -> tuple[bool, int, float, datetime]:
    return is_open(row.state), row.severity, share_used(row, NOW), row.raised_at


@sized
@given(st.lists(rows), st.randoms())
def test_the_order_does_not_depend_on_the_order_before(listed: list[Row], chance: random.Random) -> None:
    mixed = list(listed)
    chance.shuffle(mixed)
    assert [rank(row) for row in order(mixed, NOW)] == [rank(row) for row in order(listed, NOW)]


@sized
@given(st.lists(rows))
def test_no_row_stands_above_a_graver_one(listed: list[Row]) -> None:
    severities = [row.severity for row in order(listed, NOW) if is_open(row.state)]
    assert severities == sorted(severities, reverse=True)


def test_what_is_nobodys_stands_before_what_somebody_has_taken() -> None:
    taken = Row("taken", waited=3, target=4, state=State.ACKNOWLEDGED)
    assert names(taken, Row("nobody's", waited=1, target=4)) == ["nobody's", "taken"]


def test_one_that_missed_its_deadline_does_not_sink_when_it_gets_a_new_one() -> None:
    escalated = Row("escalated", waited=1, target=10, state=State.ESCALATED)
    assert names(Row("nearly due", waited=9, target=10), escalated) == ["escalated", "nearly due"]
