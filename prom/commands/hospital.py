"""`prom unit add` and `prom staff add`: who works where."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from prom import db
from prom.audit import service as audit
from prom.commands.speaking import as_json, opened, operator, say
from prom.errors import NotFound
from prom.language import STAFF_LANGUAGES
from prom.patients.phone import any_phone
from prom.staff.models import Unit
from prom.staff.permissions import Role
from prom.staff.queries import the_tenant, unit_by_name
from prom.staff.service import add_clinician, create_unit


@click.group("unit")
def unit() -> None:
    """Look after the units: wards and clinics."""


@unit.command("add")
@click.argument("name")
@click.option("--phone", required=True, help="The number that patients call.")
@click.option("--on-call-phone", required=True, help="The phone that rings for an emergency.")
@click.option("--zone", default="Europe/Oslo", show_default=True, help="An IANA time zone.")
@as_json
def add_unit(name: str, phone: str, on_call_phone: str, zone: str, as_json: bool) -> None:
    """Add the unit NAME."""
    opened()
    numbers = {"phone": any_phone(phone), "on_call_phone": any_phone(on_call_phone, "on_call_phone")}
    with db.transaction() as session:
        tenant = the_tenant(session)
        made = create_unit(session, tenant, name, **numbers, zone=zone)
        audit.record(session, operator(), "unit.add", tenant_id=tenant.id, entity="unit", entity_id=made.id)
    if as_json:
        say({"unit": str(made.id)})
    else:
        click.echo(f"Added the unit {name}.")


@click.group("staff")
def staff() -> None:
    """Look after the people who sign in."""


@staff.command("add")
@click.argument("username")
@click.option("--name", "display_name", required=True, help="The name that others read.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--unit", "units", multiple=True, help="A unit by its name; may be given more than once.")
@click.option("--language", type=click.Choice(STAFF_LANGUAGES), default="nb", show_default=True)
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the password from the first line of a file instead of asking for it.",
)
@as_json
def add_staff(units: tuple[str, ...], password_file: Path | None, as_json: bool, **given: str) -> None:
    """Let USERNAME sign in. The password is asked for, or read from a file; it never stands in the command."""
    opened()
    password = _password(password_file)
    with db.transaction() as session:
        tenant = the_tenant(session)
        at = [unit_called(session, name) for name in units]
        made = add_clinician(session, tenant, password=password, units=at, **given)
        audit.record(session, operator(), "clinician.add", tenant_id=tenant.id, entity="clinician", entity_id=made.id)
    if as_json:
        say({"clinician": str(made.id)})
    else:
        click.echo(f"{given['username']} can sign in as {given['role']}.")


def unit_called(session: Session, name: str) -> Unit:
    """Return the unit of this name; raises ClickException saying how one is added."""
    try:
        return unit_by_name(session, name)
    except NotFound:
        raise click.ClickException(f"There is no unit called {name!r}. Add it first: prom unit add") from None


def _password(file: Path | None) -> str:
    if file is None:
        given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return given
    lines = file.read_text(encoding="utf-8").splitlines()
    return lines[0] if lines else ""
