"""A death that was registered by mistake is taken back: asked from now on, and nothing is sent for the time between."""

from datetime import UTC, date, datetime, timedelta

import pytest

from prom import clock
from prom.assignments.episodes import restore_person, stop_person
from prom.audit.queries import log_of
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import Conflict, Invalid
from prom.patients import sealing
from prom.patients.models import Patient
from tests.conftest import Hospital
from tests.fake_transport import FakeTransport
from tests.prom.assignments.courses import Stay, begin, episode_of, item, publish
from tests.prom.assignments.test_asked_once import start
from tests.prom.steps import alerts

NINE = datetime(2026, 11, 2, 8, tzinfo=UTC)
WEEKLY = {"every": 1, "unit": "week", "weekday": "monday", "at": "09:00", "from": "anchor"}
LONG = {"dueHours": 24, "overdueHours": 36, "expiresHours": 120, "begunExpiresHours": 132}


@pytest.fixture
def stay(hospital: Hospital, database: Settings) -> Stay:
    """Every Monday, with a window of five days; it is Monday, and the first is open."""
    made = begin(
        hospital, database, publish(item(timing=WEEKLY, window=LONG, reminders={"afterHours": [24]})), date(2026, 11, 2)
    )
    made.tick()
    return made


def die(hospital: Hospital) -> None:
    """Her death is registered."""
    with transaction() as session:
        stop_person(session, hospital.patient.id, "died", hospital.nurse_actor)


def restore(hospital: Hospital, why: str = "Wrong patient.") -> None:
    """It was a mistake."""
    with transaction() as session:
        restore_person(session, hospital.patient.id, why, hospital.nurse_actor)


def standing(stay: Stay) -> list[tuple[datetime, str]]:
    """When each was to open, and what became of it."""
    return [(each.opens_at, each.status) for each in stay.asked()]


def test_somebody_who_is_not_stopped_is_refused_and_so_is_no_reason(stay: Stay, hospital: Hospital) -> None:
    with pytest.raises(Conflict):
        restore(hospital)
    die(hospital)
    with pytest.raises(Invalid):
        restore(hospital, " ")
    assert episode_of(stay).status == "ended"


@pytest.mark.hazard("H20")
def test_what_is_open_in_its_window_can_be_answered_again_and_nothing_comes_twice(
    stay: Stay, hospital: Hospital
) -> None:
    vendor = FakeTransport()
    stay.deliver(vendor)
    die(hospital)
    clock.move_to(NINE + timedelta(days=2))
    restore(hospital)
    assert episode_of(stay).status == "active"
    assert stay.deliver(vendor) == []
    assert stay.answer()
    assert [*stay.days(6)]
    assert standing(stay) == [(NINE, "completed"), (NINE + timedelta(days=7), "completed")]


@pytest.mark.hazard("H20")
def test_what_lay_between_is_not_asked_and_no_miss_and_the_next_comes_as_planned(
    stay: Stay, hospital: Hospital
) -> None:
    vendor = FakeTransport()
    stay.deliver(vendor)
    stay.answer()
    die(hospital)
    clock.move_to(NINE + timedelta(days=20))
    restore(hospital)
    stay.tick()
    assert stay.deliver(vendor) == []
    assert [*stay.days(2)]
    asked = [each for each in standing(stay) if each[1] != "cancelled"]
    assert asked == [(NINE, "completed"), (NINE + timedelta(days=21), "completed")]
    assert alerts("not-asked") == []


@pytest.mark.hazard("H20")
def test_what_she_had_begun_is_judged_after_all(stay: Stay, hospital: Hospital) -> None:
    start(stay.asked()[0].id)
    die(hospital)
    assert standing(stay) == [(NINE, "cancelled")]
    clock.move_to(NINE + timedelta(days=10))
    restore(hospital)
    stay.tick()
    assert standing(stay)[0] == (NINE, "expired")


def test_it_is_on_record_and_why_is_kept_sealed(stay: Stay, hospital: Hospital) -> None:
    die(hospital)
    restore(hospital)
    with reading() as session:
        log = {(row.action, row.actor_kind) for row in log_of(session, hospital.patient.id)}
        ended = sealing.open_column(session, episode_of(stay), "end")
        assert session.get_one(Patient, hospital.patient.id).stop_sealed is None
    assert {("patient.restore", "clinician"), ("episode.restore", "clinician")} <= log
    assert [each["why"] for each in ended["undone"]] == ["Wrong patient."]


def test_she_can_die_again(stay: Stay, hospital: Hospital) -> None:
    for _ in range(2):
        die(hospital)
        assert episode_of(stay).status == "ended"
        restore(hospital)
    with reading() as session:
        assert len(sealing.open_column(session, episode_of(stay), "end")["undone"]) == 2
