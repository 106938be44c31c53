"""Random days, moves and answers of a course, without a database: nothing is asked twice, and no day is missed."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from prom.assignments.courses import Before, Course, first_of
from prom.pathways.definition import Offset, Timing, Unit
from tests.prom.properties import sized

ZONE = ZoneInfo("Europe/Oslo")
WINDOW = timedelta(hours=20)
NOON = datetime(2026, 11, 2, 11, tzinfo=UTC)
MOVES = st.lists(st.tuples(st.integers(-6, 6), st.integers(1, 4), st.booleans()), min_size=1, max_size=8)


def course(every: int, anchor: date) -> Course:
    """Ten times, every so many days from the day after the anchor, at nine."""
    at = (datetime(2026, 1, 1, 9).time(),)  # noqa: DTZ001 - a wall time
    return Course(Timing(every, Unit.DAY, at, Offset("start", days=1), count=10), {"start": anchor}, ZONE)


@sized
@given(every=st.sampled_from([1, 2, 7]), moves=MOVES)
def test_every_day_ahead_is_asked_that_nothing_stands_for_and_none_twice(
    every: int, moves: list[tuple[int, int, bool]]
) -> None:
    now, period = NOON, timedelta(days=every)
    before: list[Before] = []
    for shift, days, answers in moves:
        moved = course(every, now.date() + timedelta(days=shift))
        for _ in range(days):
            found = first_of(moved, WINDOW, now, before)
            if found is not None and found.instant <= now:
                assert found.instant + WINDOW > now
                before.append(Before(found.instant, now if answers else None))
            ahead = [each for each in moved.since(now.astimezone(ZONE).date()) if each.instant > now]
            free = [each for each in ahead if not before or each.instant - before[-1].opens >= period * 0.6]
            following = first_of(moved, WINDOW, now, before)
            if free:
                assert following is not None
                assert following.instant <= free[0].instant
            now += timedelta(days=1)
    for earlier, later in pairwise(before):
        assert later.opens - earlier.opens >= period / 2
