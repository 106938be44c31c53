"""Filing notes: none is lost, none is doubled, and nothing of one can be read before the record system has it."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from alerts.lifecycle import Outcome, Place
from prom import clock, config
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import StartRefused
from prom.jobs import NOTES, run
from prom.notes import queries, service
from prom.notes.models import RecordNote
from prom.notes.record_system import Folder, Note, Refused
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from tests.conftest import Hospital
from tests.prom.clinic.ward import NAUSEA, audited, open_alerts, report
from tests.prom.steps import later

WORDS = "Drikker lite, kommer inn i morgen."


class Fake:
    """A record system that keeps what it is given by its key, after refusing as often as it is told to."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.tries: list[Note] = []
        self.kept: dict[str, Note] = {}

    def file(self, note: Note) -> None:
        """Keep it, or refuse."""
        self.tries.append(note)
        if len(self.tries) <= self.refusals:
            raise Refused("busy")
        self.kept[str(note.id)] = note


def close(hospital: Hospital) -> Alert:
    """Let her report, and a nurse take the alert and close it."""
    report(hospital, hospital.episode, NAUSEA)
    (alert,) = open_alerts(hospital.patient.id)
    with transaction() as session:
        row = session.get_one(Alert, alert.id)
        worklist.acknowledge(session, row, row.version, hospital.nurse_actor)
        session.flush()
        worklist.resolve(session, row, row.version, hospital.nurse_actor, Outcome.VISIT, Place.HOSPITAL, WORDS)
    return alert


def write() -> list[RecordNote]:
    """Write what closings owe, as the worker does; returns all notes, oldest first."""
    with reading() as session:
        owed = queries.owed(session)
    for alert_id in owed:
        with transaction() as session:
            service.write_owed(session, alert_id)
    return notes()


def notes() -> list[RecordNote]:
    """All notes as they stand."""
    with reading() as session:
        rows = list(session.scalars(select(RecordNote).order_by(RecordNote.id)))
        session.expunge_all()
    return rows


