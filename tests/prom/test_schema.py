"""Starting an installation: what is wrong with database or keys stops it, and the words say what to do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import DateTime, LargeBinary, String, Uuid, column, insert, select, table, text

from prom import clock, crypto, db, master_key, schema
from prom.config import Settings, from_environment
from prom.errors import StartRefused
from prom.patients.queries import identity
from prom.schema import open_installation
from prom.staff.models import Tenant
from prom.staff.service import create_tenant
from tests import databases
from tests.conftest import Hospital

#: The tenant's table as the first migration made it; the models may have moved on since.
FIRST_TENANT = table(
    "tenant",
    column("id", Uuid()),
    column("name", String()),
    column("wrapping_key", LargeBinary()),
    column("lookup_key", LargeBinary()),
    column("created_at", DateTime(timezone=True)),
)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Settings]:
    """An installation on its first day: a database without a schema, and no keys."""
    addresses = databases.empty_database(tmp_path)
    yield from_environment(
        {
            "PROM_HOME": str(tmp_path / "home"),
            "PROM_DATABASE_URL": addresses.application,
            "PROM_OWNER_DATABASE_URL": addresses.owner,
        }
    )
    db.dispose()
    databases.remove_database(addresses)


def as_owner(settings: Settings, statement: str) -> None:
    """Run a statement as the database's owner."""
    engine = db.make_engine(settings.owner_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_database_without_a_schema_is_refused_with_the_command_that_makes_it(empty: Settings) -> None:
    master_key.create(empty)
    with pytest.raises(StartRefused, match="Run: prom db upgrade"):
        open_installation(empty)


def test_a_database_that_cannot_be_reached_is_refused_without_its_password(tmp_path: Path) -> None:
    nowhere = f"{tmp_path}/planted-password/nowhere"
    for url in (f"sqlite:///{nowhere}/prom.sqlite", f"postgresql+psycopg://prom:planted-password@/prom?host={nowhere}"):
        settings = from_environment({"PROM_DATABASE_URL": url, "PROM_MASTER_KEY": "00" * 32})
        with pytest.raises(StartRefused, match=r"database cannot be reached.*PROM_DATABASE_URL") as refused:
            open_installation(settings)
        assert "planted-password" not in str(refused.value)


def test_a_database_from_a_newer_version_is_refused_by_start_and_upgrade_alike(database: Settings) -> None:
    as_owner(database, "UPDATE alembic_version SET version_num = '9999'")
    for begin in (open_installation, schema.upgrade):
        with pytest.raises(StartRefused, match=r"newer version of Prom \(schema 9999\).*restore a backup"):
            begin(database)


@pytest.mark.hazard("H35")
def test_missing_keys_are_refused_where_there_is_data_and_none_are_made(database: Settings) -> None:
    with db.transaction() as session:
        create_tenant(session, "Syntetisk sykehus")
    database.key_file.unlink()
    with pytest.raises(StartRefused, match=r"has data and its master key is missing.*Put the key back"):
        schema.upgrade(database)
    with pytest.raises(StartRefused, match="No master key"):
        open_installation(database)
    assert not database.key_file.exists()


@pytest.mark.hazard("H35")
def test_the_wrong_key_is_refused(database: Settings) -> None:
    with db.transaction() as session:
        create_tenant(session, "Syntetisk sykehus")
    database.key_file.unlink()
    master_key.create(database)
    with pytest.raises(StartRefused, match="not the one that this database was sealed with"):
        open_installation(database)


def test_a_key_in_the_environment_is_enough_for_an_upgrade_and_no_file_is_made(empty: Settings) -> None:
    schema.upgrade(replace(empty, master_key="ab" * 32))
    assert not empty.key_file.exists()


def test_the_first_upgrade_makes_schema_and_keys_and_a_second_changes_neither(empty: Settings) -> None:
    schema.upgrade(empty)
    key = empty.key_file.read_bytes()
    open_installation(empty)
    with db.transaction() as session:
        tenant = create_tenant(session, "Syntetisk sykehus")
    schema.upgrade(empty)
    assert empty.key_file.read_bytes() == key
    assert empty.home.stat().st_mode & 0o777 == 0o700
    open_installation(empty)
    with db.reading() as session:
        assert session.scalars(select(Tenant.id)).all() == [tenant.id]


def test_another_process_opens_what_this_one_sealed(hospital: Hospital, database: Settings) -> None:
    open_installation(database)  # reads the keys anew, as another process would
    with db.reading() as session:
        assert identity(session, hospital.patient.id).name == "Testine Syntetisk"


@pytest.mark.hazard("H35")
def test_what_was_stored_under_the_first_schema_is_there_under_this_one(empty: Settings) -> None:
    master_key.create(empty)
    ring, tenant_id = crypto.load_master_key(empty), db.new_id()
    wrapping, lookup = ring.make_tenant(tenant_id)
    engine = db.make_engine(empty.owner_url)
    with engine.begin() as connection:
        command.upgrade(schema._alembic(connection), "0001")
        row = {
            "id": tenant_id,
            "name": "Old",
            "wrapping_key": wrapping,
            "lookup_key": lookup,
            "created_at": clock.now(),
        }
        connection.execute(insert(FIRST_TENANT), [row])
    engine.dispose()
    schema.upgrade(empty)
    open_installation(empty)
    with db.reading() as session:
        assert session.get_one(Tenant, tenant_id).name == "Old"
    assert crypto.keyring().tenant(tenant_id) == ring.tenant(tenant_id)
