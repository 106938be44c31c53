"""One page about a patient before a visit: how she has been, what is open, what she wrote and what came of it."""

import uuid

from flask.testing import FlaskClient

from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import NAUSEA, Nurse, audited, open_alerts, report, said
from tests.prom.steps import FEVER, WELL, later


def path(hospital: Hospital) -> str:
    return f"/patients/{hospital.patient.id}/summary"


def test_whoever_may_not_read_patients_sees_none(client: FlaskClient, hospital: Hospital, sign_in: SignIn) -> None:
    assert client.get(path(hospital)).status_code == 303
    sign_in(client, "administrator")
    assert client.get(path(hospital)).status_code == 403
    assert audited("patient.read") == []


def test_a_patient_of_another_unit_or_none_is_not_found(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn
) -> None:
    sign_in(client, "other-nurse")
    assert client.get(path(hospital)).status_code == 404
    assert client.get(f"/patients/{uuid.uuid4()}/summary").status_code == 404


def test_a_patient_without_reports_has_an_honest_summary(nurse: Nurse, hospital: Hospital) -> None:
    page = nurse.page(path(hospital))
    for key in ("alerts.none", "grid.none", "summary.no-words", "steps.none"):
        assert said(key) in page
    assert audited("patient.read") == [frozenset({hospital.patient.id})]


def test_it_tells_what_a_visit_begins_with(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**NAUSEA, "free-text": "Orker ikke mat."})
    nurse.patient(hospital.patient.id, "acknowledge", open_alerts(hospital.patient.id))
    closing = open_alerts(hospital.patient.id)
    nurse.patient(
        hospital.patient.id, "resolve", closing, outcome="prescription", place="phone", words="Ny kvalmestillende."
    )
    later(days=7)
    report(hospital, hospital.episode, FEVER)
    nurse.comes_back()
    page = nurse.page(path(hospital))
    for words in (
        "C50.9",
        "EC90, linje 1, adjuvant",
        "Første behandlingsdag 26. oktober 2026",
        "Orker ikke mat.",
        "38 °C",
        "Ny kvalmestillende.",
        "Kvalme",
    ):
        assert words in page
    assert f"{said('step.resolve')} : {said('outcome.prescription')}, {said('place.phone').lower()}" in page


def test_only_the_last_weeks_and_the_last_words_are_told(nurse: Nurse, hospital: Hospital) -> None:
    report(hospital, hospital.episode, {**WELL, "free-text": "For lenge siden."})
    later(days=100)
    for number in range(4):
        report(hospital, hospital.episode, {**WELL, "free-text": f"Nytt nummer {number}."})
        later(days=1)
    nurse.comes_back()
    page = nurse.page(path(hospital))
    assert "For lenge siden." not in page.partition(said("summary.words"))[2]
    assert [f"Nytt nummer {number}." in page.partition(said("summary.words"))[2] for number in range(4)] == [
        False,
        True,
        True,
        True,
    ]


def test_a_patients_own_page_leads_to_it(nurse: Nurse, hospital: Hospital) -> None:
    page = nurse.get(f"/patients/{hospital.patient.id}").get_data(as_text=True)
    assert f'href="{path(hospital)}"' in page
