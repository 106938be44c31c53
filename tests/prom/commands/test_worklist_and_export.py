import csv
from pathlib import Path

import pytest
from sqlalchemy import select

from prom import db
from prom.assignments.service import report_again
from prom.audit.models import AuditRecord, AuditSubject
from prom.audit.service import Actor
from prom.catalogue.queries import instrument
from prom.responses.service import Authorship, submit
from prom.simulation.courses import RED_FLAGS
from questionnaires.response import build
from tests.conftest import Hospital
from tests.prom.commands.conftest import Prom, answer

SYMPTOM_CHECK = "urn:prom:questionnaire:symptom-check|1.0.0"


@pytest.fixture
def reported(hospital: Hospital) -> Hospital:
    """The hospital's patient has reported a fever and nothing else."""
    with db.transaction() as session:
        assignment = report_again(session, hospital.episode, Actor("patient"))
        asked = instrument(session, SYMPTOM_CHECK)
        assert asked.key is not None
        absent = [scale.items[0] for scale in asked.key.scales if scale.kind == "level"]
        answers: dict[str, str | float] = {**dict.fromkeys(RED_FLAGS, "no"), **dict.fromkeys(absent, "0")}
        answers |= {"temperature-measured": "yes", "temperature": 38.6, "contact": "no"}
        response = build(asked.questionnaire, answers, language="nb")
        submit(session, assignment.id, response, Authorship("patient", Actor("patient"), "nb"))
    return hospital


def test_an_unknown_unit_is_refused_by_name(hospital: Hospital, prom: Prom) -> None:
    result = prom("worklist", "--unit", "Nowhere")
    assert result.exit_code == 1
    assert "'Nowhere'" in result.stderr


def test_the_worklist_shows_ids_and_no_names(reported: Hospital, prom: Prom) -> None:
    (line,) = answer(prom("worklist", "--json"))
    assert (line["severity"], line["unit"], line["patient"]) == ("emergency", "Poliklinikk A", str(reported.patient.id))
    assert "name" not in line
    shown = prom("worklist").stdout
    assert "emergency" in shown
    assert "Testine" not in shown
    assert "fever" not in shown


def test_names_are_shown_when_they_are_asked_for(reported: Hospital, prom: Prom) -> None:
    assert answer(prom("worklist", "--names", "--json"))[0]["name"] == "Testine Syntetisk"
    assert "Testine Syntetisk" in prom("worklist", "--names").stdout


def test_another_units_list_is_empty(reported: Hospital, prom: Prom) -> None:
    assert answer(prom("worklist", "--unit", "Poliklinikk B", "--json")) == []


def test_reading_the_list_stands_in_the_patients_own_log(reported: Hospital, prom: Prom) -> None:
    prom("worklist")
    with db.reading() as session:
        row = session.execute(
            select(AuditRecord.actor_kind, AuditRecord.actor_role, AuditSubject.patient_id)
            .join(AuditSubject, AuditSubject.record_id == AuditRecord.id)
            .where(AuditRecord.action == "worklist.read")
        ).one()
    assert row.actor_kind == "operator"
    assert row.actor_role
    assert row.patient_id == reported.patient.id


def test_an_unknown_questionnaire_is_not_exported(hospital: Hospital, prom: Prom, tmp_path: Path) -> None:
    result = prom("export", "--questionnaire", "unheard-of", "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "'unheard-of'" in result.stderr


def test_answers_are_exported_with_their_codebook(reported: Hospital, prom: Prom, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = answer(prom("export", "--questionnaire", "symptom-check", "--format", "csv", "--out", str(out), "--json"))
    assert made["rows"] == 1
    assert sorted(str(path) for path in out.iterdir()) == sorted(
        [made["dataFile"], made["codebookFile"], made["manifestFile"]]
    )
    with Path(made["dataFile"]).open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["temperature"] == "38.6"
    assert "Testine" not in Path(made["dataFile"]).read_text(encoding="utf-8")
