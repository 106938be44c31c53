"""No answer leaves without a record that names its patient: not in a race, and not when a file cannot be written."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.assignments.service import assign
from prom.audit.models import AuditRecord, AuditSubject
from prom.config import Settings
from prom.db import reading, transaction
from prom.exports import service
from prom.exports.rows import batches
from prom.exports.service import Asked, export_files, let_out
from prom.exports.writing import Layout
from prom.pathways.service import start_episode
from prom.patients.service import register
from prom.responses.models import Response
from prom.responses.service import Authorship, submit
from prom.staff.models import Unit
from tests.conftest import CLINICAL, REGISTRATION, Hospital
from tests.prom.steps import WELL, ask, count, response_of, send


def test_who_answers_for_the_first_time_while_an_export_is_made_is_not_in_it(
    hospital: Hospital, database: Settings
) -> None:
    """What is read page by page sees what others have committed since the record was written."""
    send(ask(database), WELL)
    with reading() as session:
        wanted = let_out(session, Asked("symptom-check", hospital.tenant.id), Layout(), hospital.nurse_actor)
        _let_another_answer(session, hospital)
        rows = [row for batch in batches(session, wanted) for row in batch]
        record = session.scalars(select(AuditRecord.id).where(AuditRecord.action == "response.export")).one()
        named = session.scalars(select(AuditSubject.patient_id).where(AuditSubject.record_id == record)).all()
    assert (len(rows), named) == (1, [hospital.patient.id])


def _let_another_answer(session: Session, hospital: Hospital) -> None:
    given = replace(REGISTRATION, given="Prøve", national_number="50846202355", mobile="+4790000002")
    nurse, unit = hospital.nurse_actor, session.get_one(Unit, hospital.unit.id)
    other = register(session, hospital.tenant.id, given, nurse)
    of = start_episode(session, other, unit, hospital.pathway, date(2026, 10, 26), CLINICAL, nurse)
    made = assign(session, of, hospital.pathway.on_demand, "staff", nurse)
    submit(session, made.id, response_of(WELL), Authorship("patient", nurse, "nb"))
    session.flush()


def test_a_file_that_cannot_be_written_leaves_no_answers_and_a_record_that_somebody_tried(
    hospital: Hospital, database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(ask(database), WELL)

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(service, "write_codebook", fail)
    with transaction() as session:
        wanted = let_out(session, Asked("symptom-check", hospital.tenant.id), Layout(), hospital.nurse_actor)
    with pytest.raises(OSError, match="full"):
        export_files(wanted, Layout(), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    with reading() as session:
        assert len(session.scalars(select(AuditRecord).where(AuditRecord.action == "response.export")).all()) == 1


def test_answers_can_be_given_while_others_are_exported(
    hospital: Hospital, database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite only one writes at a time: an export that held that place would shut every patient out."""
    of = ask(database)

    def answer(*_: object) -> None:
        send(of, WELL)

    monkeypatch.setattr(service, "write_codebook", answer)
    with transaction() as session:
        wanted = let_out(session, Asked("symptom-check", hospital.tenant.id), Layout(), hospital.nurse_actor)
    with suppress(FileNotFoundError):  # what stood in for the codebook wrote none
        export_files(wanted, Layout(), tmp_path / "out")
    assert count(Response) == 1
