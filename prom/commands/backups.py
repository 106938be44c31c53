"""`prom backup` and `prom restore`: sealed copies of the database, and the way back from one."""

from pathlib import Path

import click

from prom import config, db, schema
from prom.audit import service as audit
from prom.backup import quarantine, service
from prom.commands.speaking import as_json, opened, operator, say
from prom.staff.queries import the_tenant


def _told(table: str) -> None:
    click.echo(table, err=True)


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@as_json
def backup(folder: Path, as_json: bool) -> None:
    """Write a sealed backup of one instant into FOLDER, while everything goes on.

    Two files: one of data, one of the patients' keys, to be kept in different places. They open by the master key of
    their day only, which is in neither.
    """
    opened()
    with db.transaction() as session:  # before it: a copy that nobody knows of is worse than a record of none
        tenant = the_tenant(session).id
        audit.record(session, operator(), "database.backup", tenant_id=tenant, entity="tenant", entity_id=tenant)
    taken = service.take(folder, _told)
    if as_json:
        say({"data": str(taken.data), "keys": str(taken.keys), "rows": taken.rows})
        return
    click.echo(f"{sum(taken.rows.values())} rows of {len(taken.rows)} tables:\n{taken.data}\n{taken.keys}")


@click.command("restore")
@click.argument("data", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("keys", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--release", is_flag=True, help="End the quarantine of a restored database.")
def restore(data: Path | None, keys: Path | None, release: bool) -> None:
    """Restore the two files DATA and KEYS of a backup into an empty database, in quarantine.

    In quarantine neither `prom serve` nor `prom worker` starts, so nothing is sent. --release ends it.
    """
    if release and data is None:
        opened()
        with db.transaction() as session:
            quarantine.release(session, operator())
        click.echo("Released: web and worker start again, and what waits in the outbox goes out.")
        return
    if release or data is None or keys is None:
        raise click.UsageError("Give the two files DATA and KEYS, or --release alone.")
    settings = config.from_environment()
    counts = service.restore(settings, data, keys, _told)
    schema.open_installation(settings)
    with db.transaction() as session:
        tenant = the_tenant(session).id
        audit.record(session, operator(), "database.restore", tenant_id=tenant, entity="tenant", entity_id=tenant)
    click.echo(
        f"{sum(counts.values())} rows of {len(counts)} tables are back, and the hospital's keys open. The database is "
        "in quarantine: look at it with `prom doctor`, then run: prom restore --release"
    )
