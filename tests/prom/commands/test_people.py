from pathlib import Path

import pytest
from sqlalchemy import func, select

from prom import db
from prom.assignments.models import Plan
from prom.audit.models import AuditRecord
from prom.config import Settings
from prom.patients.models import Patient
from prom.staff.queries import clinician_by_username, unit_by_name
from prom.staff.sign_in import check_password
from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer

PATIENT = {
    "--given": "Prøvlaug",
    "--family": "Syntetisk",
    "--national-number": "01817012309",
    "--birth-date": "1970-01-01",
    "--mobile": "99990123",
    "--unit": "Poliklinikk A",
    "--first-day": "2026-11-02",
    "--diagnosis": "C50.9",
    "--intent": "adjuvant",
    "--regimen": "EC90",
}


def options(**changed: str) -> list[str]:
    given = {**PATIENT, "--language": "nb", "--pathway": "systemic-treatment", "--line": "1", "--pathway-code": "A01"}
    given |= {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return [part for pair in given.items() for part in pair]


@pytest.mark.parametrize(
    "field,wrong",
    [
        ("national_number", "01817012308"),
        ("mobile", "12345"),
        ("diagnosis", "breast"),
        ("unit", "Nowhere"),
        ("pathway", "unheard-of"),
    ],
)
def test_a_wrong_field_is_named_and_nobody_is_registered(
    hospital: Hospital, prom: Prom, field: str, wrong: str
) -> None:
    result = prom("patient", "add", *options(**{field: wrong}))
    assert result.exit_code == 1
    assert field.replace("_", " ") in result.stderr
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 1


def test_somebody_who_is_registered_is_not_registered_again(hospital: Hospital, prom: Prom) -> None:
    result = prom("patient", "add", *options(national_number="10915596784"))
    assert result.exit_code == 1
    assert "registered for a patient already" in result.stderr


@pytest.mark.parametrize("password", ["short", ""])
def test_a_short_password_is_refused(hospital: Hospital, prom: Prom, tmp_path: Path, password: str) -> None:
    file = tmp_path / "password"
    file.write_text(password)
    result = prom("staff", "add", "new", "--name", "New", "--role", "nurse", "--password-file", str(file))
    assert result.exit_code == 1
    assert "password" in result.stderr
    with db.reading() as session:
        assert clinician_by_username(session, "new") is None


def test_an_unknown_unit_is_refused_by_name(hospital: Hospital, prom: Prom) -> None:
    arguments = ["staff", "add", "new", "--name", "New", "--role", "nurse", "--unit", "Nowhere"]
    result = prom(*arguments, typed="a long password\na long password\n")
    assert result.exit_code == 1
    assert "'Nowhere'" in result.stderr


def test_a_patient_is_registered_and_planned_by_an_operator(hospital: Hospital, prom: Prom, settings: Settings) -> None:
    made = answer(prom("patient", "add", *options(), "--json"))
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 2
        assert session.scalar(select(func.count()).select_from(Plan)) == 2
        actions = session.execute(
            select(AuditRecord.action, AuditRecord.actor_kind).where(AuditRecord.actor_kind == "operator")
        ).all()
    assert {action for action, _ in actions} >= {"patient.register", "episode.start"}
    assert set(made) == {"patient", "episode"}


def test_what_is_not_given_is_asked_for(hospital: Hospital, prom: Prom) -> None:
    typed = "\n".join([*list(PATIENT.values())[:5], "nb", "Poliklinikk A", "systemic-treatment"])
    typed += "\n2026-11-02\nC50.9\nadjuvant\nEC90\n1\n\n"
    result = prom("patient", "add", typed=typed)
    assert result.exit_code == 0, result.output
    assert "Registered as patient" in result.stdout


def test_somebody_who_was_added_can_sign_in(hospital: Hospital, prom: Prom) -> None:
    arguments = ["staff", "add", "new", "--name", "New Nurse", "--role", "nurse", "--unit", "Poliklinikk A", "--json"]
    result = prom(*arguments, typed="a long password\na long password\n")
    assert result.exit_code == 0
    assert "a long password" not in result.stdout
    with db.transaction() as session:
        assert check_password(session, "new", "a long password") is not None


def test_a_unit_is_added(hospital: Hospital, prom: Prom) -> None:
    arguments = ["unit", "add", "Sengepost B", "--phone", "22 00 00 03", "--on-call-phone", "99 99 00 03"]
    assert prom(*arguments).exit_code == 0
    with db.reading() as session:
        assert unit_by_name(session, "Sengepost B").phone == "+4722000003"
