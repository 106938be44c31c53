from pathlib import Path

import pytest
from sqlalchemy import select

from prom import clock, db
from prom.catalogue.models import Definition
from prom.commands import doctor
from prom.config import Settings
from prom.jobs import JOBS
from prom.oversight import ticks
from prom.simulation.clinic import DEMO_PASSWORD
from prom.staff.queries import the_tenant
from prom.staff.service import add_clinician
from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer


@pytest.fixture(autouse=True)
def _a_server_for_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' PostgreSQL does not write to the disk at once, which the doctor would rightly not let pass."""
    monkeypatch.setitem(doctor.DURABLE, "postgresql", {"SHOW synchronous_commit": "on"})


@pytest.fixture
def stylesheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stylesheets, which a test does not fetch."""
    path = tmp_path / "designsystemet.css"
    path.touch()
    monkeypatch.setattr(doctor, "STYLESHEET", path)
    return path


@pytest.fixture
def working(hospital: Hospital, stylesheet: Path) -> Hospital:
    """A hospital whose worker has just run all its jobs."""
    clock.move_to(None)
    for job in JOBS:
        with ticks.recorded(job.name, job.every):
            pass
    return hospital


def wrong(prom: Prom, **environment: str) -> dict[str, str]:
    """What the doctor finds wrong, by name."""
    result = prom("doctor", "--json", **environment)
    document = answer(result)
    found = {each["name"]: each["found"] for each in document["checks"] if not each["ok"]}
    assert document["ok"] is (not found)
    assert result.exit_code == (1 if found else 0)
    return found


def test_messages_that_reach_nobody_are_a_problem_outside_the_demonstration(working: Hospital, prom: Prom) -> None:
    assert set(wrong(prom)) == {"messages"}


@pytest.mark.hazard("H17")
def test_a_silent_worker_is_a_problem(hospital: Hospital, stylesheet: Path, prom: Prom) -> None:
    assert set(wrong(prom, PROM_DEMO="1")) == {"tick"}


def test_missing_stylesheets_are_a_problem(working: Hospital, stylesheet: Path, prom: Prom) -> None:
    stylesheet.unlink()
    assert set(wrong(prom, PROM_DEMO="1")) == {"stylesheets"}


def test_a_key_that_others_can_read_is_a_problem(working: Hospital, prom: Prom, settings: Settings) -> None:
    settings.key_file.chmod(0o644)
    found = wrong(prom, PROM_DEMO="1")
    assert set(found) == {"master key"}
    assert "chmod 600" in found["master key"]


def test_a_metrics_folder_that_is_none_is_a_problem(working: Hospital, prom: Prom, settings: Settings) -> None:
    settings.metrics_folder.touch()
    assert set(wrong(prom, PROM_DEMO="1")) == {"metrics"}


def test_another_installations_key_is_a_problem(working: Hospital, prom: Prom) -> None:
    assert set(wrong(prom, PROM_DEMO="1", PROM_MASTER_KEY="11" * 32)) == {"keys fit the data"}


def test_wrong_settings_are_a_problem(working: Hospital, prom: Prom) -> None:
    assert set(wrong(prom, PORT="none")) == {"settings"}


def test_the_demonstrations_passwords_are_a_problem_elsewhere(working: Hospital, prom: Prom) -> None:
    with db.transaction() as session:
        add_clinician(
            session,
            the_tenant(session),
            username="kari",
            display_name="Kari",
            role="nurse",
            password=DEMO_PASSWORD,
            units=[],
        )
    assert wrong(prom)["demonstration's staff"].startswith("kari ")


def test_a_database_that_could_forget_is_a_problem(
    working: Hospital, prom: Prom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for dialect, question in (("sqlite", "PRAGMA synchronous"), ("postgresql", "SHOW synchronous_commit")):
        monkeypatch.setitem(doctor.DURABLE, dialect, {question: "more than it is"})
    assert set(wrong(prom, PROM_DEMO="1")) == {"durability"}


def test_nothing_published_is_a_problem(database: Settings, stylesheet: Path, prom: Prom) -> None:
    assert "published pathways" in wrong(prom, PROM_DEMO="1")


def test_an_installation_without_anything_is_told_what_to_do(nowhere: Prom, tmp_path: Path) -> None:
    result = nowhere("doctor")
    assert result.exit_code == 1
    assert result.stdout.count("prom db upgrade") == 2
    assert not (tmp_path / "nowhere").exists()


def test_an_installation_that_is_well_passes(working: Hospital, prom: Prom) -> None:
    assert wrong(prom, PROM_DEMO="1") == {}
    told = prom("doctor", PROM_DEMO="1").stdout.splitlines()
    assert [line for line in told if not line.startswith("ok ")] == []


def test_a_retired_questionnaire_that_is_still_asked_is_a_problem(working: Hospital, prom: Prom) -> None:
    with db.transaction() as session:
        found = session.scalars(
            select(Definition).where(Definition.kind == "questionnaire", Definition.name == "symptom-check")
        ).one()
        found.status = "retired"
    told = wrong(prom, PROM_DEMO="1")
    assert set(told) == {"retired questionnaires"}
    assert "systemic-treatment" in told["retired questionnaires"]
