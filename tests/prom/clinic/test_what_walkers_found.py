"""What people found who walked the demonstration as strangers: each was a fault, and stays mended."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from alerts.findings import Finding, Reason
from alerts.library import load
from alerts.lifecycle import State
from prom import clock
from prom.config import Settings
from prom.db import transaction
from prom.errors import Invalid
from prom.patients.national_number import fits
from prom.responses import receipt, wording
from prom.responses.drafts import save_answer
from prom.responses.wording import Words
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from tests.conftest import Hospital
from tests.prom.clinic.ward import Nurse
from tests.prom.steps import FEVER, WELL, alerts, ask, send, the_alert, visit_of


def test_an_emergency_is_not_closed_because_nobody_was_reached(hospital: Hospital, database: Settings) -> None:
    send(ask(database), FEVER)
    with transaction() as session:
        alert = session.get_one(Alert, the_alert("fever").alert.id)
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
        with pytest.raises(Invalid):
            worklist.resolve(session, alert, alert.version, hospital.nurse_actor, "no-contact")
        assert alert.state == State.ACKNOWLEDGED
        worklist.resolve(session, alert, alert.version, hospital.nurse_actor, "advice", "phone")


def test_a_red_flag_that_was_taken_back_before_sending_says_so(
    hospital: Hospital, database: Settings, nurse: Nurse
) -> None:
    assignment_id = ask(database)
    for link_id, value in (("temperature-measured", "yes"), ("temperature", Decimal("39.8"))):
        with transaction() as session:
            save_answer(session, visit_of(session, assignment_id), link_id, value, "nb")
    send(assignment_id, {**FEVER, "temperature": Decimal("36.8")})
    for page in (nurse.page("/worklist"), nurse.page(f"/patients/{hospital.patient.id}")):
        assert "skrevet underveis, står ikke i et innsendt svar" in page


def test_claiming_just_before_closing_does_not_put_the_contact_off(hospital: Hospital, database: Settings) -> None:
    send(ask(database), {**WELL, "nausea-frequency": "3", "nausea-severity": "2"})
    deadline = the_alert("nausea").alert.next_action_at
    assert deadline is not None
    with clock.moved_to(deadline - timedelta(minutes=5)), transaction() as session:
        alert = session.get_one(Alert, alerts("nausea")[-1].alert.id)
        worklist.acknowledge(session, alert, alert.version, hospital.nurse_actor)
        assert alert.next_action_at == deadline


def test_a_birth_date_of_another_year_than_the_number_is_remarked_on() -> None:
    assert fits("10915596784", date(1955, 11, 10))
    assert not fits("10915596784", date(1956, 11, 10))


def test_the_ambulance_is_named_before_the_ward() -> None:
    ward = Words("Ring 22\u00a000\u00a000\u00a001 nå. Svarer ingen: ring 116\u00a0117.", "nb")
    assert wording.calls_113(Words("Ring 113 nå.", "nb"))
    assert not wording.calls_113(ward)
    rules = load("symptom-check").rules
    found = [each for each in rules if each.id in ("shivering", "chest-pain") and each.instruction]
    raised = tuple(
        Finding(each.id, "", each.topic, each.severity, "rule", each.title, each.instruction, Reason("threshold"))
        for each in found
    )
    assert [each.rule for each in raised] == ["shivering", "chest-pain"]
    assert "113" in receipt.instructions(raised, "+4722000001", "nb")[0].text
