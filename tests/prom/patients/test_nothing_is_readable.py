"""After the whole journey: nothing of who the patient is, and nothing of what she said, can be read anywhere."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import MetaData, inspect, select

from prom import db
from prom.config import Settings
from tests.conftest import Hospital
from tests.databases import KIND
from tests.prom.whole_journey import Journey

#: Plain by intent: what is asked, and by which rules, is no secret.
PUBLIC = "definition."
#: The names of items and topics: they tell a symptom, and stand in no table of patients.
SYMPTOMS = ("shivering", "fever", "temperature", "cough", "free-text", "skin-rash", "contact-urgent")
#: Empty after the journey: what was begun was sent, the auditor agreed, nothing was amended, and no machine called.
EMPTY = {"draft", "disagreement", "replaced_response", "client", "client_unit", "allowance"}
#: What has journeys of its own: her own page and link, SMS that come in, settings, pauses and anchors, the lead.
EMPTY |= {"code_attempt", "one_time_code", "patient_session", "personal_link", "contact_problem", "information"}
EMPTY |= {"incoming", "conversation", "message_copy", "setting", "episode_anchor", "leader", "decision"}
#: Written by a worker (tests/prom/notes).
EMPTY |= {"record_note"}
#: Of staff, not of patients; what somebody writes of a safety problem is sealed (tests/prom/safety).
EMPTY |= {"duty_shift", "safety_problem"}
#: Only a restored database has been in quarantine (tests/prom/backup).
EMPTY |= {"quarantine"}
#: What a clinician writes to her and of her (tests/prom/clinic/test_writing_to_her.py).
EMPTY |= {"communication", "handover_note"}


def walked(hospital: Hospital, settings: Settings) -> Journey:
    """Walk the journey to its end."""
    journey = Journey(hospital, settings)
    assert len(list(journey.steps())) > 20
    assert "token" in journey.planted
    return journey


def forms(planted: str) -> Iterator[bytes]:
    """A text as it could lie in a file: as it is, in hex, and in UTF-16."""
    yield planted.lower().encode()
    yield planted.encode().hex().encode()
    yield planted.lower().encode("utf-16-le")


def columns() -> Iterator[tuple[str, bytes]]:
    """Every value of every column of every table, by its place."""
    engine, metadata = db.engine(), MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        for table in metadata.tables.values():
            for row in connection.execute(select(table)).mappings():
                for name, value in row.items():
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    yield f"{table.name}.{name}", raw.lower()


def found_in(places: Mapping[str, bytes], planted: Mapping[str, str]) -> set[tuple[str, str]]:
    """Which planted value is readable where."""
    return {
        (name, place)
        for name, words in planted.items()
        for place, raw in places.items()
        if any(form in raw for form in forms(words))
    }


@pytest.mark.hazard("H34")
def test_no_column_of_any_table_holds_what_is_hers(hospital: Hospital, database: Settings) -> None:
    journey = walked(hospital, database)
    stored = {f"{place} {number}": raw for number, (place, raw) in enumerate(columns())}
    assert found_in(stored, journey.planted) == set()
    of_patients = {place: raw for place, raw in stored.items() if not place.startswith(PUBLIC)}
    assert found_in(of_patients, {symptom: symptom for symptom in SYMPTOMS}) == set()
    looked_at = {place.partition(".")[0] for place in stored}
    assert set(inspect(db.engine()).get_table_names()) - looked_at == EMPTY


@pytest.mark.hazard("H34")
def test_nothing_that_is_printed_or_written_into_a_file_holds_what_is_hers(
    hospital: Hospital, database: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    journey = walked(hospital, database)
    printed = "".join(capfd.readouterr()).lower().encode()
    # The console stands in for the vendor and prints the letter itself, whose link is the token.
    assert found_in({"printed": printed}, journey.planted) == {("token", "printed")}
    files = {str(path): path.read_bytes().lower() for path in Path(database.home).rglob("*") if path.is_file()}
    assert any(path.endswith("master.key") for path in files)
    # A few bytes would be found by chance among so many.
    long = {name: words for name, words in journey.planted.items() if name not in ("temperature", "weight")}
    assert found_in(files, long) == set()
    if KIND == "sqlite":
        database_files = [raw for path, raw in files.items() if path.endswith(("prom.sqlite", "prom.sqlite-wal"))]
        assert len(database_files) == 2
        assert b"urn:prom:questionnaire:symptom-check" in b"".join(database_files)
