"""Each format, opened by a program that reads it: values, labels, missing codes and æøå are what was answered."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prom.config import Settings
from prom.exports.names import LONGEST, column_name, distinct
from tests.conftest import Hospital
from tests.prom.exports import reading
from tests.prom.exports.every_format import exported, take_in_and_answer
from tests.prom.exports.reading import READERS

#: When, in the time of the unit: a table knows no zones.
MORNING = datetime.fromisoformat("2026-11-02 09:30")
#: What was answered, by column; the second one that SPSS would call weight has a number behind it.
ANSWERED: Sequence[dict[str, Any]] = (
    {
        "severity": "2",
        "q_if": "often",
        "many": "hand back",
        "said": 1,
        "weight": 70.5,
        "counted": -3,
        "day": date(2026, 2, 28),
        "WEIGHT_2": 0.1,
    },
    {"severity": "0", "said": 0, "hidden": 7},
    {},
)
COLUMNS = ("severity", "q_if", "many", "said", "weight", "counted", "day", "hidden", "WEIGHT_2")
#: The letters of prom.responses.cells.Gap, by response.
GAPS = (dict.fromkeys(COLUMNS, "s") | {"hidden": "n"}, dict.fromkeys(COLUMNS, "s"), dict.fromkeys(COLUMNS, "s"))
GAPS[2]["hidden"] = "n"
NUMBERS = {"a": -9999, "n": -9998, "s": -9997, "u": -9996}


@pytest.fixture
def answered(hospital: Hospital, database: Settings) -> Hospital:
    """The hospital with three responses: nearly everything answered, little, nothing."""
    take_in_and_answer(hospital)
    return hospital


def plain(value: Any) -> Any:
    """A value as this test writes it, whatever the program made of it."""
    if isinstance(value, datetime):
        return value.date()
    return str(value) if isinstance(value, str) else value


def rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """What each response answered, without what was not."""
    return [
        {name: plain(row[name]) for name in COLUMNS if row[name] is not None}
        for row in frame.select(COLUMNS).to_dicts()
    ]


@pytest.mark.parametrize("word", READERS)
def test_one_data_file_lies_beside_codebook_and_manifest_for_their_owner_alone(
    answered: Hospital, tmp_path: Path, word: str
) -> None:
    made = exported(answered, tmp_path / "out", format=word)
    assert sorted((tmp_path / "out").iterdir()) == sorted(made.files)
    assert made.rows == 3
    assert {path.stat().st_mode & 0o777 for path in made.files} == {0o600}


@pytest.mark.parametrize("word", READERS)
def test_no_word_of_her_own_leaves(answered: Hospital, tmp_path: Path, word: str) -> None:
    held = READERS[word](exported(answered, tmp_path, format=word).files.data)
    with pl.Config(tbl_cols=-1, tbl_rows=-1, fmt_str_lengths=1000):
        assert "mine egne ord" not in str(held)
        assert "Testine" not in str(held)


def test_the_manifest_counts_names_versions_and_tells_checksums(answered: Hospital, tmp_path: Path) -> None:
    made = exported(answered, tmp_path)
    manifest = json.loads(made.files.manifest.read_text())
    assert (manifest["responses"], manifest["patients"], manifest["command"]) == (3, 1, "prom export ...")
    assert manifest["questionnaires"] == [{"version": "urn:test:every-kind|1", "scoringKey": None, "responses": 3}]
    told = {each["name"]: each["sha256"] for each in manifest["files"]}
    assert told == {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in made.files[:2]}


@pytest.mark.parametrize("word", ["parquet", "xlsx"])
def test_a_typed_table_holds_what_was_answered(answered: Hospital, tmp_path: Path, word: str) -> None:
    assert rows(READERS[word](exported(answered, tmp_path, format=word).files.data)) == list(ANSWERED)


def test_a_table_says_when_it_was_answered_in_the_time_of_the_unit(answered: Hospital, tmp_path: Path) -> None:
    held = reading.parquet(exported(answered, tmp_path, format="parquet").files.data)
    assert held["authored"].to_list() == [MORNING] * 3


def test_codes_say_why_there_is_no_answer_and_dates_stay_empty(answered: Hospital, tmp_path: Path) -> None:
    held = reading.parquet(exported(answered, tmp_path, format="parquet", codes=True).files.data)
    for row, answers, gaps in zip(held.to_dicts(), ANSWERED, GAPS, strict=True):
        for name in COLUMNS:
            number = None if name == "day" else NUMBERS[gaps[name]]
            expected = answers.get(name, str(number) if name in ("severity", "q_if", "many") else number)
            assert plain(row[name]) == expected, name


def test_a_csv_for_norwegian_excel_has_semicolons_and_decimal_commas(answered: Hospital, tmp_path: Path) -> None:
    made = exported(answered, tmp_path, separator=";", comma=True)
    header, first, *_ = made.files.data.read_text(encoding="utf-8").splitlines()
    assert header.split(";")[-len(COLUMNS) :] == list(COLUMNS)
    assert first.split(";")[-len(COLUMNS) :] == ["2", "often", "hand back", "1", "70,5", "-3", "2026-02-28", "", "0,1"]


@pytest.mark.parametrize("word", ["csv", "parquet", "sav", "dta", "xlsx"])
def test_a_long_table_has_a_row_for_each_answer_and_says_why_there_is_none(
    answered: Hospital, tmp_path: Path, word: str
) -> None:
    held = READERS[word](exported(answered, tmp_path, format=word, long=True).files.data)
    found = (held[0] if isinstance(held, tuple) else held).to_dicts()
    assert [row["column"] for row in found] == list(COLUMNS) * 3
    for place, row in enumerate(found):
        answers, gaps = ANSWERED[place // len(COLUMNS)], GAPS[place // len(COLUMNS)]
        name = row["column"]
        assert (row["missing"] or None) == (None if name in answers else gaps[name])
        assert (row["value"] or None) == (str(answers[name]) if name in answers else None)


CHOICES = {"severity": {"0": 0, "1": 1, "2": 2}, "q_if": {"often": 1, "never": 2}}
OPTIONS = {"many_1": "hand", "many_2": "foot", "many_3": "back"}


def as_numbers(answers: dict[str, Any], gaps: dict[str, str], missing: dict[str, Any]) -> dict[str, Any]:
    """The variables of a statistics program for one response."""
    made = {name: answers.get(name, missing[gaps[name]]) for name in COLUMNS if name not in ("many", "day")}
    made |= {name: CHOICES[name][answers[name]] for name in CHOICES if name in answers}
    for name, code in OPTIONS.items():
        made[name] = int(code in answers["many"].split()) if "many" in answers else missing["s"]
    return made


@pytest.mark.parametrize("word, missing", [("sav", NUMBERS), ("dta", {gap: gap for gap in NUMBERS})])
def test_spss_and_stata_hold_numbers_and_their_own_missing_values(
    answered: Hospital, tmp_path: Path, word: str, missing: dict[str, Any]
) -> None:
    frame, _ = READERS[word](exported(answered, tmp_path, format=word).files.data)
    for row, answers, gaps in zip(frame.to_dicts(), ANSWERED, GAPS, strict=True):
        expected = as_numbers(answers, gaps, missing)
        assert {name: row[name] for name in expected} == expected
        assert plain(row["day"]) == answers.get("day")


@pytest.mark.parametrize("word", ["sav", "dta"])
def test_spss_and_stata_show_labels_with_every_letter(answered: Hospital, tmp_path: Path, word: str) -> None:
    _, meta = READERS[word](exported(answered, tmp_path, format=word).files.data)
    labels = {
        name: {each: text for each, text in values.items() if str(each) not in "ansu" and float(each) > -9000}
        for name, values in meta.variable_value_labels.items()
    }
    assert labels["severity"] == {0: "Ingen smerter", 1: "Små smerter", 2: "Større"}
    assert labels["q_if"] == {1: "Ofte – nær alltid", 2: "Aldri"}
    assert labels["said"] == {0: "Nei", 1: "Ja"}
    assert meta.column_names_to_labels["severity"] == "About severity"
    assert meta.column_names_to_labels["many_1"] == "About many: Hånd"


def test_spss_knows_its_missing_values(answered: Hospital, tmp_path: Path) -> None:
    _, meta = reading.spss(exported(answered, tmp_path, format="sav").files.data)
    assert meta.missing_ranges["weight"] == [{"lo": -9999.0, "hi": -9996.0}]
    assert meta.variable_value_labels["weight"][-9998.0].startswith("not applicable")


def test_fhir_has_the_questionnaire_each_patient_once_and_her_responses(answered: Hospital, tmp_path: Path) -> None:
    found = reading.resources(exported(answered, tmp_path, format="ndjson").files.data)
    assert [each["resourceType"] for each in found] == ["Questionnaire", "Patient", *["QuestionnaireResponse"] * 3]
    patient, first, *_, last = found[1:]
    assert set(patient) == {"resourceType", "id"}
    assert first["subject"] == {"reference": f"Patient/{patient['id']}"}
    assert (first["questionnaire"], first["authored"]) == ("urn:test:every-kind|1", "2026-11-02T09:30:00+01:00")
    assert {each["linkId"] for each in first["item"]} == {
        "severity", "if", "many", "said", "weight", "counted", "day", "WEIGHT",
    }  # fmt: skip
    assert "item" not in last


def test_the_registry_gets_numbers_commas_and_its_own_columns(answered: Hospital, tmp_path: Path) -> None:
    made = exported(answered, tmp_path, format="openqreg")
    first = reading.dump(made.files.data).to_dicts()[0]
    assert (first["severity"], first["q_if"], first["said"], first["weight"]) == (2, 1, 1, 70.5)
    assert (first["status"], first["tscreated"]) == (1, MORNING)
    assert (first["mceid"], first["centreid"]) == (first["response"], "Poliklinikk A")


def test_the_registry_gets_its_codebook(answered: Hospital, tmp_path: Path) -> None:
    made = exported(answered, tmp_path, format="openqreg")
    assert made.files.codebook.name == "reg_klokeboken_2026-11-02.csv"
    book = {
        row["fysisk_feltnavn"]: row
        for row in pl.read_csv(made.files.codebook, separator=";", infer_schema=False).to_dicts()
    }
    assert (book["severity"]["type"], book["severity"]["listeverdier"]) == ("Listevariabel", "0|1|2")
    assert book["q_if"]["listetekst"] == "Ofte – nær alltid|Aldri"
    assert (book["said"]["type"], book["day"]["type"]) == ("Avkrysningsboks", "Datovariabel")
    assert set(book) == set(reading.dump(made.files.data).columns)


@given(st.lists(st.text(), max_size=30))
def test_names_are_such_as_every_program_takes_and_no_two_are_alike(links: list[str]) -> None:
    names = distinct([column_name(link) for link in links])
    assert len({name.lower() for name in names}) == len(links)
    assert all(name.isascii() and name.isidentifier() and name[0] != "_" for name in names)
    assert all(len(name) <= LONGEST for name in names)