@pytest.mark.parametrize("wrong", ["folder:relative", "/somewhere", "folder:/nowhere/at/all", "smtp://host"])
def test_a_record_that_cannot_be_written_to_stops_the_start(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(StartRefused, match="PROM_RECORD"):
        config.from_environment({"PROM_HOME": str(tmp_path), "PROM_RECORD": wrong})
    right = config.from_environment({"PROM_HOME": str(tmp_path), "PROM_RECORD": f"folder:{tmp_path}"})
    assert right.record == tmp_path


@pytest.mark.hazard("H53")
def test_a_closing_owes_one_note_and_an_open_alert_none(hospital: Hospital) -> None:
    report(hospital, hospital.episode, NAUSEA)
    assert write() == []
    alert = close(hospital)
    (written,) = write()
    assert (written.alert_id, written.status, written.filed_at) == (alert.id, "final", None)
    with transaction() as session:
        assert not service.write_owed(session, alert.id)
    assert [each.id for each in write()] == [written.id]
    assert WORDS.encode() not in written.note_sealed
    assert audited("note.write") == [frozenset({hospital.patient.id})]


@pytest.mark.hazard("H53")
def test_a_refused_note_is_tried_again_later_and_later_under_the_same_key(hospital: Hospital) -> None:
    close(hospital)
    write()
    system = Fake(refusals=2)
    assert service.file_due(system) == 0
    assert (notes()[0].failure, notes()[0].try_at - clock.now()) == ("busy", timedelta(minutes=1))
    assert service.file_due(system) == 0
    assert len(system.tries) == 1  # not before its time
    later(minutes=1)
    service.file_due(system)
    assert notes()[0].try_at - clock.now() == timedelta(minutes=2)
    later(minutes=2)
    assert service.file_due(system) == 1
    assert (notes()[0].failure, notes()[0].filed_at) == (None, clock.now())
    assert len({each.id for each in system.tries}) == 1
    later(minutes=600)
    assert service.file_due(system) == 0
    assert len(system.tries) == 3


@pytest.mark.hazard("H53")
def test_a_worker_that_died_after_the_record_had_the_note_doubles_nothing(hospital: Hospital, tmp_path: Path) -> None:
    close(hospital)
    (written,) = write()
    folder = tmp_path / "record"
    folder.mkdir()
    service.file_due(Folder(folder))
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    with transaction() as session:  # as it was when the worker died
        session.execute(update(RecordNote).values(filed_at=None))
    later(minutes=4)
    assert service.file_due(Folder(folder)) == 0  # its lease has not run out
    later(minutes=2)
    assert service.file_due(Folder(folder)) == 1
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before
    assert set(before) == {f"{written.id}.json", f"{written.id}.txt"}
    assert json.loads(before[f"{written.id}.json"])["identifier"]["value"] == f"urn:uuid:{written.id}"
    assert WORDS in before[f"{written.id}.txt"].decode()


def test_a_try_that_comes_back_too_late_does_not_undo_another_ones(hospital: Hospital) -> None:
    close(hospital)
    write()

    class Slow(Fake):
        """Refuses in the end; by then another worker has filed it."""

        def file(self, note: Note) -> None:
            """Take longer than the lease."""
            later(minutes=6)
            assert service.file_due(other) == 1
            raise Refused("timeout")

    other = Fake()
    assert service.file_due(Slow()) == 0
    assert (notes()[0].failure, notes()[0].filed_at is not None, len(other.kept)) == (None, True, 1)


def test_a_folder_that_is_gone_loses_nothing_and_says_so(hospital: Hospital, tmp_path: Path) -> None:
    close(hospital)
    write()
    assert service.file_due(Folder(tmp_path / "gone")) == 0
    assert (notes()[0].failure, notes()[0].filed_at) == ("folder-2", None)


@pytest.mark.hazard("H53")
def test_what_was_taken_back_after_its_note_is_replaced_and_before_it_is_never_told(hospital: Hospital) -> None:
    alert = close(hospital)
    write()
    with transaction() as session:
        row = session.get_one(Alert, alert.id)
        worklist.enter_in_error(session, row, row.version, hospital.nurse_actor, "Feil pasient.")
    first, second = write()
    assert (first.status, second.status) == ("final", "entered-in-error")
    with reading() as session:
        document = json.loads(service.opened(session, second).document)
    composition = document["entry"][0]["resource"]
    assert composition["status"] == "entered-in-error"
    assert composition["relatesTo"][0]["targetIdentifier"]["value"] == f"urn:uuid:{first.id}"

    untold = close(hospital)
    with transaction() as session:
        row = session.get_one(Alert, untold.id)
        worklist.enter_in_error(session, row, row.version, hospital.nurse_actor, "Feil pasient.")
    assert len(write()) == 2


def test_the_worker_writes_and_files_and_without_a_record_only_writes(hospital: Hospital, database: Settings) -> None:
    close(hospital)
    assert run(NOTES, database) is None
    assert [each.filed_at for each in notes()] == [None]
    folder = database.home / "record"
    folder.mkdir()
    assert run(NOTES, replace(database, record=folder)) is None
    assert len(list(folder.iterdir())) == 2
    assert [each.filed_at is not None for each in notes()] == [True]
    assert audited("note.file") == [frozenset({hospital.patient.id})]


def take_back(hospital: Hospital, alert_id: uuid.UUID) -> None:
    """Let the nurse say that the alert was a mistake."""
    with transaction() as session:
        row = session.get_one(Alert, alert_id)
        worklist.enter_in_error(session, row, row.version, hospital.nurse_actor, "Feil pasient.")


def test_what_takes_a_note_back_is_filed_after_it_and_both_without_a_long_wait(hospital: Hospital) -> None:
    alert = close(hospital)
    write()
    system = Fake(refusals=3)
    for _ in range(3):
        service.file_due(system)
        later(minutes=10)
    take_back(hospital, alert.id)
    final, mistake = write()
    system.tries.clear()
    system.refusals = 0
    service.file_due(system)
    service.file_due(system)
    assert [note.id for note in system.tries] == [final.id, mistake.id]


def test_a_note_that_does_not_open_holds_up_none_behind_it(hospital: Hospital) -> None:
    close(hospital)
    (broken,) = write()
    later(minutes=1)
    close(hospital)
    _, sound = write()
    with transaction() as session:
        session.execute(update(RecordNote).where(RecordNote.id == broken.id).values(note_sealed=b"\x01broken"))
    system = Fake()
    assert service.file_due(system) == 1
    assert list(system.kept) == [str(sound.id)]
    assert notes()[0].failure == "does-not-open"


def test_a_closing_that_cannot_be_written_keeps_no_note_from_the_record(
    hospital: Hospital, database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(hospital)
    (sound,) = write()
    later(minutes=1)
    close(hospital)
    monkeypatch.setattr(service, "closing_of", lambda *_args: 1 / 0)
    assert run(NOTES, replace(database, record=tmp_path)) == "SomeFailed"
    assert {path.stem for path in tmp_path.glob("*.json")} == {str(sound.id)}


def test_what_a_killed_try_has_left_is_written_over(hospital: Hospital, tmp_path: Path) -> None:
    note, folder = Note(uuid.uuid4(), "words", "{}"), tmp_path / "record"
    folder.mkdir()
    (folder / f".{note.id}.txt.part").write_text("half of the wo")
    Folder(folder).file(note)
    assert sorted(path.name for path in folder.iterdir()) == [f"{note.id}.json", f"{note.id}.txt"]
