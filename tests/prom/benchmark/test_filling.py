"""What is filled in by the thousand is what the real code would have written."""

import pytest
from sqlalchemy import func, select, update

from prom import db
from prom.benchmark import filling, hospital, plain
from prom.benchmark.hospital import Hospital
from prom.benchmark.plain import NotAsTheRealCode
from prom.config import Settings
from prom.crypto import CannotOpen
from prom.patients.models import Patient
from prom.responses.models import PatientState, Response

PATIENTS, EACH = 5, 12


@pytest.fixture
def filled(database: Settings) -> Hospital:
    """A hospital with a few patients, each with more reports than the history keeps."""
    made = hospital.found(1)
    filling.fill(database, made, range(PATIENTS), EACH, unit_size=PATIENTS)
    return made


def test_a_seal_from_another_row_is_found(filled: Hospital) -> None:
    with db.transaction() as session:
        one, other = session.scalars(select(Patient).limit(2))
        one.identity_sealed = other.identity_sealed
    with pytest.raises(CannotOpen):
        plain.checked(filled)


def test_a_state_that_the_responses_do_not_give_is_found(filled: Hospital) -> None:
    with db.transaction() as session:
        first = session.scalars(select(Response.id).order_by(Response.authored_at).limit(1)).one()
        session.execute(update(Response).where(Response.id == first).values(status="entered-in-error"))
    with pytest.raises(NotAsTheRealCode):
        plain.checked(filled)


def test_every_row_opens_and_every_state_is_what_the_responses_give(filled: Hospital) -> None:
    assert plain.checked(filled) == PATIENTS * EACH
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == PATIENTS * EACH
        assert session.scalar(select(func.count()).select_from(PatientState)) == PATIENTS


def test_more_patients_follow_those_that_are_there(filled: Hospital, database: Settings) -> None:
    filling.fill(database, filled, range(PATIENTS, 2 * PATIENTS), 1, unit_size=PATIENTS)
    assert plain.checked(filled) == PATIENTS * EACH + PATIENTS
