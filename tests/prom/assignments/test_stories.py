"""Stories of a pathway in its course: nothing is asked twice, nothing is dropped in silence."""

from datetime import UTC, date, datetime, timedelta

import pytest

from prom import clock
from prom.assignments.episodes import stop_person
from prom.catalogue.models import Definition
from prom.config import Settings
from prom.db import transaction
from prom.errors import Conflict, Invalid, NotFound, NotPublished
from tests.conftest import MONDAY, Hospital
from tests.fake_transport import FakeTransport
from tests.prom.assignments.courses import URL, Stay, begin, episode_of, item, publish
from tests.prom.steps import alerts, later

WEEKLY = {"every": 1, "unit": "week", "weekday": "monday", "at": "09:00", "from": "anchor"}
DAILY = {"every": 1, "unit": "day", "at": "09:00", "from": "anchor"}
TODAY = date(2026, 11, 2)


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    """A local hour in Oslo of 2026, in winter."""
    return datetime(2026, month, day, hour - 1, tzinfo=UTC)


@pytest.fixture
def weekly(hospital: Hospital, database: Settings) -> Stay:
    """Every Monday at 09:00; it is Monday, and the first is open."""
    stay = begin(hospital, database, publish(item(reminders={"afterHours": [6]}, timing=WEEKLY)), TODAY)
    stay.tick()
    return stay


def opened(stay: Stay) -> list[tuple[datetime, str]]:
    """When each was to open, and what became of it."""
    return [(each.opens_at, each.status) for each in stay.asked()]


