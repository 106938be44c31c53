"""The worklist on paper: who waits, how to reach her and why, with nobody left out and the reading on record."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prom.db import transaction
from prom.patients.models import ContactPoint
from prom.worklist.models import Evidence
from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import NAUSEA, NUMBERS, Nurse, another_patient, audited, open_alerts, report, said
from tests.prom.steps import FEVER, later

PAPER = "/worklist/paper"


def test_whoever_may_not_read_the_worklist_prints_none(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn
) -> None:
    assert client.get(PAPER).status_code == 303
    sign_in(client, "administrator")
    assert client.get(PAPER).status_code == 403
    assert audited("worklist.print") == []


def test_a_list_of_nobody_says_what_it_does_not_mean(nurse: Nurse) -> None:
    page = nurse.page(PAPER)
    assert said("worklist.empty") in page
    assert said("worklist.empty-means") in page


@pytest.mark.hazard("H40")
def test_it_has_all_that_a_nurse_without_a_screen_needs(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**NAUSEA, "chest-pain": "now", "free-text": "Ring etter tolv."})
    nurse.patient(hospital.patient.id, "acknowledge", open_alerts(hospital.patient.id))
    page = nurse.page(PAPER)
    for words in (
        "Testine Syntetisk 109155 96784 , 70 år 90 00 00 01",
        "Vondt i brystet: «Ja, akkurat nå»",
        "Kvalme: nivå 3 (grense 3)",
        "«Ring etter tolv.»",
        "nurse (test)",
        "2. nov. 2026 09:30 frist 10:00",
        said("downtime.done"),
    ):
        assert words in page


def test_the_gravest_stand_first_as_on_the_screen(nurse: Nurse, hospital: Hospital) -> None:
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, other, NAUSEA)
    later(minutes=5)
    report(hospital, hospital.episode, FEVER)
    page = nurse.page(PAPER)
    assert page.index("Testine Syntetisk") < page.index("Testine Annen")


@pytest.mark.hazard("H40")
def test_a_part_of_the_list_says_that_it_is_one(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    assert said("downtime.part") not in nurse.page(PAPER)
    part = nurse.page(f"{PAPER}?mine=1")
    assert said("downtime.part") in part
    assert "Syntetisk" not in part


@pytest.mark.hazard("H40")
def test_seals_that_do_not_open_keep_nobody_from_the_paper(nurse: Nurse, hospital: Hospital) -> None:
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, NAUSEA)
    report(hospital, other, NAUSEA)
    with transaction() as session:
        for model, column in ((Evidence, "finding_sealed"), (ContactPoint, "value_sealed")):
            row = session.scalars(select(model).where(model.patient_id == other.patient_id)).first()
            assert row is not None
            whole = getattr(row, column)
            setattr(row, column, whole[:-1] + bytes([whole[-1] ^ 1]))
    page = nurse.page(PAPER)
    assert "90 00 00 01" in page
    assert said("worklist.unreadable") in page
    assert str(other.patient_id) in page


def test_one_audit_record_names_everybody_on_the_paper(nurse: Nurse, hospital: Hospital) -> None:
    _, other = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, hospital.episode, NAUSEA)
    report(hospital, other, NAUSEA)
    nurse.get(PAPER)
    assert audited("worklist.print") == [frozenset({hospital.patient.id, other.patient_id})]
    log = nurse.page(f"/patients/{other.patient_id}/audit")
    assert said("action.worklist.print") in log
