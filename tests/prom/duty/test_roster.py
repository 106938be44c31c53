"""The roster: who rings, level by level, until somebody acknowledges; and the holes that lie ahead."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.rules import Severity
from prom.audit.service import SYSTEM
from prom.db import reading, transaction
from prom.duty import service as duty
from prom.duty.holes import Stretch, holes
from prom.duty.models import Shift
from prom.duty.queries import holes_ahead, ringing, shift, shifts
from prom.duty.service import Planned
from prom.errors import Invalid, NotFound
from prom.messaging.models import Message
from prom.patients import sealing
from prom.worklist import service as worklist
from tests.conftest import MONDAY, Hospital
from tests.prom.properties import sized
from tests.prom.steps import count, later
from tests.prom.worklist.findings import act, finding, put

UNIT_PHONE, NURSE, PHYSICIAN, CHIEF = "+4790000091", "+4790000061", "+4790000062", "+4790000063"


def planned(**changed: str) -> Planned:
    """A shift of this week, unless said otherwise."""
    usual = {"starts": "2026-11-01 00:00", "ends": "2026-11-08 00:00", "level": "1", "phone": NURSE, "name": "Vakt"}
    return Planned(**{**usual, **changed})


def on_duty(hospital: Hospital, *shifts: Planned) -> int:
    """Put phones on the roster of the first unit; returns how many were new."""
    with transaction() as session:
        return duty.add_all(session, hospital.unit, shifts, SYSTEM)


def rung() -> list[str]:
    """The numbers of the messages to phones on duty since last asked, in the order of the alphabet."""
    with transaction() as session:
        found = session.scalars(select(Message).where(Message.kind == "on-call", Message.state == "pending")).all()
        numbers = sorted(sealing.open_column(session, each, "letter")["to"] for each in found)
        for each in found:
            each.state, each.settled_at, each.letter_sealed = "cancelled", MONDAY, None
    return numbers


def nobody_takes_it() -> list[str]:
    """Let ten minutes pass and sweep; returns who was rung."""
    later(minutes=10)
    with transaction() as session:
        assert worklist.sweep_overdue(session) == 1
    return rung()


@pytest.mark.parametrize(
    "field, wrong",
    [
        ("starts", "2026-11-01"),
        ("starts", "tomorrow"),
        ("starts", "2026-13-01 00:00"),
        ("ends", "2026-11-01 00:00"),
        ("ends", "2026-10-31 00:00"),
        ("ends", "2027-11-08 00:00"),
        ("level", "0"),
        ("level", "4"),
        ("level", "first"),
        ("phone", ""),
        ("phone", "113"),
        ("phone", "+4722000001"),
        ("name", " "),
        ("name", "V" * 101),
    ],
)
def test_a_wrong_shift_is_refused_by_its_field_and_number_and_none_of_the_file_is_kept(
    hospital: Hospital, field: str, wrong: str
) -> None:
    with pytest.raises(Invalid) as refused:
        on_duty(hospital, planned(), planned(**{field: wrong}))
    assert (refused.value.field, refused.value.values) == (field, {"shift": 2})
    assert count(Shift) == 0


def test_a_shift_that_is_over_or_begins_in_an_hour_that_clocks_leave_out_is_refused(hospital: Hospital) -> None:
    for wrong in ({"ends": "2026-11-02 09:30"}, {"starts": "2027-03-28 02:30", "ends": "2027-03-28 08:00"}):
        with pytest.raises(Invalid):
            on_duty(hospital, planned(**wrong))


def test_a_shift_of_another_unit_is_not_found(hospital: Hospital) -> None:
    on_duty(hospital, planned())
    with reading() as session, pytest.raises(NotFound):
        shift(session, session.scalars(select(Shift.id)).one(), hospital.other_unit.id)


def test_the_same_file_twice_changes_nothing(hospital: Hospital) -> None:
    assert on_duty(hospital, planned(), planned(level="2", phone=PHYSICIAN)) == 2
    assert on_duty(hospital, planned(), planned(level="2", phone=PHYSICIAN), planned(level="3", phone=CHIEF)) == 1


def test_without_a_roster_the_phone_of_the_unit_rings_again_and_again(hospital: Hospital) -> None:
    put(hospital, finding(Severity.EMERGENCY))
    assert [rung(), nobody_takes_it(), nobody_takes_it()] == [[UNIT_PHONE]] * 3


@pytest.mark.hazard("H39")
def test_an_emergency_that_nobody_takes_climbs_level_by_level_and_the_last_rings_without_end(
    hospital: Hospital,
) -> None:
    on_duty(hospital, planned(), planned(level="2", phone=PHYSICIAN), planned(level="3", phone=CHIEF))
    put(hospital, finding(Severity.EMERGENCY))
    assert rung() == [NURSE]
    assert nobody_takes_it() == [NURSE, PHYSICIAN]
    assert nobody_takes_it() == [NURSE, PHYSICIAN, CHIEF]
    assert [nobody_takes_it() for _ in range(4)] == [[NURSE, PHYSICIAN, CHIEF, UNIT_PHONE]] * 4


def test_whoever_takes_it_ends_the_ringing_and_giving_it_back_begins_no_lower_than_before(hospital: Hospital) -> None:
    on_duty(hospital, planned(), planned(level="2", phone=PHYSICIAN))
    put(hospital, finding(Severity.EMERGENCY))
    assert [rung(), nobody_takes_it()] == [[NURSE], [NURSE, PHYSICIAN]]
    act(hospital, worklist.acknowledge)
    later(minutes=29)
    with transaction() as session:
        assert worklist.sweep_overdue(session) == 0
    assert rung() == []
    later(minutes=1)
    with transaction() as session:
        assert worklist.sweep_overdue(session) == 1
    assert rung() == [NURSE, PHYSICIAN]


@pytest.mark.hazard("H39")
def test_who_rings_follows_the_roster_at_that_moment_and_where_it_names_nobody_the_unit_rings(
    hospital: Hospital,
) -> None:
    on_duty(
        hospital,
        planned(ends="2026-11-02 09:40"),
        planned(starts="2026-11-02 09:50", phone=PHYSICIAN),
    )
    put(hospital, finding(Severity.EMERGENCY))
    assert rung() == [NURSE]
    assert nobody_takes_it() == [UNIT_PHONE]
    assert nobody_takes_it() == [PHYSICIAN, UNIT_PHONE]


def test_two_on_one_level_ring_together_and_nobody_is_rung_twice(hospital: Hospital) -> None:
    on_duty(hospital, planned(), planned(phone=PHYSICIAN), planned(level="2", phone=NURSE))
    with reading() as session:
        assert ringing(session, hospital.unit, MONDAY) == [[NURSE, PHYSICIAN], [UNIT_PHONE]]
        assert ringing(session, hospital.other_unit, MONDAY) == [["+4790000092"]]


def test_whoever_is_taken_off_rings_no_more_and_somebody_is_left(hospital: Hospital) -> None:
    on_duty(hospital, planned())
    with transaction() as session:
        (only,) = shifts(session, hospital.unit.id, MONDAY)
        duty.remove(session, hospital.unit, only, SYSTEM)
    with reading() as session:
        assert ringing(session, hospital.unit, MONDAY) == [[UNIT_PHONE]]


@pytest.mark.hazard("H39")
def test_a_hole_is_told_fourteen_days_ahead_and_a_unit_without_a_roster_has_none(hospital: Hospital) -> None:
    with reading() as session:
        assert holes_ahead(session, MONDAY) == []
    on_duty(hospital, planned(), planned(starts="2026-11-09 00:00", ends="2026-12-01 00:00"))
    with reading() as session:
        (hole,) = holes_ahead(session, MONDAY, [hospital.unit.id])
        assert (hole.level, hole.end - hole.start) == (1, timedelta(days=1))
        assert hole.unit_id == hospital.unit.id
        assert holes_ahead(session, MONDAY, [hospital.other_unit.id]) == []
        # On 1 December nobody is named: told from 14 days before.
        assert len(holes_ahead(session, MONDAY + timedelta(days=15))) == 1
        assert holes_ahead(session, MONDAY + timedelta(days=10)) == []


def test_a_roster_that_has_run_out_is_told_for_fourteen_days(hospital: Hospital) -> None:
    on_duty(hospital, planned())
    with reading() as session:
        assert len(holes_ahead(session, MONDAY + timedelta(days=13))) == 1
        assert holes_ahead(session, MONDAY + timedelta(days=30)) == []


_HOURS = st.integers(0, 60)


@sized
@given(st.lists(st.tuples(_HOURS, _HOURS).filter(lambda pair: pair[0] < pair[1]), max_size=8), _HOURS, _HOURS)
def test_an_hour_is_in_a_hole_exactly_when_no_shift_covers_it(
    pairs: list[tuple[int, int]], since: int, until: int
) -> None:
    at = [MONDAY + timedelta(hours=number) for number in range(62)]
    found = holes([Stretch(at[first], at[last]) for first, last in pairs], at[since], at[until])
    for hour in range(61):
        covered = any(first <= hour < last for first, last in pairs)
        in_hole = any(hole.start <= at[hour] < hole.end for hole in found)
        assert in_hole == (since <= hour < until and not covered), hour
    assert all(hole.start < hole.end for hole in found)


@pytest.mark.parametrize("ends", ["2026-11-10 00:00", "2026-11-05 00:00"])
def test_a_shift_that_is_planned_again_with_another_end_has_that_end(hospital: Hospital, ends: str) -> None:
    on_duty(hospital, planned(ends="2026-11-08 00:00"))
    on_duty(hospital, planned(ends=ends))
    with reading() as session:
        (known,) = shifts(session, hospital.unit.id, MONDAY)
    assert f"{known.ends_at.astimezone(ZoneInfo(hospital.unit.zone)):%Y-%m-%d %H:%M}" == ends
