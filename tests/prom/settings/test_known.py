"""What a setting may hold, and when quiet hours end."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from prom.settings.known import KNOWN, WrongValue, checked
from prom.settings.quiet_hours import quiet_until

OSLO = "Europe/Oslo"


@pytest.mark.parametrize(
    "name, value",
    [
        ("quietHours", "21:00"),
        ("quietHours", "24:00-08:00"),
        ("quietHours", "21:00-21:00"),
        ("quietHours", "00:00-23:59"),
        ("quietHours", "15:59-08:00"),
        ("quietHours", 21),
        ("quietHours", False),
        ("remindersOn", 1),
        ("remindersOn", None),
        ("smsPerHour", -1),
        ("smsPerHour", True),
        ("smsPerHour", "1000"),
        ("smsPerHour", 1_000_001),
        ("senderMail", "prom"),
        ("senderMail", "a@b.no, c@d.no"),
        ("quiethours", None),
        ("openingHours", None),
        ("openingHours", "08:00-11:59"),
        ("openingHours", "20:00-08:00"),
        ("closedDays", "24 December"),
        ("closedDays", 20261224),
        ("closedDays", "2026-12-24,"),
        ("closedDays", "2026-12-01,2026-12-02,2026-12-03,2026-12-04,2026-12-07,2026-12-14"),
        ("closedDays", ",".join(f"20{year}-12-24" for year in range(26, 43))),
        ("emergencyAcknowledgedWithin", 1),
        ("emergencyAcknowledgedWithin", 16),
        ("emergencyAcknowledgedWithin", "10"),
        ("emergencyAcknowledgedWithin", None),
        ("emergencyContactWithin", 61),
        ("emergencyContactWithin", True),
        ("sameDayAfterOpening", 241),
        ("escalatedAgainAfter", 10_080),
        ("atVisitWithin", 6),
        ("atVisitWithin", 91),
    ],
)
def test_a_wrong_value_is_refused(name: str, value: object) -> None:
    with pytest.raises(WrongValue):
        checked(name, value, "installation")


@pytest.mark.parametrize("name, level", [("smsPerHour", "unit"), ("smsAnswers", "unit"), ("quietHours", "ward")])
def test_a_setting_is_refused_at_a_level_that_it_is_not_for(name: str, level: str) -> None:
    with pytest.raises(WrongValue):
        checked(name, KNOWN[name].default, level)


def test_every_default_is_a_value_that_its_setting_can_hold() -> None:
    assert {name: checked(name, each.default, each.levels[-1]) for name, each in KNOWN.items()} == {
        name: each.default for name, each in KNOWN.items()
    }


def test_a_value_is_kept_tidied() -> None:
    assert checked("quietHours", " 22:00-07:30 ", "patient") == "22:00-07:30"
    assert checked("quietHours", "16:00-08:00", "patient") == "16:00-08:00"
    assert checked("closedDays", "2026-12-31 ,2026-12-24,2026-12-31", "unit") == "2026-12-24, 2026-12-31"
    assert checked("openingHours", " 07:30-11:30 ", "unit") == "07:30-11:30"
    assert checked("senderMail", " prom@example.org ", "installation") == "prom@example.org"


@pytest.mark.parametrize(
    "hours, now, until",
    [
        (None, "2026-11-02T02:00", None),
        ("21:00-08:00", "2026-11-02T08:00", None),
        ("21:00-08:00", "2026-11-02T20:59", None),
        ("21:00-08:00", "2026-11-02T21:00", "2026-11-03T08:00"),
        ("21:00-08:00", "2026-11-02T03:00", "2026-11-02T08:00"),
        ("08:00-21:00", "2026-11-02T12:00", "2026-11-02T21:00"),
        ("08:00-21:00", "2026-11-02T22:00", None),
        # The night to 29 March has no 02:30, and the night to 25 October has two.
        ("21:00-02:30", "2026-03-29T01:30", "2026-03-29T03:30"),
        ("21:00-08:00", "2026-10-24T22:00", "2026-10-25T08:00"),
    ],
)
def test_quiet_hours_are_local_wall_time(hours: str | None, now: str, until: str | None) -> None:
    from_oslo = {each: _instant(each) for each in (now, until) if each is not None}
    assert quiet_until(hours, from_oslo[now], OSLO) == (from_oslo[until] if until is not None else None)


def test_an_end_that_exists_twice_is_never_in_the_past() -> None:
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert quiet_until("21:00-02:30", second, OSLO) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def _instant(oslo: str) -> datetime:
    return datetime.fromisoformat(oslo).replace(tzinfo=ZoneInfo(OSLO)).astimezone(UTC)