@pytest.mark.parametrize(
    "verb, arguments, refusal",
    [
        ("pause", (MONDAY, "wish"), Invalid),
        ("pause", (MONDAY + timedelta(days=1), "whim"), Invalid),
        ("resume", (), Conflict),
        ("set_anchor", ("no-such", TODAY), Invalid),
        ("set_anchor", ("treatment-start", date(2029, 1, 1)), Invalid),
        ("end", ("bored",), Invalid),
        ("ask_now", ("no-such", "clinician"), NotFound),
        ("ask_now", ("check", "clinician"), Conflict),
    ],
)
def test_what_cannot_be_done_is_refused(
    weekly: Stay, verb: str, arguments: tuple[object, ...], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        weekly.verb(verb, *arguments)


def test_nothing_is_done_to_an_episode_that_has_ended(weekly: Stay) -> None:
    weekly.verb("end", "finished")
    with pytest.raises(Conflict):
        weekly.verb("pause", MONDAY + timedelta(days=1), "wish")
    with pytest.raises(Conflict):
        weekly.verb("set_anchor", "treatment-start", TODAY)


def test_a_version_that_is_no_version_of_the_pathway_or_a_draft_is_refused(hospital: Hospital, weekly: Stay) -> None:
    with pytest.raises(Invalid):
        weekly.verb("change_version", hospital.pathway)
    chosen = publish(item(timing=WEEKLY), version="2.0.0")
    with transaction() as session:
        session.query(Definition).filter_by(url=URL, version="2.0.0").update({"status": "draft"})
    with pytest.raises(NotPublished):
        weekly.verb("change_version", chosen)


def test_over_the_clock_changes_every_monday_is_at_nine(hospital: Hospital, database: Settings) -> None:
    clock.move_to(datetime(2026, 10, 19, 7, 0, tzinfo=UTC))
    stay = begin(hospital, database, publish(item(timing=WEEKLY)), date(2026, 10, 19))
    stay.tick()
    assert [*stay.days(8)]
    assert opened(stay) == [
        (datetime(2026, 10, 19, 7, tzinfo=UTC), "completed"),
        (datetime(2026, 10, 26, 8, tzinfo=UTC), "completed"),
    ]


def test_an_anchor_moved_forward_asks_nothing_again_and_goes_on_from_the_new_day(weekly: Stay) -> None:
    weekly.answer()
    weekly.verb("set_anchor", "treatment-start", date(2026, 11, 18))
    assert weekly.next() == at(23)
    assert [*weekly.days(22)]
    assert opened(weekly) == [(at(2), "completed"), (at(23), "completed")]


def test_an_anchor_moved_back_does_not_ask_the_past(weekly: Stay) -> None:
    weekly.answer()
    weekly.verb("set_anchor", "treatment-start", date(2026, 10, 14))
    weekly.tick()
    assert opened(weekly) == [(at(2), "completed")]
    assert weekly.next() == at(9)


def test_another_version_in_mid_course_asks_nothing_twice(weekly: Stay) -> None:
    weekly.answer()
    weekly.verb("change_version", publish(item(timing={**WEEKLY, "weekday": "tuesday"}), version="2.0.0"))
    assert weekly.next() == at(10)  # tomorrow would be the day after she answered
    weekly.verb("change_version", publish(item("other", timing=WEEKLY), version="3.0.0"))
    assert (weekly.next(), weekly.next("other")) == (None, at(9))


def test_a_pause_over_three_passes_them_over_with_a_trace_and_goes_on_by_itself(weekly: Stay) -> None:
    weekly.answer()
    weekly.verb("pause", at(24, 12), "admitted")
    assert [*weekly.days(29)]
    assert opened(weekly) == [
        (at(2), "completed"),
        *[(at(day), "cancelled") for day in (9, 16, 23)],
        (at(30), "completed"),
    ]
    assert alerts("not-asked") == []


def test_what_is_open_when_a_pause_begins_can_be_answered(weekly: Stay) -> None:
    weekly.verb("pause", at(20), "wish")
    assert weekly.answer()


def test_resumed_early_it_asks_what_can_still_be_answered_and_sends_what_had_waited(weekly: Stay) -> None:
    vendor = FakeTransport()
    clock.move_to(at(3))
    weekly.verb("pause", at(27), "holiday")
    clock.move_to(at(9, 12))
    weekly.tick()
    weekly.verb("resume")
    weekly.tick()
    assert opened(weekly)[-1] == (at(9), "open")
    assert len(weekly.deliver(vendor)) == 1


def test_a_pause_has_an_end_that_can_be_moved(weekly: Stay) -> None:
    weekly.verb("pause", at(10), "wish")
    weekly.verb("pause", at(12), "wish")
    row = episode_of(weekly)
    assert (row.paused_from, row.paused_until) == (MONDAY, at(12))


def test_what_a_pause_passed_over_is_no_miss_where_another_begins_at_once(weekly: Stay) -> None:
    weekly.answer()
    weekly.verb("pause", at(10), "wish")
    clock.move_to(at(10, 10))
    weekly.verb("pause", at(14), "holiday")
    clock.move_to(at(16))
    weekly.tick()
    assert opened(weekly) == [(at(2), "completed"), (at(9), "cancelled"), (at(16), "open")]
    assert alerts("not-asked") == []


@pytest.mark.parametrize("origin", ["clinician", "machine"])
def test_nothing_is_asked_now_in_a_pause(weekly: Stay, origin: str) -> None:
    weekly.answer()
    weekly.verb("pause", at(5), "admitted")
    with pytest.raises(Conflict):
        weekly.verb("ask_now", "check", origin)
    weekly.verb("resume")
    assert weekly.verb("ask_now", "check", origin)


def test_an_end_cancels_what_is_open_and_tells_her_that_nobody_reads(weekly: Stay) -> None:
    vendor = FakeTransport()
    weekly.verb("end", "finished")
    assert opened(weekly) == [(at(2), "cancelled")]
    (words,) = weekly.deliver(vendor)
    assert "113" in words
    assert [*weekly.days(15)]
    assert opened(weekly) == [(at(2), "cancelled")]
    assert weekly.deliver(vendor) == []


def test_a_death_stops_everything_without_a_word(hospital: Hospital, weekly: Stay) -> None:
    for _ in range(2):
        with transaction() as session:
            stop_person(session, hospital.patient.id, "died", hospital.nurse_actor)
    assert weekly.deliver(FakeTransport()) == []
    assert {each.failure for each in weekly.messages("assignment")} <= {"stopped", None}
    assert weekly.messages("ended") == []
    assert [*weekly.days(8)]
    assert opened(weekly) == [(at(2), "cancelled")]


def test_a_reminder_after_the_answer_is_not_sent(weekly: Stay) -> None:
    vendor = FakeTransport()
    assert len(weekly.deliver(vendor)) == 1
    weekly.answer()
    later(hours=7)
    assert weekly.deliver(vendor) == []
    assert [(each.state, each.failure) for each in weekly.messages("reminder")] == [("cancelled", "answered")]


def test_a_reminder_goes_out_once_where_nobody_answers(weekly: Stay) -> None:
    vendor = FakeTransport()
    weekly.deliver(vendor)
    later(hours=7)
    assert len(weekly.deliver(vendor)) == 1
    assert weekly.deliver(vendor) == []


def test_a_reminder_in_a_pause_is_withheld_and_the_log_says_why(weekly: Stay) -> None:
    vendor = FakeTransport()
    weekly.deliver(vendor)
    weekly.verb("pause", at(20), "admitted")
    later(hours=7)
    assert weekly.deliver(vendor) == []
    assert [(each.state, each.failure) for each in weekly.messages("reminder")] == [("cancelled", "paused")]


def test_a_clinician_asks_now_and_she_gets_a_message(weekly: Stay) -> None:
    vendor = FakeTransport()
    weekly.answer()
    made = weekly.verb("ask_now", "check", "clinician")
    assert weekly.asked()[-1].id == made
    assert len(weekly.deliver(vendor)) == 1
