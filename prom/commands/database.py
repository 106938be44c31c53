"""`prom db upgrade`: the schema, the keys, the hospital and the shipped definitions."""

import click

from prom import config, db, master_key, schema
from prom.audit import service as audit
from prom.catalogue.service import take_in_shipped
from prom.commands.speaking import as_json, operator, say
from prom.errors import NotFound
from prom.staff.models import Tenant
from prom.staff.queries import the_tenant
from prom.staff.service import create_tenant


@click.group("db")
def database() -> None:
    """Look after the database."""


@database.command("upgrade")
@click.option("--hospital", default="Hospital", show_default=True, help="The hospital's name, where none is made yet.")
@as_json
def upgrade(hospital: str, as_json: bool) -> None:
    """Bring the database to this version, and store what Prom ships as drafts.

    Creates a master key only where there are neither keys nor data. Keep a copy of it apart from the database.
    """
    settings = config.from_environment()
    had_key = master_key.has_any(settings)
    schema.upgrade(settings)
    schema.open_installation(settings)
    with db.transaction() as session:
        try:
            tenant = the_tenant(session)
        except NotFound:
            tenant = create_tenant(session, hospital)
        count = take_in_shipped(session)
        audit.record(session, operator(), "database.upgrade", tenant_id=tenant.id, entity="tenant", entity_id=tenant.id)
    _tell(tenant, count, None if had_key else str(settings.key_file), as_json)


def _tell(tenant: Tenant, count: int, new_key: str | None, as_json: bool) -> None:
    if as_json:
        say({"hospital": tenant.name, "definitions": count, "newKey": new_key})
        return
    click.echo(f"The database of {tenant.name} is at this version's schema; {count} shipped definitions are stored.")
    if new_key:
        click.echo(
            f"A new master key lies in {new_key}. Keep a copy apart from the database: without it nothing opens."
        )
