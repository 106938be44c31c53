"""What could not be compared is said: the first report of a source, after reports of another one."""

from tests.conftest import Hospital
from tests.prom.clinic.ward import NAUSEA, Nurse, report, said
from tests.prom.steps import WELL, later


def page(nurse: Nurse, hospital: Hospital) -> str:
    nurse.comes_back()
    return nurse.page(f"/patients/{hospital.patient.id}")


def test_a_first_report_of_all_and_a_second_of_its_source_say_nothing(nurse: Nurse, hospital: Hospital) -> None:
    for _ in range(2):
        report(hospital, hospital.episode, WELL)
        later(days=1)
    assert said("reports.not-compared.patient") not in page(nurse, hospital)


def test_a_relatives_first_report_says_once_that_change_was_not_assessed(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, WELL)
    for _ in range(2):
        later(days=1)
        report(hospital, hospital.episode, NAUSEA, source="proxy", actor=hospital.nurse_actor)
    shown = page(nurse, hospital)
    assert shown.count(said("reports.not-compared.proxy")) == 1
    assert said("reports.not-compared.patient") not in shown
