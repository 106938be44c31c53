"""Exports for programs: the same file as on the page, on record."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

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
        ({"questionnaire": "symptom-check", "format": "doc"}, {"format": "not-offered"}),
        ({"questionnaire": "symptom-check", "shape": "long"}, {"shape": "unknown"}),
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


@pytest.mark.parametrize("word", ["csv", "parquet", "sav", "dta", "xlsx", "ndjson", "openqreg"])
def test_each_format_leaves_with_codebook_and_manifest_and_touches_no_disk(
    client: FlaskClient, hospital: Hospital, word: str, tmp_path: Path
) -> None:
    report(hospital, hospital.episode, FEVER)
    before = sorted(tmp_path.rglob("*"))
    answer = person(client, "quality").post("/exports", {"questionnaire": "symptom-check", "format": word})
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        ending = "csv" if word == "openqreg" else word
        assert f"symptom-check.{ending}" in archive.namelist()
        assert len(archive.namelist()) == 3
        told = {
            each["name"]: each["sha256"] for each in json.loads(archive.read("symptom-check-manifest.json"))["files"]
        }
        assert told == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in told}
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == []


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
