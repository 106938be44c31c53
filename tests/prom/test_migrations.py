"""The migrations: they end at the very tables that the models describe; the application's role owns none of them."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

import migrations
import prom
from prom import db
from prom.config import Settings
from tests import databases

FEATURES = sorted(path.parent.name for path in Path(prom.__file__).parent.glob("*/models.py"))
for feature in FEATURES:
    importlib.import_module(f"prom.{feature}.models")


@pytest.fixture
def migrated(settings: Settings) -> Iterator[Connection]:
    """A connection of the owner to a database that the migrations have made."""
    engine = db.make_engine(settings.owner_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def made_by_models(settings: Settings) -> Iterator[Connection]:
    """A connection to a database whose tables were made from the models alone."""
    folder = settings.home / "models"
    folder.mkdir()
    addresses = databases.empty_database(folder)
    engine = db.make_engine(addresses.owner)
    db.Base.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
    databases.remove_database(addresses)


def described(connection: Connection) -> dict[str, Any]:
    """Everything the database itself knows of its tables: columns, keys, checks and indexes with their conditions."""
    seen = inspect(connection)
    return {
        name: {
            "columns": {each["name"]: (str(each["type"]), each["nullable"]) for each in seen.get_columns(name)},
            "primary key": seen.get_pk_constraint(name)["constrained_columns"],
            "foreign keys": sorted(
                (each["name"], each["constrained_columns"], each["referred_table"], each["referred_columns"])
                for each in seen.get_foreign_keys(name)
            ),
            "unique": sorted((each["name"], each["column_names"]) for each in seen.get_unique_constraints(name)),
            "checks": sorted((each["name"], each["sqltext"]) for each in seen.get_check_constraints(name)),
            "indexes": sorted(
                (each["name"], each["column_names"], each["unique"], str(_condition(each)))
                for each in seen.get_indexes(name)
            ),
        }
        for name in seen.get_table_names()
        if name != "alembic_version"
    }


def _condition(index: Any) -> object:
    options = index.get("dialect_options", {})
    return next((value for name, value in options.items() if name.endswith("_where")), None)


def test_the_migrations_know_the_models_of_every_feature() -> None:
    runs = (Path(migrations.__file__).parent / "env.py").read_text()
    assert [each for each in FEATURES if f"import prom.{each}.models" not in runs] == []


def test_alembic_finds_nothing_left_to_migrate(migrated: Connection) -> None:
    context = MigrationContext.configure(migrated, opts={"compare_type": True})
    assert compare_metadata(context, db.Base.metadata) == []


@pytest.mark.hazard("H35")
def test_the_migrations_make_the_very_tables_that_the_models_make(
    migrated: Connection, made_by_models: Connection
) -> None:
    by_migrations, by_models = described(migrated), described(made_by_models)
    assert by_migrations.keys() == by_models.keys()
    assert {name: each for name, each in by_migrations.items() if each != by_models[name]} == {}
    assert sum(len(each["checks"]) for each in by_models.values()) > 20
    assert "next_action_at" in str(by_models["alert"]["checks"])
    assert "resolved" in str(by_models["alert"]["indexes"])


def test_every_table_of_patients_names_its_tenant() -> None:
    of_patients = [table for table in db.Base.metadata.sorted_tables if "patient_id" in table.columns]
    assert len(of_patients) > 10
    assert [table.name for table in of_patients if "tenant_id" not in table.columns] == []


def test_every_sealed_row_has_an_id_that_the_application_makes() -> None:
    sealed = [
        table
        for table in db.Base.metadata.sorted_tables
        if any(column.name.endswith("_sealed") for column in table.columns)
    ]
    assert len(sealed) > 8
    for table in sealed:
        assert [column.name for column in table.primary_key] == ["id"]
        assert table.columns["id"].server_default is None


if databases.KIND == "postgresql":

    @pytest.mark.parametrize(
        "statement",
        [
            "DROP TABLE alert",
            "ALTER TABLE alert DROP CONSTRAINT ck_alert_open_has_a_next_action",
            "CREATE TABLE mine (id integer)",
            "TRUNCATE audit_record CASCADE",
            "DELETE FROM tenant",
            "DELETE FROM unit",
            "DELETE FROM patient",
            "DELETE FROM episode",
            "UPDATE alembic_version SET version_num = '0000'",
            "DELETE FROM alembic_version",
        ],
    )
    def test_the_applications_role_changes_no_schema(settings: Settings, statement: str) -> None:
        engine = db.make_engine(settings.database_url)
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def test_the_applications_role_is_neither_owner_nor_superuser(settings: Settings) -> None:
        engine = db.make_engine(settings.database_url)
        with engine.connect() as connection:
            asked = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
            assert connection.scalar(text(asked)) is False
            owned = "SELECT count(*) FROM pg_tables WHERE tableowner = current_user"
            assert connection.scalar(text(owned)) == 0
        engine.dispose()
