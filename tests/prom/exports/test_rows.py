"""Every response stands under the right columns, whatever it was stored with, and in its unit's own time."""

import csv
import io
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from prom.catalogue.queries import from_json, newest
from prom.catalogue.service import take_in
from prom.config import Settings
from prom.crypto import CannotOpen
from prom.db import reading, transaction
from prom.exports.rows import batches
from prom.exports.service import Asked, let_out
from prom.exports.writing import Layout
from prom.patients import sealing
from prom.patients.models import PatientKey
from prom.responses.models import Response
from tests.conftest import Hospital
from tests.prom.steps import FEVER, WELL, ask, ask_again, send

NAME, URL = "symptom-check", "urn:prom:questionnaire:symptom-check"
ANSWERED = {**FEVER, "nausea-frequency": "2", "nausea-severity": "1", "weight": 70.5, "free-text": "My own words"}


@pytest.fixture
def stored(hospital: Hospital, database: Settings) -> uuid.UUID:
    """A response with a number, a symptom and free text."""
    return send(ask(database), ANSWERED).response_id


def exported(session: Session, hospital: Hospital) -> str:
    """The data file as one text."""
    wanted = let_out(session, Asked(NAME, hospital.tenant.id), Layout(), hospital.nurse_actor)
    header = ",".join(column.name for column in wanted.columns)
    return header + "\r\n" + "".join(line for lines in batches(session, wanted) for line in lines)


def read(text: str) -> list[dict[str, str]]:
    """The data file as rows by column."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def reseal(session: Session, response_id: uuid.UUID, change: Mapping[str, Any]) -> None:
    """Seal the scores again with other members; a member that is None is taken out."""
    row = session.get_one(Response, response_id)
    document = {**sealing.open_column(session, row, "scores"), **change}
    sealing.seal(session, row, "scores", {key: value for key, value in document.items() if value is not None})
    session.flush()


def test_without_the_patients_key_nothing_is_exported(hospital: Hospital, stored: uuid.UUID) -> None:
    with reading() as session:
        session.execute(delete(PatientKey))
        with pytest.raises(CannotOpen):
            exported(session, hospital)


def test_free_text_leaves_in_no_column(hospital: Hospital, stored: uuid.UUID) -> None:
    with transaction() as session:
        assert "My own words" not in exported(session, hospital)


def test_a_submitted_response_has_its_row_at_the_head_of_its_scores(hospital: Hospital, stored: uuid.UUID) -> None:
    with reading() as session:
        row = session.get_one(Response, stored)
        assert next(iter(sealing.open_column(session, row, "scores"))) == "row"


def test_each_answer_and_score_stands_under_its_column(hospital: Hospital, stored: uuid.UUID) -> None:
    with transaction() as session:
        (row,) = read(exported(session, hospital))
        kept = session.get_one(Response, stored)
        authored = kept.authored_at.astimezone(ZoneInfo(hospital.unit.zone))
        assert (row["unit"], row["source"], row["status"], row["language"], row["questionnaire"], row["rules"]) == (
            "Poliklinikk A", "patient", "completed", "nb", kept.questionnaire, kept.rules,
        )  # fmt: skip
    assert row["authored"] == f"{authored:%Y-%m-%d %H:%M:%S}"
    assert (row["temperature"], row["weight"], row["contact"]) == ("39.8", "70.5", "no")
    assert (row["nausea_frequency"], row["nausea_severity"], row["nausea_level"]) == ("2", "1", "1")
    assert row["pain_severity"] == ""


def test_a_response_from_before_rows_is_exported_byte_for_byte_as_one_with_a_row(
    hospital: Hospital, stored: uuid.UUID
) -> None:
    with transaction() as session:
        new = exported(session, hospital)
        opened = sealing.open_column(session, session.get_one(Response, stored), "scores")
        old = {scale: {"missing": None, **score} for scale, score in opened["scores"].items()}
        reseal(session, stored, {"row": None, "scores": old})
        assert exported(session, hospital) == new


def test_a_row_of_another_layout_is_not_believed(hospital: Hospital, stored: uuid.UUID) -> None:
    with transaction() as session:
        right = exported(session, hospital)
        reseal(session, stored, {"row": "000000000000,yes,yes,yes"})
        assert exported(session, hospital) == right


def test_a_response_that_could_not_be_scored_is_exported_with_its_answers(
    hospital: Hospital, stored: uuid.UUID
) -> None:
    with transaction() as session:
        reseal(session, stored, {"row": None, "scores": {}, "attributes": {}})
        (row,) = read(exported(session, hospital))
    assert (row["temperature"], row["nausea_frequency"], row["nausea_level"]) == ("39.8", "2", "")


def test_responses_to_an_earlier_version_stand_under_the_columns_of_both(hospital: Hospital, stored: uuid.UUID) -> None:
    with transaction() as session:
        (alone,) = read(exported(session, hospital))
        _take_in_next_version(session)
        (beside,) = read(exported(session, hospital))
    assert beside == {**alone, "sleeps_alone": ""}
    assert list(beside) != list(alone)


def _take_in_next_version(session: Session) -> None:
    document = from_json(newest(session, "questionnaire", NAME).document)
    more = {"linkId": "sleeps-alone", "type": "boolean", "text": "Made up for this test"}
    grown = {**document, "version": "1.1.0", "item": [more, *document["item"]]}
    take_in(session, "questionnaire", URL, "1.1.0", NAME, grown, "t")
    key = from_json(newest(session, "scoring-key", NAME).document)
    take_in(session, "scoring-key", URL, "1.1.0", NAME, key, "t")
    session.flush()


@pytest.mark.parametrize(
    "instant, local",
    [
        ("2026-03-29T00:59:59+00:00", "2026-03-29 01:59:59"),
        ("2026-03-29T01:00:00+00:00", "2026-03-29 03:00:00"),
        ("2026-10-25T00:59:59+00:00", "2026-10-25 02:59:59"),
        ("2026-10-25T01:00:00.999+00:00", "2026-10-25 02:00:00"),
    ],
)
def test_local_time_is_right_on_both_sides_of_the_clock_change(
    hospital: Hospital, stored: uuid.UUID, instant: str, local: str
) -> None:
    with transaction() as session:
        session.get_one(Response, stored).authored_at = datetime.fromisoformat(instant).astimezone(UTC)
        session.flush()
        (row,) = read(exported(session, hospital))
    assert row["authored"] == local


def test_batches_follow_each_other_without_a_gap(
    hospital: Hospital, stored: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        send(ask_again(hospital), WELL)
    with transaction() as session:
        at_once = exported(session, hospital)
        monkeypatch.setattr("prom.exports.rows.AT_ONCE", 2)
        assert exported(session, hospital) == at_once
        assert len(read(at_once)) == len(session.scalars(select(Response.id)).all()) == 3


def test_a_patient_who_was_forgotten_in_between_keeps_her_pseudonym(
    hospital: Hospital, stored: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(ask_again(hospital), WELL)
    monkeypatch.setattr("prom.exports.rows.AT_ONCE", 1)
    monkeypatch.setattr("prom.exports.rows.REMEMBERED", 0)
    with transaction() as session:
        first, second = read(exported(session, hospital))
    assert first["patient"] == second["patient"]
    assert first["response"] != second["response"]
