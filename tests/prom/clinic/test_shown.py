"""What was opened for the worklist is kept for a while, and never shown past a change or a key that is gone."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from prom import clock
from prom.clinic.kept import Kept
from prom.db import transaction
from prom.patients import sealing
from prom.patients.models import Patient, PatientKey
from tests.conftest import REGISTRATION, Hospital
from tests.prom.clinic.ward import NAUSEA, Nurse, report, said, statements
from tests.prom.steps import RASH, later


def opens_evidence(sent: list[str]) -> bool:
    """Whether any of these statements fetches evidence."""
    return any("FROM evidence" in each for each in sent)


@pytest.mark.hazard("H52")
def test_a_key_that_was_destroyed_takes_along_what_it_had_opened(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    assert REGISTRATION.family in nurse.page("/worklist")
    with transaction() as session:
        session.execute(delete(PatientKey).where(PatientKey.patient_id == hospital.patient.id))
    page = nurse.page("/worklist")
    assert REGISTRATION.family not in page
    assert said("worklist.does-not-open") in page


@pytest.mark.hazard("H52")
def test_a_name_that_was_corrected_is_shown_at_once(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    nurse.page("/worklist")
    with transaction() as session:
        row = session.get_one(Patient, hospital.patient.id)
        known = sealing.open_column(session, row, "identity")
        sealing.seal(session, row, "identity", {**known, "family": "Omdøpt"})
    assert "Omdøpt" in nurse.page("/worklist")


@pytest.mark.hazard("H52")
def test_what_has_not_changed_is_not_opened_again_and_what_has_is(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    with statements() as first:
        before = nurse.page("/worklist")
    later(seconds=20)
    with statements() as again:
        assert REGISTRATION.family in nurse.page("/worklist")
    report(hospital, hospital.episode, RASH["1"])
    with statements() as changed:
        assert nurse.page("/worklist") != before
    assert [opens_evidence(each) for each in (first, again, changed)] == [True, False, True]


def test_so_many_are_kept_for_so_long_and_a_clock_set_back_keeps_none() -> None:
    kept: Kept[str] = Kept(2, timedelta(minutes=10))
    now = clock.now()
    for number, key in enumerate("abc"):
        kept.put(key, key, now + timedelta(minutes=number))
    assert (kept.get("a", now + timedelta(minutes=2)), len(kept)) == (None, 2)
    assert kept.get("b", now + timedelta(minutes=10, seconds=59)) == "b"
    assert (kept.get("b", now + timedelta(minutes=11)), len(kept)) == (None, 1)
    assert (kept.get("c", now - timedelta(seconds=1)), len(kept)) == (None, 0)
