"""What a unit has promised: its own hours and target times, else the installation's, else the usual ones."""

from datetime import date, time, timedelta

import pytest

from alerts.lifecycle import State
from alerts.rules import Severity
from prom import clock
from prom.audit.service import SYSTEM
from prom.db import new_id, reading, transaction
from prom.settings import service as settings
from prom.settings.models import Setting
from prom.worklist import service as worklist
from prom.worklist.duties import USUAL, Terms
from prom.worklist.terms import terms_of
from tests.conftest import MONDAY, Hospital
from tests.prom.steps import later, the_alert
from tests.prom.worklist.findings import act, finding, put


def choose(hospital: Hospital, **values: object) -> None:
    """Let the first unit choose."""
    with transaction() as session:
        for name, value in values.items():
            settings.choose(session, "unit", hospital.unit.id, name, value, SYSTEM)


def test_where_nobody_has_chosen_the_terms_are_the_usual_ones(hospital: Hospital) -> None:
    with reading() as session:
        assert terms_of(session, hospital.unit) == USUAL


def test_a_units_own_choice_goes_before_the_installations_and_only_there(hospital: Hospital) -> None:
    with transaction() as session:
        settings.choose(session, "installation", hospital.tenant.id, "atVisitWithin", 14, SYSTEM)
        settings.choose(session, "installation", hospital.tenant.id, "emergencyContactWithin", 45, SYSTEM)
    choose(
        hospital,
        openingHours="09:00-17:00",
        closedDays="2026-12-24, 2026-12-31",
        emergencyAcknowledgedWithin=5,
        emergencyContactWithin=20,
        sameDayAfterOpening=60,
        escalatedAgainAfter=30,
    )
    with reading() as session:
        assert terms_of(session, hospital.other_unit) == Terms(
            contact_within=timedelta(minutes=45), at_visit_within=timedelta(days=14)
        )
        assert terms_of(session, hospital.unit) == Terms(
            opens=time(9),
            closes=time(17),
            closed=frozenset({date(2026, 12, 24), date(2026, 12, 31)}),
            acknowledged_within=timedelta(minutes=5),
            contact_within=timedelta(minutes=20),
            after_opening=timedelta(hours=1),
            escalated_again_after=timedelta(minutes=30),
            at_visit_within=timedelta(days=14),
        )


def test_a_choice_counts_from_the_next_transaction_on(hospital: Hospital) -> None:
    with reading() as session:
        assert terms_of(session, hospital.unit).at_visit_within == timedelta(days=30)
    choose(hospital, atVisitWithin=7)
    with reading() as session:
        assert terms_of(session, hospital.unit).at_visit_within == timedelta(days=7)


def test_an_alert_lives_by_its_units_targets(hospital: Hospital) -> None:
    choose(hospital, emergencyAcknowledgedWithin=5, emergencyContactWithin=20)
    put(hospital, finding(Severity.EMERGENCY))
    assert the_alert("nausea").alert.next_action_at == MONDAY + timedelta(minutes=5)
    later(minutes=5)
    with transaction() as session:
        assert worklist.sweep_overdue(session) == 1
    assert the_alert("nausea").alert.next_action_at == MONDAY + timedelta(minutes=10)
    assert act(hospital, worklist.acknowledge).alert.next_action_at == MONDAY + timedelta(minutes=25)


def test_what_was_taken_and_not_done_goes_back_to_the_unit_when_the_shift_ends(hospital: Hospital) -> None:
    put(hospital, finding(Severity.NEXT_WORKING_DAY))
    # 09:30 on Monday; the unit closes at 15:30, and the alert itself would wait until Tuesday's end.
    assert act(hospital, worklist.acknowledge).alert.next_action_at == MONDAY + timedelta(hours=6)
    later(hours=6)
    with transaction() as session:
        assert worklist.sweep_overdue(session) == 1
    alert = the_alert("nausea").alert
    assert (alert.state, alert.claimed_by) == (State.OPEN, None)
    assert alert.next_action_at == MONDAY + timedelta(days=1, hours=6)


@pytest.mark.parametrize(
    "name, value", [("openingHours", "null"), ("closedDays", '"24.12.2026"'), ("sameDayAfterOpening", '"soon"')]
)
def test_a_setting_that_cannot_be_read_keeps_no_alert_from_being_raised(
    hospital: Hospital, name: str, value: str
) -> None:
    with transaction() as session:
        session.add(
            Setting(
                id=new_id(),
                tenant_id=hospital.tenant.id,
                level="unit",
                owner_id=hospital.unit.id,
                name=name,
                value=value,
                set_at=clock.now(),
            )
        )
    put(hospital)
    due = the_alert("nausea").alert.next_action_at
    assert due is not None
    assert due > clock.now()
