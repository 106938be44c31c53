"""In a pause nobody is missed, and what a death cancelled by mistake is sent after all."""

from datetime import date, timedelta

import pytest

from prom import clock
from prom.assignments import service as assignments
from prom.config import Settings
from prom.db import reading, transaction
from prom.responses import service as responses
from tests.conftest import Hospital
from tests.fake_transport import FakeTransport
from tests.prom.assignments.courses import Stay, begin, item, publish
from tests.prom.assignments.test_restoring import LONG, NINE, WEEKLY, die, restore
from tests.prom.steps import alerts


@pytest.fixture
def stay(hospital: Hospital, database: Settings) -> Stay:
    chosen = publish(item(timing=WEEKLY, window=LONG, reminders={"afterHours": [24]}))
    made = begin(hospital, database, chosen, date(2026, 11, 2))
    made.tick()
    return made


def silence() -> None:
    with reading() as session:
        found = assignments.silent(session)
    for each in found:
        with transaction() as session:
            responses.raise_silence(session, each)


def test_silence_is_found_without_a_pause(stay: Stay) -> None:
    clock.move_to(NINE + timedelta(hours=40))
    with reading() as session:
        assert len(assignments.silent(session)) == 1


@pytest.mark.hazard("H45")
def test_what_opened_before_a_pause_reaches_no_call_list_while_it_lasts(stay: Stay) -> None:
    clock.move_to(NINE + timedelta(hours=1))
    stay.verb("pause", NINE + timedelta(days=3), "admitted")
    clock.move_to(NINE + timedelta(hours=40))
    with reading() as session:
        assert assignments.silent(session) == []


@pytest.mark.hazard("H45")
def test_after_the_pause_it_does(stay: Stay) -> None:
    clock.move_to(NINE + timedelta(hours=1))
    stay.verb("pause", NINE + timedelta(days=3), "admitted")
    clock.move_to(NINE + timedelta(days=3, hours=1))
    with reading() as session:
        assert len(assignments.silent(session)) == 1


def test_what_is_over_during_a_pause_puts_nobody_on_the_call_list(stay: Stay) -> None:
    clock.move_to(NINE + timedelta(hours=1))
    stay.verb("pause", NINE + timedelta(days=6), "admitted")
    clock.move_to(NINE + timedelta(hours=121))
    stay.tick()
    assert [each.topic for each in alerts()] == []


def test_a_reminder_that_a_death_cancelled_comes_back_for_what_is_still_open(stay: Stay, hospital: Hospital) -> None:
    vendor = FakeTransport()
    stay.deliver(vendor)
    clock.move_to(NINE + timedelta(hours=2))
    die(hospital)
    clock.move_to(NINE + timedelta(hours=5))
    restore(hospital)
    clock.move_to(NINE + timedelta(hours=25))
    stay.tick()
    assert len(stay.deliver(vendor)) == 1
