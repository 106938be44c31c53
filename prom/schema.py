"""The database's schema and an installation's start: migrate, check, load keys."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

import migrations
from prom import crypto, db, master_key
from prom.config import Settings
from prom.crypto import CannotOpen
from prom.errors import StartRefused
from prom.staff import tenant_keys

#: What the application role may only add to.
APPEND_ONLY = ("audit_record", "audit_subject")
#: What the application role never deletes from: assignments and messages name these without a foreign key.
KEPT = ("tenant", "unit", "patient", "episode")


def upgrade(settings: Settings) -> None:
    """Bring the database to this version's schema. Creates keys only where there are neither keys nor data.

    Raises StartRefused where data is there and its keys are not.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = engine_for_migrating(settings.owner_url)
    try:
        if not master_key.has_any(settings):
            if _has_data(engine):
                raise StartRefused(
                    f"The database has data and its master key is missing. Put the key back at {settings.key_file} "
                    "or into PROM_MASTER_KEY; a new key could not open what is stored."
                )
            master_key.create(settings)
        refuse_newer(engine)
        with engine.begin() as connection:
            migrate(connection, "head")
            grant(connection, settings)
    finally:
        engine.dispose()


def engine_for_migrating(url: str) -> Engine:
    """Make an engine on which SQLite lets a table be made anew that others point at; `migrate` looks at all keys."""
    engine = db.make_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _entry: connection.execute("PRAGMA foreign_keys = OFF"))
    return engine


def migrate(connection: Connection, revision: str) -> None:
    """Bring the database to a revision; raises StartRefused where a row would point at nothing afterwards."""
    command.upgrade(_alembic(connection), revision)
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise StartRefused("A row of the database points at one that is not there. Nothing was changed.")


def open_installation(settings: Settings) -> None:
    """Connect, check the schema and load all keys; raises StartRefused saying what is wrong and what to do."""
    engine = db.connect(settings)
    check(engine)
    crypto.load_master_key(settings)
    load_tenants()


def check(engine: Engine) -> None:
    """Raise StartRefused unless the database has exactly this version's schema."""
    refuse_newer(engine)
    current = _current(engine)
    if current != _head():
        raise StartRefused("The database is not at this version's schema. Run: prom db upgrade")


def refuse_newer(engine: Engine) -> None:
    """Raise StartRefused for a database that a newer Prom has migrated."""
    refuse_unknown(_current(engine))


def refuse_unknown(current: str | None) -> None:
    """Raise StartRefused for a schema that only a newer Prom knows; None, before any, is known."""
    known = {revision.revision for revision in _scripts().walk_revisions()}
    if current is not None and current not in known:
        raise StartRefused(
            f"The database is from a newer version of Prom (schema {current}). Start that version, or restore a backup "
            "from before its upgrade."
        )


def load_tenants() -> None:
    """Unwrap the tenants' keys into memory; raises StartRefused when the master key is not theirs."""
    with db.reading() as session:
        try:
            tenant_keys.load(session)
        except CannotOpen:
            raise StartRefused(
                "The master key is not the one that this database was sealed with. Put the right key back."
            ) from None


def _has_data(engine: Engine) -> bool:
    with engine.connect() as connection:
        if not inspect(connection).has_table("tenant"):
            return False
        return connection.execute(text("SELECT 1 FROM tenant LIMIT 1")).first() is not None


def _current(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError:
        # The driver's own words can hold the address with its password.
        raise StartRefused(
            "The database cannot be reached. Check that it is running and that PROM_DATABASE_URL is right; for the "
            "embedded one run: prom db upgrade"
        ) from None


def _head() -> str | None:
    return _scripts().get_current_head()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_alembic())


def _alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    return config


def grant(connection: Connection, settings: Settings) -> None:
    """On PostgreSQL give the application role what it needs: it owns nothing, and cannot change the audit log."""
    if settings.is_sqlite or settings.owner_url == settings.database_url:
        return
    role = make_url(settings.database_url).username
    if role is None:
        raise StartRefused("PROM_DATABASE_URL names no role.")
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"))
    for table in APPEND_ONLY:
        connection.execute(text(f"REVOKE UPDATE, DELETE ON {table} FROM {quoted}"))
    for table in KEPT:
        connection.execute(text(f"REVOKE DELETE ON {table} FROM {quoted}"))
    connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}"))
