"""`prom client add|list|revoke`: machines that may call the FHIR door and the API."""

from datetime import timedelta
from typing import Any

import click

from prom import clock, db
from prom.clients import service
from prom.clients.models import Client
from prom.clients.queries import clients
from prom.clients.scopes import SCOPES
from prom.commands.hospital import unit_called
from prom.commands.speaking import as_json, opened, operator, say
from prom.staff.queries import the_tenant

LONGEST = 3 * 365


@click.group("client")
def client() -> None:
    """Look after the machines that may call Prom."""


@client.command("add", epilog="Scopes: " + ", ".join(SCOPES))
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do; may be given more than once.")
@click.option("--unit", "units", multiple=True, help="A unit that it reaches, by name; without any, all of them.")
@click.option("--days", type=click.IntRange(1, LONGEST), default=365, show_default=True, help="How long it may call.")
@as_json
def add_client(name: str, scopes: tuple[str, ...], units: tuple[str, ...], days: int, as_json: bool) -> None:
    """Register the machine NAME and print its bearer token. The token is shown this once; Prom keeps only its hash."""
    opened()
    given = [scope for each in scopes for scope in each.replace(",", " ").split()]
    with db.transaction() as session:
        tenant = the_tenant(session)
        made, token = service.add(
            session,
            tenant.id,
            name=name,
            scopes=given,
            units=[unit_called(session, each) for each in units],
            expires_at=clock.now() + timedelta(days=days),
            actor=operator(),
        )
    if as_json:
        say({**_described(made), "token": token})
    else:
        click.echo(f"{made.name} may call until {made.expires_at.date()}. Its token, shown this once:", err=True)
        click.echo(token)


@client.command("list")
@as_json
def list_clients(as_json: bool) -> None:
    """Show all registered machines: what each may do and until when."""
    opened()
    with db.reading() as session:
        found = [_described(each) for each in clients(session, the_tenant(session).id)]
    if as_json:
        say(found)
        return
    for each in found:
        click.echo(f"{each['name']}: {each['state']}, until {each['expires']}: {' '.join(each['scopes'])}")


@client.command("revoke")
@click.argument("name")
@as_json
def revoke_client(name: str, as_json: bool) -> None:
    """Take the machine NAME's access away for good; every process knows within a second."""
    opened()
    with db.transaction() as session:
        found = service.by_name(session, the_tenant(session).id, name)
        service.revoke(session, found, operator())
    if as_json:
        say(_described(found))
    else:
        click.echo(f"{name} may no longer call.")


def _described(row: Client) -> dict[str, Any]:
    state = "revoked" if row.revoked_at else "expired" if row.expires_at <= clock.now() else "active"
    return {
        "client": str(row.id),
        "name": row.name,
        "state": state,
        "expires": row.expires_at.isoformat(),
        "scopes": row.scopes.split(),
    }
