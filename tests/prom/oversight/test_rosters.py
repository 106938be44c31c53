"""Holes of the roster are told 14 days ahead, and are red on the watch from the day before."""

from datetime import timedelta

from prom import clock
from prom.audit.service import SYSTEM
from prom.db import reading, transaction
from prom.duty import service as duty
from prom.duty.service import Planned
from prom.oversight.checking import Check
from prom.oversight.watch import watch
from tests.conftest import MONDAY, Hospital


def told() -> Check:
    """What the watch tells of rosters now."""
    with reading() as session:
        (check,) = (each for each in watch(session) if each.name == "roster")
    return check


def test_a_hole_is_told_fourteen_days_ahead_and_red_from_the_day_before_until_it_is_mended(hospital: Hospital) -> None:
    assert told() == Check("roster", True, "0 holes within 14 days, 0 within 24 hours")
    with transaction() as session:
        week = Planned("2026-11-02 00:00", "2026-11-23 09:30", "1", "90000061", "Vakt")
        duty.add(session, hospital.unit, week, SYSTEM)
    assert told().seen == "0 holes within 14 days, 0 within 24 hours"
    clock.move_to(MONDAY + timedelta(days=8))
    assert told() == Check("roster", True, "1 holes within 14 days, 0 within 24 hours")
    clock.move_to(MONDAY + timedelta(days=20, minutes=1))
    assert told() == Check("roster", False, "1 holes within 14 days, 1 within 24 hours")
    with transaction() as session:
        on = Planned("2026-11-23 09:30", "2026-12-20 08:00", "1", "90000061", "Vakt")
        duty.add(session, hospital.unit, on, SYSTEM)
    assert told() == Check("roster", True, "0 holes within 14 days, 0 within 24 hours")
