"""Her own pause and her unit's stand side by side: neither shortens or ends the other."""

from datetime import UTC, date, datetime, timedelta

import pytest

from prom import clock
from prom.assignments import pauses
from prom.audit.service import Actor
from prom.config import Settings
from prom.db import transaction
from prom.errors import Conflict
from prom.pathways.queries import episode
from prom.patients import sealing
from tests.conftest import MONDAY, Hospital
from tests.fake_transport import FakeTransport
from tests.prom.assignments.courses import Stay, begin, episode_of, item, publish
from tests.prom.steps import PATIENT

SOON, LATER = MONDAY + timedelta(days=5), MONDAY + timedelta(days=14)


@pytest.fixture
def stay(hospital: Hospital, database: Settings) -> Stay:
    """Asked every Monday."""
    return begin(hospital, database, publish(item()), date(2026, 11, 2))


def pause(stay: Stay, until: datetime, reason: str, actor: Actor) -> None:
    """Begin or move a pause."""
    with transaction() as session:
        pauses.pause(session, episode(session, stay.id), until, reason, actor)


def resume(stay: Stay, actor: Actor) -> None:
    """End one."""
    with transaction() as session:
        pauses.resume(session, episode(session, stay.id), actor)


def running(stay: Stay) -> list[tuple[str, datetime, str]]:
    """Whose pauses run, until when and why; and that the longest of them is the episode's own."""
    with transaction() as session:
        of = episode(session, stay.id)
        found = [(each.whose, each.until, each.reason) for each in pauses.running(session, of).values()]
        assert max((each[1] for each in found), default=clock.now()) == of.paused_until
    return found


@pytest.mark.hazard("H21")
@pytest.mark.parametrize("hers, theirs", [(SOON, LATER), (LATER, SOON)])
@pytest.mark.parametrize("is_first", [True, False])
def test_both_are_kept_with_end_and_reason_in_either_order(
    stay: Stay, hospital: Hospital, hers: datetime, theirs: datetime, is_first: bool
) -> None:
    begun = [(hers, "wish", PATIENT), (theirs, "admitted", hospital.nurse_actor)]
    for each in begun if is_first else reversed(begun):
        pause(stay, *each)
    assert sorted(running(stay)) == [("patient", hers, "wish"), ("unit", theirs, "admitted")]


@pytest.mark.hazard("H21")
def test_she_ends_hers_and_the_units_goes_on(stay: Stay, hospital: Hospital) -> None:
    pause(stay, SOON, "admitted", hospital.nurse_actor)
    pause(stay, LATER, "wish", PATIENT)
    resume(stay, PATIENT)
    assert running(stay) == [("unit", SOON, "admitted")]
    with pytest.raises(Conflict):
        resume(stay, PATIENT)


@pytest.mark.hazard("H21")
def test_a_clinician_ends_the_units_first_and_hers_only_by_itself(stay: Stay, hospital: Hospital) -> None:
    pause(stay, SOON, "admitted", hospital.nurse_actor)
    pause(stay, LATER, "wish", PATIENT)
    resume(stay, hospital.nurse_actor)
    assert running(stay) == [("patient", LATER, "wish")]
    resume(stay, hospital.nurse_actor)
    assert running(stay) == []
    with pytest.raises(Conflict):
        resume(stay, hospital.nurse_actor)


def test_one_that_has_run_out_leaves_the_other(stay: Stay, hospital: Hospital) -> None:
    pause(stay, SOON, "admitted", hospital.nurse_actor)
    pause(stay, LATER, "wish", PATIENT)
    clock.move_to(SOON)
    assert running(stay) == [("patient", LATER, "wish")]


def test_a_pause_that_was_written_down_before_there_were_two_is_the_units(stay: Stay, hospital: Hospital) -> None:
    pause(stay, LATER, "admitted", hospital.nurse_actor)
    with transaction() as session:
        sealing.seal(session, episode(session, stay.id), "pause", {"reason": "admitted"})
    pause(stay, SOON, "wish", PATIENT)
    resume(stay, PATIENT)
    assert running(stay) == [("unit", LATER, "admitted")]


def test_what_waits_for_the_end_of_a_pause_waits_no_longer_where_the_end_is_moved_forward(
    stay: Stay, hospital: Hospital
) -> None:
    vendor = FakeTransport()
    stay.tick()
    pause(stay, MONDAY + timedelta(hours=15), "admitted", hospital.nurse_actor)
    assert stay.deliver(vendor) == []
    pause(stay, MONDAY + timedelta(hours=1), "admitted", hospital.nurse_actor)
    clock.move_to(MONDAY + timedelta(hours=1))
    assert len(stay.deliver(vendor)) == 1


def test_from_when_it_is_paused_is_when_the_first_of_them_began(stay: Stay, hospital: Hospital) -> None:
    pause(stay, SOON, "wish", PATIENT)
    clock.move_to(MONDAY + timedelta(days=1))
    pause(stay, LATER, "admitted", hospital.nurse_actor)
    assert episode_of(stay).paused_from == MONDAY.astimezone(UTC)
