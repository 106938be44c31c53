"""`prom demo`: a clinic with synthetic patients, from nothing to a sign-in page, and again the next day."""

import http.client
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, inspect, select, text
from sqlalchemy.engine import make_url

from prom import config, db, logs, schema
from prom.commands import children
from prom.commands.demo_people import PatientLink, patient_links, sign_ins
from prom.commands.serving import check_port
from prom.commands.speaking import as_json, progress, say
from prom.config import Settings
from prom.errors import StartRefused
from prom.patients.models import Patient
from prom.simulation.clinic import SIGNED_BY
from prom.simulation.service import make_clinic

HOST = "127.0.0.1"
#: Never handed on: the synthetic patients' numbers may be somebody's one day.
VENDOR = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SENDER")
NOT_OURS = (
    "This database has patients and was not made by `prom demo`, which leaves it alone. "
    "Choose another folder: PROM_HOME=/path/to/a/new/folder"
)


@click.command("demo")
@click.option("--seed-only", is_flag=True, help="Fill an empty database and end.")
@as_json
def demo(seed_only: bool, as_json: bool) -> None:
    """Start a clinic with synthetic patients on PORT; Ctrl-C stops it. What was done in it is there the next time."""
    logs.configure(logging.WARNING)
    # Nothing is ever sent to a real telephone, and the pages that only a demonstration has are shown.
    settings = replace(config.from_environment(), demo=True, twilio=None)
    if not seed_only:
        check_port(HOST, settings.port)
    seeded = prepare(settings)
    if seed_only:
        _tell_seeded(seeded, as_json)
    else:
        _run(settings, as_json)


def prepare(settings: Settings) -> bool:
    """Migrate the database and fill it where it is empty; returns whether it was. Raises StartRefused for another's."""
    _refuse_anothers(settings)
    file = _sqlite_file(settings)
    if file is not None and not file.exists():
        _make_beside(settings, file)
        schema.open_installation(settings)
        return True
    schema.upgrade(settings)
    schema.open_installation(settings)
    with db.reading() as session:
        patients = session.scalar(select(func.count()).select_from(Patient))
    if not patients:
        _fill(settings)
    return not patients


def _refuse_anothers(settings: Settings) -> None:
    """Look before anything is migrated; the two tables are asked for nothing that a schema could change."""
    file = _sqlite_file(settings)
    if file is not None and not file.exists():
        return
    engine = db.make_engine(settings.owner_url)
    with engine.connect() as connection:
        if inspect(connection).has_table("patient"):
            patients = connection.execute(text("SELECT 1 FROM patient LIMIT 1")).first()
            ours = connection.execute(
                text("SELECT 1 FROM clinician WHERE username = :name"), {"name": SIGNED_BY}
            ).first()
            if patients and not ours:
                raise StartRefused(NOT_OURS)
    engine.dispose()


def _sqlite_file(settings: Settings) -> Path | None:
    name = make_url(settings.database_url).database
    return Path(name) if settings.is_sqlite and name else None


def _make_beside(settings: Settings, file: Path) -> None:
    """Fill a file of another name and give it its own when it is whole: a stop halfway leaves no half clinic behind."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    for leftover in file.parent.glob(f"{unfinished.name}*"):
        leftover.unlink()
    url = f"sqlite:///{unfinished}"
    beside = replace(settings, database_url=url, owner_url=url)
    schema.upgrade(beside)
    schema.open_installation(beside)
    _fill(beside)
    db.dispose()
    os.replace(unfinished, file)


def _fill(settings: Settings) -> None:
    with progress("Filling the synthetic clinic") as tell:
        make_clinic(settings, progress=tell)


def _tell_seeded(seeded: bool, as_json: bool) -> None:
    if as_json:
        say({"seeded": seeded, "signIns": [each.as_document() for each in sign_ins()]})
    else:
        click.echo("The synthetic clinic is filled." if seeded else "The synthetic clinic was filled already.")


def _run(settings: Settings, as_json: bool) -> None:
    links = patient_links(settings)
    db.dispose()
    commands = {"web": ["serve", "--host", HOST, "--processes", "1", "--quiet"], "worker": ["worker", "--quiet"]}
    with children.told_to_stop() as told:
        # With --json only the document goes to standard output, not the messages that the worker prints.
        output = sys.stderr if as_json else sys.stdout
        with children.started(commands, _environment(settings), output) as started:
            children.wait_until(lambda: _answers(settings.port), started, told)
            _tell_running(settings, links, as_json)
            children.wait_for_the_end(started, told)
    click.echo("Stopped.", err=True)


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **dict.fromkeys(VENDOR, ""),
        "PROM_DEMO": "1",
        "PROM_HOME": str(settings.home),
        "PORT": str(settings.port),
    }


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _tell_running(settings: Settings, links: list[PatientLink], as_json: bool) -> None:
    if as_json:
        say(_as_document(settings, links))
        sys.stdout.flush()
        return
    lines = [
        "",
        f"Prom runs at {settings.public_address} with synthetic patients. Ctrl-C stops it.",
        "",
        "Staff sign in there:",
        *(f"  {each.role:<14} {each.username:<10} {each.password}" for each in sign_ins()),
        "",
        "Patients, on a phone or in a narrow window; each is asked for her birth date:",
        *(f"  {each.name}, born {each.birth_date}\n    {each.address}" for each in links),
        "",
        "Messages to patients are printed here.",
    ]
    click.echo("\n".join(lines))


def _as_document(settings: Settings, links: list[PatientLink]) -> dict[str, Any]:
    return {
        "address": settings.public_address,
        "signIns": [each.as_document() for each in sign_ins()],
        "patients": [each.as_document() for each in links],
    }
