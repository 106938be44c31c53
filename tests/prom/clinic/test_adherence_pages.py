"""Who answers: by weeks for one patient, by questionnaire for a unit, and those who fell silent to be called."""

from datetime import timedelta

from flask.testing import FlaskClient

from prom import clock
from prom.config import Settings
from prom.db import transaction
from prom.responses.service import expire, raise_silence
from tests.conftest import MONDAY, Hospital, SignIn
from tests.prom.clinic.ward import Nurse, audited, said, words_of
from tests.prom.steps import WELL, ask, later, send


def weeks_pass(settings: Settings) -> None:
    """Let her answer on time, late, and then never."""
    send(ask(settings), WELL)
    clock.move_to(MONDAY + timedelta(days=7))
    late = ask(settings)
    later(days=2)
    send(late, WELL)
    for week in (2, 3):
        clock.move_to(MONDAY + timedelta(days=7 * week))
        missed = ask(settings)
        later(days=2)
        raise_silence_of(missed)
        later(days=4)
        with transaction() as session:
            expire(session, missed)


def raise_silence_of(assignment_id: object) -> None:
    """Put her on the call list as the sweep would."""
    with transaction() as session:
        raise_silence(session, assignment_id)  # type: ignore[arg-type]


def test_the_patients_of_others_are_counted_nowhere(
    client: FlaskClient, hospital: Hospital, sign_in: SignIn, database: Settings
) -> None:
    weeks_pass(database)
    sign_in(client, "other-nurse")
    page = words_of(client.get(f"/adherence?unit={hospital.unit.id}"))
    assert said("adherence.no-calls") in page
    assert said("adherence.none") in page


def test_her_weeks_are_squares_with_words_beside_their_table(
    nurse: Nurse, hospital: Hospital, database: Settings
) -> None:
    weeks_pass(database)
    nurse.comes_back()
    answer = nurse.get(f"/patients/{hospital.patient.id}/adherence")
    page = words_of(answer)
    for number, kind in ((45, "on-time"), (46, "late"), (47, "missed"), (48, "missed")):
        assert said("adherence.week", number=number, kind=said(f"adherence.kind.{kind}")) in page
    assert "Ukentlig symptomsjekk 4 1 1 2 0 " in page
    assert audited("adherence.read") == [frozenset({hospital.patient.id})]


def test_a_patient_who_was_never_asked_has_an_honest_page(nurse: Nurse, hospital: Hospital) -> None:
    assert said("adherence.none") in nurse.page(f"/patients/{hospital.patient.id}/adherence")


def test_a_unit_sees_its_numbers_and_whom_to_call(nurse: Nurse, hospital: Hospital, database: Settings) -> None:
    weeks_pass(database)
    nurse.comes_back()
    answer = nurse.get("/adherence")
    page = words_of(answer)
    assert "Systemisk kreftbehandling Ukentlig symptomsjekk 1 4 1 1 2 0 " in page
    assert "Testine Syntetisk" in page
    assert f'href="/worklist#patient-{hospital.patient.id}"' in answer.get_data(as_text=True)
    assert audited("adherence.read") == [frozenset({hospital.patient.id})]
    assert f'id="patient-{hospital.patient.id}"' in nurse.get("/worklist").get_data(as_text=True)
