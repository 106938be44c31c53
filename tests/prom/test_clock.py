"""The clock: always aware, always UTC, and moved only for the length of a block."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from prom import clock
from tests.conftest import MONDAY


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.move_to(datetime(2026, 11, 2, 9, 30))  # noqa: DTZ001
    assert clock.now().tzinfo is UTC


def test_the_clock_runs_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().utcoffset() == timedelta(0)


def test_a_moved_clock_stands_still_and_is_told_in_utc() -> None:
    with clock.moved_to(MONDAY.astimezone(timezone(timedelta(hours=1)))):
        assert clock.now() == clock.now() == MONDAY
        assert clock.now().tzinfo is UTC


def test_a_block_within_a_block_gives_the_outer_time_back_also_when_it_fails() -> None:
    later = MONDAY + timedelta(hours=1)

    def fail() -> None:
        with clock.moved_to(later):
            assert clock.now() == later
            raise LookupError

    with clock.moved_to(MONDAY):
        with pytest.raises(LookupError):
            fail()
        assert clock.now() == MONDAY
    assert clock.now() > datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.now() != MONDAY
