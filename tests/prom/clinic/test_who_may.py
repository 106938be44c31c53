"""Who may see what: refused first, by role, by unit, and for a patient who is another unit's."""

import uuid

import pytest
from flask.testing import FlaskClient

from prom.audit.models import AuditRecord
from tests.conftest import Hospital, SignIn
from tests.prom.clinic.ward import (
    NAUSEA,
    NUMBERS,
    Nurse,
    another_patient,
    audited,
    count,
    open_alerts,
    report,
    said,
    words_of,
)

PAGES = (
    *("/worklist", "/patients/new", "/patients/{patient}", "/patients/{patient}/audit", "/patients/{patient}/report"),
    *("/patients/{patient}/episode", "/patients/{patient}/contact-log", "/patients/{patient}/adherence"),
    *("/adherence", "/contact-problems"),
)
VERBS = ("acknowledge", "note", "resolve", "enter-in-error", "return")


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_signed_in_is_asked_to(client: FlaskClient, hospital: Hospital, path: str) -> None:
    answer = client.get(path.format(patient=hospital.patient.id))
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in"


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_without_a_session_is_401(client: FlaskClient, hospital: Hospital, verb: str) -> None:
    assert client.post(f"/patients/{hospital.patient.id}/{verb}").status_code == 401


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", ["quality", "administrator"])
def test_who_is_not_clinical_staff_sees_no_patient(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, role: str, path: str
) -> None:
    sign_in(client, role)
    assert client.get(path.format(patient=hospital.patient.id)).status_code == 403


@pytest.mark.parametrize("role", ["quality", "administrator"])
def test_who_is_not_clinical_staff_changes_nothing(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, role: str
) -> None:
    response = report(hospital, hospital.episode, NAUSEA)
    sign_in(client, role)
    for path in (
        *(f"/patients/{hospital.patient.id}/{verb}" for verb in VERBS),
        f"/patients/{hospital.patient.id}/report",
    ):
        assert client.post(path).status_code == 403
    assert client.post(f"/responses/{response}/entered-in-error").status_code == 403
    assert client.post("/patients/new").status_code == 403
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"open"}


@pytest.mark.hazard("H34")
@pytest.mark.parametrize("path", [each for each in PAGES if "{patient}" in each])
def test_a_patient_of_another_unit_is_not_there(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, path: str
) -> None:
    sign_in(client, "other-nurse")
    before = count(AuditRecord)
    answer = client.get(path.format(patient=hospital.patient.id))
    nobody = client.get(path.format(patient=uuid.uuid4()))
    assert answer.status_code == nobody.status_code == 404
    assert words_of(answer) == words_of(nobody)
    assert count(AuditRecord) == before


@pytest.mark.parametrize("verb", VERBS)
def test_an_alert_of_another_unit_cannot_be_touched(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, verb: str
) -> None:
    report(hospital, hospital.episode, NAUSEA)
    sign_in(client, "other-nurse")
    alerts = open_alerts(hospital.patient.id)
    answer = Nurse(client).patient(hospital.patient.id, verb, alerts, note="x", outcome="advice", place="phone")
    assert answer.status_code == 404
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"open"}


def test_an_alert_of_one_patient_cannot_be_reached_through_another(nurse: Nurse, hospital: Hospital) -> None:
    other, episode = another_patient(hospital, NUMBERS[0], "Annen")
    report(hospital, episode, NAUSEA)
    assert nurse.patient(hospital.patient.id, "acknowledge", open_alerts(other.id)).status_code == 404
    assert {alert.state for alert in open_alerts(other.id)} == {"open"}


def test_a_report_of_another_unit_cannot_be_corrected(client: FlaskClient, hospital: Hospital, sign_in: SignIn) -> None:
    response = report(hospital, hospital.episode, NAUSEA)
    sign_in(client, "other-nurse")
    assert client.get(f"/responses/{response}/entered-in-error").status_code == 404
    assert client.post(f"/responses/{response}/entered-in-error").status_code == 404
    assert open_alerts(hospital.patient.id)


@pytest.mark.hazard("H34")
def test_the_list_of_one_unit_holds_nobody_of_another(client: FlaskClient, hospital: Hospital, sign_in: SignIn) -> None:
    report(hospital, hospital.episode, NAUSEA)
    sign_in(client, "other-nurse")
    for path in ("/worklist", f"/worklist?unit={hospital.unit.id}"):
        page = words_of(client.get(path))
        assert "Syntetisk" not in page.replace("Syntetisk sykehus", "")
    assert audited("worklist.read") == [frozenset(), frozenset()]


def test_an_open_session_leads_home(client: FlaskClient, hospital: Hospital, sign_in: SignIn) -> None:
    assert client.get("/").headers["Location"] == "/sign-in"
    for user, home in (("nurse", "/worklist"), ("physician", "/worklist"), ("quality", "/exports")):
        sign_in(client, user)
        assert client.get("/").headers["Location"] == home


def test_a_form_from_elsewhere_is_refused(client: FlaskClient, hospital: Hospital, sign_in: SignIn) -> None:
    report(hospital, hospital.episode, NAUSEA)
    sign_in(client, "nurse")
    client.application.config["WTF_CSRF_ENABLED"] = True
    alerts = open_alerts(hospital.patient.id)
    answer = Nurse(client).patient(hospital.patient.id, "acknowledge", alerts)
    assert answer.status_code == 400
    assert said("error.form-too-old") in words_of(answer)
    assert {alert.state for alert in open_alerts(hospital.patient.id)} == {"open"}
