from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from prom.quality.opening import Hours, open_time

OSLO = ZoneInfo("Europe/Oslo")
HOURS = Hours(time(8), time(15, 30), lambda day: day.weekday() < 5)


def local(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A moment of 2026 in Oslo; 2 November is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=OSLO).astimezone(UTC)


@pytest.mark.parametrize(
    "begin,end,hours",
    [
        (local(2, 9), local(2, 11), 2.0),  # within a day
        (local(2, 6), local(2, 9), 1.0),  # before it opens
        (local(2, 15), local(2, 20), 0.5),  # beyond closing
        (local(2, 20), local(3, 7), 0.0),  # a night
        (local(6, 15), local(9, 8, 30), 1.0),  # a weekend
        (local(2, 8), local(9, 8), 37.5),  # a week
        (local(2, 9), local(2, 9), 0.0),  # no time
        (local(23, 15, month=10), local(26, 9, month=10), 1.5),  # over the night that has an hour more
        (local(27, 15, month=3), local(30, 9, month=3), 1.5),  # over the night that has an hour less
    ],
)
def test_only_the_time_when_the_unit_is_at_work_counts(begin: datetime, end: datetime, hours: float) -> None:
    assert open_time(begin, end, OSLO, HOURS) == timedelta(hours=hours)
