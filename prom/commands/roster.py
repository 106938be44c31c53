"""`prom roster`: whose phones ring for a unit, from a file of shifts."""

import csv
import io
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from prom import clock, db, language
from prom.commands.hospital import unit_called
from prom.commands.speaking import LANGUAGE, as_json, opened, operator, say
from prom.duty import service as duty
from prom.duty.models import Shift
from prom.duty.queries import Hole, holes_ahead, shift, shifts
from prom.duty.service import Planned
from prom.staff.models import Unit

COLUMNS = ("starts", "ends", "level", "phone", "name")
at_unit = click.option("--unit", "unit_name", required=True, help="The unit, by its name.")


@click.group("roster")
def roster() -> None:
    """Say whose phones ring for an emergency, level by level."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@at_unit
@as_json
def import_roster(file: Path, unit_name: str, as_json: bool) -> None:
    """Put the shifts of FILE on the roster, all of them or none.

    What is there already with another end or name is changed.

    FILE is CSV in UTF-8 with the columns starts, ends, level, phone and name: local times such as 2026-12-01 08:00,
    level 1 to 3, a mobile number.
    """
    planned = _read(file)
    opened()
    with db.transaction() as session:
        added = duty.add_all(session, unit_called(session, unit_name), planned, operator())
    if as_json:
        say({"added": added, "there": len(planned) - added})
    else:
        click.echo(f"Added or changed {added} shifts; {len(planned) - added} were there already.")


@roster.command("show")
@at_unit
@as_json
def show_roster(unit_name: str, as_json: bool) -> None:
    """Show what is left of the roster, and the holes of the next 14 days."""
    opened()
    now = clock.now()
    with db.reading() as session:
        unit = unit_called(session, unit_name)
        left, holes = shifts(session, unit.id, now), holes_ahead(session, now, [unit.id])
        if as_json:
            say({"shifts": [_shift(each) for each in left], "holes": [_hole(each) for each in holes]})
            return
        for each in left:
            click.echo(f"{each.id}  {_from_to(each.starts_at, each.ends_at, unit)}  {each.level}  {each.name}")
        for hole in holes:
            click.echo(f"Nobody at level {hole.level}: {_from_to(hole.start, hole.end, unit)}")
        if not left:
            click.echo("No roster: the unit's own on-call phone rings.")


@roster.command("remove")
@click.argument("shift_id", type=click.UUID)
@at_unit
@as_json
def remove_shift(shift_id: uuid.UUID, unit_name: str, as_json: bool) -> None:
    """Take the shift SHIFT_ID off the roster; the unit's own on-call phone is always left."""
    opened()
    with db.transaction() as session:
        unit = unit_called(session, unit_name)
        duty.remove(session, unit, shift(session, shift_id, unit.id), operator())
    if as_json:
        say({"removed": str(shift_id)})
    else:
        click.echo("Removed.")


def _read(file: Path) -> list[Planned]:
    """Read the file; refuses one that is not UTF-8, lacks a column or has a row that is too short or too long."""
    try:
        reader = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        raise click.ClickException(f"{file.name} is no CSV in UTF-8.") from None
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise click.ClickException(f"{file.name} lacks the column {missing[0]}.")
    for number, row in enumerate(rows, 1):
        if None in row or None in row.values():
            raise click.ClickException(f"Shift {number} of {file.name} has too few or too many columns.")
    return [Planned(**{name: row[name] for name in COLUMNS}) for row in rows]


def _from_to(start: datetime, end: datetime, unit: Unit) -> str:
    first, last = (language.as_instant(each, unit.zone, LANGUAGE) for each in (start, end))
    return f"{first} to {last}"


def _shift(each: Shift) -> dict[str, Any]:
    return {
        "shift": str(each.id),
        "level": each.level,
        "name": each.name,
        "phone": each.phone,
        "startsAt": each.starts_at.isoformat(),
        "endsAt": each.ends_at.isoformat(),
    }


def _hole(hole: Hole) -> dict[str, Any]:
    return {"level": hole.level, "startsAt": hole.start.isoformat(), "endsAt": hole.end.isoformat()}
