"""Exports for programs: the same file as on the page, on record."""

import csv
import io
import zipfile

import pytest
from flask.testing import FlaskClient

from tests.conftest import Hospital, Machine
from tests.prom.api.door import Door, faults, person, refusal
from tests.prom.clinic.ward import audited, report
from tests.prom.steps import FEVER


def test_those_who_care_for_patients_export_nothing(nurse: Door) -> None:
    refusal(nurse.get("/exports"), 403, "not-permitted")
    refusal(nurse.post("/exports", {"questionnaire": "symptom-check"}), 403, "not-permitted")


@pytest.mark.parametrize(
    "document, wrong",
    [
        ({}, {"questionnaire": "missing"}),
        ({"questionnaire": "nothing"}, {"questionnaire": "invalid"}),
        ({"questionnaire": 5}, {"questionnaire": "wrong"}),
        ({"questionnaire": "symptom-check", "format": "xlsx"}, {"format": "unknown"}),
    ],
)
def test_what_cannot_be_exported_is_named(client: FlaskClient, document: object, wrong: dict[str, str]) -> None:
    assert faults(person(client, "quality").post("/exports", document)) == wrong
    assert audited("response.export") == []


def test_the_answers_leave_as_a_zip_and_one_record_names_whose(client: FlaskClient, hospital: Hospital) -> None:
    report(hospital, hospital.episode, FEVER)
    quality = person(client, "quality")
    assert {"questionnaire": "symptom-check"} in quality.read("/exports")["items"]
    answer = quality.post("/exports", {"questionnaire": "symptom-check"})
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="symptom-check.zip"'
    assert [row["temperature"] for row in rows(answer.get_data())] == ["39.8"]
    assert audited("response.export") == [frozenset({hospital.patient.id})]


def rows(content: bytes) -> list[dict[str, str]]:
    """The answers in an export."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("symptom-check.csv") as file:
        return list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))


def test_a_machine_exports_its_own_units_only(client: FlaskClient, machine: Machine, hospital: Hospital) -> None:
    report(hospital, hospital.episode, FEVER)
    here = Door(client, machine("prom/exports.read", units=[hospital.unit]))
    elsewhere = Door(client, machine("prom/exports.read", units=[hospital.other_unit]))
    asked = {"questionnaire": "symptom-check"}
    assert len(rows(here.post("/exports", asked).get_data())) == 1
    assert rows(elsewhere.post("/exports", asked).get_data()) == []
