"""39.8 for 36.8: a report entered in error is struck out, what it raised is withdrawn, and the page says so."""

import re

import pytest

from tests.conftest import Hospital
from tests.prom.clinic.ward import Nurse, open_alerts, report, said, words_of
from tests.prom.steps import FEVER, RASH, WELL, later


def test_looking_at_the_question_changes_nothing(nurse: Nurse, hospital: Hospital) -> None:
    response = report(hospital, hospital.episode, FEVER)
    page = nurse.page(f"/responses/{response}/entered-in-error")
    assert f"{said('correction.withdraws')} Feber." in page
    assert "39,8 °C" in page
    assert len(open_alerts(hospital.patient.id)) == 1


def test_a_report_that_is_marked_already_is_refused(nurse: Nurse, hospital: Hospital) -> None:
    response = report(hospital, hospital.episode, FEVER)
    nurse.post(f"/responses/{response}/entered-in-error")
    assert nurse.get(f"/responses/{response}/entered-in-error").status_code == 409
    assert nurse.post(f"/responses/{response}/entered-in-error").status_code == 409


@pytest.mark.hazard("H29")
def test_what_it_raised_is_withdrawn_and_said_so(nurse: Nurse, hospital: Hospital) -> None:
    response = report(hospital, hospital.episode, FEVER)
    answer = nurse.post(f"/responses/{response}/entered-in-error")
    assert open_alerts(hospital.patient.id) == []
    page = words_of(nurse.get(answer.headers["Location"]))
    assert f"{said('correction.withdrawn')} Feber." in page
    assert said("step.withdraw") in page
    assert said("alerts.none") in page


def test_a_report_that_raised_nothing_says_that_nothing_was_withdrawn(nurse: Nurse, hospital: Hospital) -> None:
    response = report(hospital, hospital.episode, WELL)
    assert said("correction.withdraws-nothing") in nurse.page(f"/responses/{response}/entered-in-error")
    answer = nurse.post(f"/responses/{response}/entered-in-error")
    assert said("correction.nothing") in words_of(nurse.get(answer.headers["Location"]))


def test_it_stays_readable_struck_out_and_leaves_the_grid(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, RASH["1"])
    later(days=7)
    response = report(hospital, hospital.episode, FEVER)
    nurse.comes_back()
    nurse.post(f"/responses/{response}/entered-in-error")
    page = nurse.get(f"/patients/{hospital.patient.id}").get_data(as_text=True)
    assert "<del>39,8\xa0°C</del>" in page
    assert "data-error" in page
    assert said("reports.in-error") in words_of(nurse.get(f"/patients/{hospital.patient.id}"))
    assert not re.search("Rødt flagg: Feber", page)
    assert said("grid.no-flags") in page


@pytest.mark.hazard("H29")
def test_later_reports_are_judged_without_it(nurse: Nurse, hospital: Hospital) -> None:
    wrong = report(hospital, hospital.episode, WELL)
    later(days=7)
    report(hospital, hospital.episode, RASH["2"])
    nurse.comes_back()
    assert "verre med 2" in nurse.page("/worklist")
    nurse.post(f"/responses/{wrong}/entered-in-error")
    page = nurse.page("/worklist")
    assert "verre med 2" not in page
    assert "Utslett: nivå 2 (grense 2)" in page
