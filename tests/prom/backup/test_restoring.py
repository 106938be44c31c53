"""A backup comes back whole and in quarantine, or not at all."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import MetaData, inspect, select

from prom import clock, create_app, db, schema
from prom.audit.service import Actor
from prom.backup import archive, quarantine, service
from prom.backup.models import Quarantine
from prom.config import Settings
from prom.errors import StartRefused
from tests import databases
from tests.conftest import Hospital
from tests.prom.whole_journey import Journey


@pytest.fixture
def elsewhere(database: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings for an empty database beside, with the same master key."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    addresses = databases.empty_database(folder)
    yield replace(database, database_url=addresses.application, owner_url=addresses.owner)
    db.dispose()
    databases.remove_database(addresses)


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the open database."""
    found = MetaData()
    with db.engine().connect() as connection:
        found.reflect(connection)
        return {
            each.name: sorted((tuple(row) for row in connection.execute(select(each))), key=repr)
            for each in found.sorted_tables
            if each.name != "quarantine"
        }


def quiet(_table: str) -> None:
    """Hear which table is at hand, and say nothing."""


def is_empty(settings: Settings) -> bool:
    """Whether the database has no table."""
    engine = db.make_engine(settings.owner_url)
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
    engine.dispose()
    return not names


def flip(path: Path) -> None:
    """Change one bit in the middle."""
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)


def cut(path: Path) -> None:
    """Leave the last piece out, as a copy that was stopped would."""
    path.write_bytes(path.read_bytes()[:-200])


@pytest.mark.parametrize("harm", [flip, cut])
@pytest.mark.parametrize("kind", ["data", "keys"])
def test_an_archive_that_is_not_as_it_was_written_changes_nothing(
    hospital: Hospital, elsewhere: Settings, tmp_path: Path, harm: Callable[[Path], None], kind: str
) -> None:
    taken = service.take(tmp_path / "backup", quiet)
    harm(getattr(taken, kind))
    with pytest.raises(StartRefused, match="Nothing was restored"):
        service.restore(elsewhere, taken.data, taken.keys, quiet)
    assert is_empty(elsewhere)


def test_keys_of_another_backup_are_refused(hospital: Hospital, elsewhere: Settings, tmp_path: Path) -> None:
    taken, later = service.take(tmp_path / "backup", quiet), service.take(tmp_path / "backup", quiet)
    with pytest.raises(StartRefused, match="not taken together"):
        service.restore(elsewhere, taken.data, later.keys, quiet)
    assert is_empty(elsewhere)


def test_a_database_that_has_anything_is_never_restored_into(
    hospital: Hospital, database: Settings, tmp_path: Path
) -> None:
    taken = service.take(tmp_path / "backup", quiet)
    before = everything()
    with pytest.raises(StartRefused, match="not empty"):
        service.restore(database, taken.data, taken.keys, quiet)
    assert everything() == before


def test_a_backup_that_is_stopped_halfway_leaves_no_archive(hospital: Hospital, tmp_path: Path) -> None:
    def stop(table: str) -> None:
        if table == "patient_key":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service.take(tmp_path / "backup", stop)
    assert not list((tmp_path / "backup").iterdir())


def test_all_of_it_comes_back_and_nothing_starts_until_it_is_released(
    hospital: Hospital, database: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    journey = Journey(hospital, database)
    assert len(list(journey.steps())) > 20
    before = everything()
    assert before["patient_key"]
    taken = service.take(tmp_path / "backup", quiet)
    data = taken.data.read_bytes()
    assert not any(key[-1] in data for key in before["patient_key"] if isinstance(key[-1], bytes))
    service.restore(elsewhere, taken.data, taken.keys, quiet)
    schema.open_installation(elsewhere)
    assert everything() == before
    with pytest.raises(StartRefused, match="in quarantine"):
        quarantine.refuse()
    with db.transaction() as session:
        quarantine.release(session, Actor("operator"))
    quarantine.refuse()


def test_a_full_disk_leaves_nothing_behind(hospital: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.Writer, "add", full)
    monkeypatch.setattr(os, "fdopen", lambda *_args: SimpleNamespace(write=len, close=full))
    with pytest.raises(OSError, match="No space left"):
        service.take(tmp_path / "backup", quiet)
    assert list((tmp_path / "backup").iterdir()) == []


def test_neither_pages_nor_another_server_start_in_quarantine_and_one_release_ends_all_of_it(
    hospital: Hospital, database: Settings
) -> None:
    """A backup that was taken in quarantine brings its own along."""
    with db.transaction() as session:
        for _ in range(2):
            session.add(Quarantine(backup_id=db.new_id(), taken_at=clock.now(), restored_at=clock.now()))
    with pytest.raises(StartRefused, match="in quarantine"):
        create_app(database)
    with db.transaction() as session:
        quarantine.release(session, Actor("operator", None, "operator"))
    create_app(database)
