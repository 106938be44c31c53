"""What is tried in vain is on record, and a page leads to no other host."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from prom.audit.models import AuditRecord
from prom.db import reading, transaction
from prom.staff import sign_in
from prom.staff.models import Clinician
from tests.conftest import PASSWORD, Hospital


def refusals() -> int:
    """How many refused attempts are on record."""
    with reading() as session:
        asked = select(func.count()).select_from(AuditRecord).where(AuditRecord.action == "session.refuse")
        return session.scalar(asked) or 0


def attempt(password: str) -> bool:
    """Try a password in a transaction of its own."""
    with transaction() as session:
        return sign_in.check_password(session, "nurse", password) is not None


def test_attempts_on_a_locked_account_are_on_record_too_whatever_the_password(hospital: Hospital) -> None:
    for _ in range(5):
        assert not attempt("wrong")
    assert not attempt("wrong again")
    assert not attempt(PASSWORD)
    assert refusals() == 7


def test_attempts_on_an_account_that_is_no_longer_active_are_on_record(hospital: Hospital) -> None:
    with transaction() as session:
        session.get_one(Clinician, hospital.nurse.id).active = False
    assert not attempt(PASSWORD)
    assert refusals() == 1


@pytest.mark.parametrize(
    "back", ["/\t/evil.example", "/\n/evil.example", "/worklist\\@evil.example", "/ /evil.example"]
)
def test_letters_that_browsers_leave_out_or_turn_lead_to_no_other_host(client: FlaskClient, back: str) -> None:
    answer = client.post("/language", data={"language": "en", "back": back})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
