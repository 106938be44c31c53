"""What opens late is due late: nobody is called silent before she could have answered."""

from datetime import UTC, date, datetime, timedelta

from prom import clock
from prom.assignments import service as assignments
from prom.config import Settings
from prom.db import reading
from tests.conftest import Hospital
from tests.prom.assignments.courses import begin, item, publish
from tests.prom.steps import later

NINE = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 9)


def test_who_is_registered_after_the_hour_is_not_called_silent_at_once(hospital: Hospital, database: Settings) -> None:
    clock.move_to(NINE + timedelta(hours=19))
    now = clock.now()
    stay = begin(
        hospital,
        database,
        publish(
            item(window={"dueHours": 12, "overdueHours": 18, "expiresHours": 24, "begunExpiresHours": 26}),
        ),
        TODAY,
    )
    stay.tick()
    (row,) = stay.asked()
    assert (row.opens_at, row.due_at, row.overdue_at) == (NINE, now + timedelta(hours=12), now + timedelta(hours=18))
    assert row.overdue_at <= row.expires_at <= row.begun_expires_at
    assert {each.expires_at for each in stay.messages("assignment")} == {row.begun_expires_at}
    with reading() as session:
        assert assignments.silent(session) == []


def test_silence_is_told_once_she_had_her_time(hospital: Hospital, database: Settings) -> None:
    clock.move_to(NINE + timedelta(hours=10))
    stay = begin(hospital, database, publish(item()), TODAY)
    stay.tick()
    later(hours=17)
    with reading() as session:
        assert assignments.silent(session) == []
    later(hours=1)
    with reading() as session:
        assert assignments.silent(session) == [each.id for each in stay.asked()]


def test_what_opens_on_time_keeps_its_hours(hospital: Hospital, database: Settings) -> None:
    clock.move_to(NINE + timedelta(minutes=59))
    stay = begin(hospital, database, publish(item()), TODAY)
    stay.tick()
    (row,) = stay.asked()
    assert [each - NINE for each in (row.due_at, row.overdue_at, row.expires_at)] == [
        timedelta(hours=each) for each in (12, 18, 20)
    ]


def test_what_was_never_asked_keeps_its_hours(hospital: Hospital, database: Settings) -> None:
    clock.move_to(NINE)
    stay = begin(hospital, database, publish(item()), TODAY)
    later(days=2)
    stay.tick()
    (row,) = stay.asked()
    assert (row.status, row.due_at - NINE) == ("expired", timedelta(hours=12))
