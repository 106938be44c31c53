"""`prom doctor`: what is wrong with this installation, and what to do about it."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

import prom
from prom import config, crypto, db, schema
from prom.catalogue.queries import definitions
from prom.commands.speaking import as_json, say
from prom.config import Settings
from prom.errors import StartRefused
from prom.oversight.leading import who_leads
from prom.oversight.watch import watch
from prom.pathways.queries import asking_what_is_retired
from prom.simulation.clinic import DEMO_PASSWORD
from prom.simulation.people import WORDS
from prom.staff.queries import clinician_by_username

OLDEST_PYTHON = (3, 11)
STYLESHEET = Path(prom.__file__).parent / "static" / "designsystemet" / "designsystemet.css"
#: What an acknowledged answer needs to be on disk.
DURABLE = {
    "sqlite": {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2", "PRAGMA foreign_keys": "1"},
    "postgresql": {"SHOW fsync": "on", "SHOW synchronous_commit": "on", "SHOW full_page_writes": "on"},
}
START_THE_WORKER = "Start it: prom worker"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it is well, what was found, and what to do where it is not."""

    name: str
    well: bool
    found: str
    remedy: str = ""


@click.command("doctor")
@as_json
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look at each thing that an installation needs; ends with 1 if anything is wrong."""
    checks = list(examine())
    if as_json:
        rows = [{"name": each.name, "ok": each.well, "found": each.found, "remedy": each.remedy} for each in checks]
        say({"ok": all(each.well for each in checks), "checks": rows})
    else:
        for each in checks:
            remedy = "" if each.well or not each.remedy else f" - {each.remedy}"
            click.echo(f"{'ok' if each.well else 'problem':<8} {each.name:<22} {each.found}{remedy}")
    context.exit(0 if all(each.well for each in checks) else 1)


def examine() -> Iterator[Check]:
    """Yield a check for each thing, as far as one can get: without keys or schema what needs them is left out."""
    yield Check("python", sys.version_info >= OLDEST_PYTHON, sys.version.split()[0], "Prom needs Python 3.11 or newer")
    sqlite = ".".join(str(part) for part in db.sqlite_version())
    yield Check("sqlite", db.sqlite_version() >= db.OLDEST_SQLITE, sqlite, "Run: make setup")
    yield Check("stylesheets", STYLESHEET.exists(), str(STYLESHEET), "Run: make setup")
    try:
        settings = config.from_environment()
    except StartRefused as refused:
        yield Check("settings", False, str(refused))
        return
    yield _transport(settings)
    yield _metrics(settings.metrics_folder)
    keys = _keys(settings)
    yield keys
    opened = _schema(settings)
    yield opened
    if keys.well and opened.well:
        yield from _inside(settings)


def _transport(settings: Settings) -> Check:
    if settings.twilio is not None:
        return Check("messages", True, "go out through Twilio")
    found = "are printed by the worker, and reach no telephone"
    return Check("messages", settings.demo, found, "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_SENDER")


def _metrics(folder: Path) -> Check:
    """Whether processes can add up what they count; each starts without, and then tells its own counts only."""
    place = next(each for each in (folder, *folder.parents) if each.exists())
    well = place.is_dir() and os.access(place, os.W_OK)
    return Check("metrics", well, f"in {folder}", f"Let Prom's account write to {place}")


def _keys(settings: Settings) -> Check:
    try:
        crypto.load_master_key(settings)
    except StartRefused as refused:
        return Check("master key", False, str(refused))
    return Check("master key", True, "in PROM_MASTER_KEY" if settings.master_key else f"in {settings.key_file}")


def _schema(settings: Settings) -> Check:
    try:
        if settings.is_sqlite and not settings.home.exists():
            raise StartRefused(f"{settings.home} does not exist. Run: prom db upgrade")
        schema.check(db.connect(settings))
    except StartRefused as refused:
        return Check("schema", False, str(refused))
    except OperationalError as failure:
        return Check("database", False, f"does not answer: {failure.orig}", "Look at PROM_DATABASE_URL and the server")
    return Check("schema", True, "is this version's")


def _inside(settings: Settings) -> Iterator[Check]:
    """What can be asked of a database that answers, with a master key at hand."""
    try:
        schema.load_tenants()
    except StartRefused as refused:
        yield Check("keys fit the data", False, str(refused))
        return
    yield Check("keys fit the data", True, "they open the tenant's keys")
    with db.engine().connect() as connection:
        yield _durability(connection)
        if not settings.is_sqlite:
            yield _role(connection)
    with db.reading() as session:
        pathways = [row for row in definitions(session, "pathway") if row.status == "active"]
        found = ", ".join(f"{row.name} {row.version}" for row in pathways) or "none"
        yield Check("published pathways", bool(pathways), found, "Run: prom pathway publish NAME --signed-by USER")
        led = who_leads(session)
        found = f"{led.holder} since {led.since:%Y-%m-%d %H:%M:%S} UTC" if led is not None else "no worker"
        yield Check("who leads", True, found)  # its silence is told by its jobs
        retired = asking_what_is_retired(session)
        told = "; ".join(f"{name} asks {', '.join(asked)}" for name, asked in retired.items()) or "none is asked"
        yield Check("retired questionnaires", not retired, told, "Publish a version of the pathway that asks another")
        for check in watch(session, settings):
            yield Check(check.name, check.well, check.seen, START_THE_WORKER if _is_of_the_worker(check.name) else "")
        if not settings.demo:
            yield _synthetic_staff()


def _is_of_the_worker(name: str) -> bool:
    return name == "tick" or name.startswith("job ")


def _durability(connection: Connection) -> Check:
    wanted = DURABLE[connection.dialect.name]
    found = {question: str(connection.execute(text(question)).scalar()) for question in wanted}
    seen = ", ".join(f"{question.split()[-1]} {answer}" for question, answer in found.items())
    expected = ", ".join(f"{question.split()[-1]} {answer}" for question, answer in wanted.items())
    return Check("durability", found == wanted, seen, f"It must be: {expected}")


def _role(connection: Connection) -> Check:
    """Whether the application's role could change the schema or the audit log behind Prom's back."""
    row = connection.execute(
        text(
            "SELECT current_user AS name, rolsuper AS super, EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' "
            "AND pg_has_role(tableowner, 'MEMBER')) AS owner FROM pg_roles WHERE rolname = current_user"
        )
    ).one()
    what = "a superuser" if row.super else "the tables' owner" if row.owner else "neither owner nor superuser"
    remedy = "Give PROM_DATABASE_URL a role of its own, and keep the owner's in PROM_OWNER_DATABASE_URL"
    return Check("database role", not (row.super or row.owner), f"{row.name} is {what}", remedy)


def _synthetic_staff() -> Check:
    with db.reading() as session:
        accounts = [clinician_by_username(session, person["username"]) for person in WORDS["staff"]]
        hashes = {each.username: each.password_hash for each in accounts if each and each.active}
    known = [name for name, password_hash in hashes.items() if crypto.password_matches(password_hash, DEMO_PASSWORD)]
    found = f"{', '.join(known)} can sign in with the demonstration's password" if known else "none can sign in"
    return Check("demonstration's staff", not known, found, "Use another database for real patients")
