"""`prom keys status|rotate|rewrap|remove`: changing the master key while everything goes on."""

import click

from prom import crypto, db, master_key, schema
from prom.audit import service as audit
from prom.commands.speaking import as_json, opened, operator, progress, say
from prom.config import Settings
from prom.crypto import Keyring
from prom.errors import StartRefused
from prom.staff import tenant_keys
from prom.staff.queries import the_tenant


@click.group("keys")
def keys() -> None:
    """Look after the master key."""


@keys.command("status")
@as_json
def status(as_json: bool) -> None:
    """Show the master keys by name, the one that seals first, and how many hospitals' keys wait for it."""
    settings = opened()
    masters, waiting = crypto.keyring().masters, _waiting()
    where = "PROM_MASTER_KEY" if settings.master_key is not None else str(settings.key_file)
    if as_json:
        say({"where": where, "masterKeys": list(masters), "waiting": waiting})
        return
    click.echo(f"In {where}, the newest first: {', '.join(masters)}")
    if waiting:
        click.echo(f"Not yet wrapped by {masters[0]}: the keys of {waiting}. Run: prom keys rewrap")
    elif len(masters) > 1:
        click.echo("No stored key needs the older ones. Restart web and workers, then run: prom keys remove")
    else:
        click.echo("All that is stored opens by it.")


@keys.command("rotate")
@as_json
def rotate(as_json: bool) -> None:
    """Make a new master key, put it in front of the old one in the key file, and wrap all keys by it.

    Web and workers go on meanwhile. The old key still opens, until `prom keys remove`. Stopped half-way, it is ended by
    `prom keys rewrap`.
    """
    settings = opened()
    if _waiting():
        raise StartRefused("An earlier change of the master key is not at its end. Run: prom keys rewrap")
    master_key.change(settings, lambda now: (crypto.new_key(), *now))
    schema.open_installation(settings)
    _rewrap(as_json)


@keys.command("rewrap")
@as_json
def rewrap(as_json: bool) -> None:
    """Wrap all keys by the newest master key: after a stopped `rotate`, or a new key in PROM_MASTER_KEY."""
    opened()
    _rewrap(as_json)


@keys.command("remove")
@as_json
def remove(as_json: bool) -> None:
    """Take the older master keys out of the key file, once nothing stored needs them.

    Backups that were sealed by them still do: keep a copy for as long as those are kept.
    """
    settings = opened()
    if _waiting():
        raise StartRefused("Stored keys still need an older master key. Run: prom keys rewrap")
    removed = crypto.keyring().masters[1:]
    if removed:
        _remove_older(settings)
    if as_json:
        say({"removed": list(removed)})
    else:
        click.echo(f"Removed: {', '.join(removed)}" if removed else "There is only one master key.")


def _remove_older(settings: Settings) -> None:
    """Take out what was looked at and nothing else: a key that has come meanwhile may be all that opens the rest."""
    looked_at = crypto.keyring().masters

    def only_first(now: tuple[bytes, ...]) -> tuple[bytes, ...]:
        if Keyring(*now).masters != looked_at:
            raise StartRefused("The master keys were changed meanwhile. Nothing was removed.")
        with db.transaction() as session:
            tenant = the_tenant(session)
            audit.record(session, operator(), "keys.remove", tenant_id=tenant.id, entity="tenant", entity_id=tenant.id)
        return now[:1]

    master_key.change(settings, only_first)


def _waiting() -> int:
    with db.reading() as session:
        return len(tenant_keys.behind(session))


def _rewrap(as_json: bool) -> None:
    with progress("Wrapping keys") as show, db.transaction() as session:
        waiting = len(tenant_keys.behind(session))
        for done, _tenant in enumerate(tenant_keys.wrap_again(session, operator()), 1):
            show(done / waiting)
    newest = crypto.keyring().masters[0]
    if as_json:
        say({"newest": newest, "wrapped": waiting})
    else:
        click.echo(f"{waiting} wrapped by the master key {newest}. Keep a copy of it apart from the database.")
