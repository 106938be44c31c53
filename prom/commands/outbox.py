"""`prom outbox`: what waits to be sent, since when and why, at the shell; without patients, numbers or words."""

import uuid
from typing import Any

import click

from prom import clock, db
from prom.commands.speaking import as_json, opened, operator, say
from prom.language import as_waiting
from prom.messaging.queries import Waiting, waiting
from prom.messaging.resending import resend


@click.command("outbox")
@click.option("--resend", "resend_id", type=click.UUID, help="Try this message anew: now, and with a new end.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@as_json
def outbox(resend_id: uuid.UUID | None, limit: int, as_json: bool) -> None:
    """Show what should have been sent by now and was not, the longest waiting first."""
    opened()
    if resend_id is not None:
        _resend(resend_id, as_json)
        return
    now = clock.now()
    with db.reading() as session:
        found = waiting(session, now, limit)
    if as_json:
        say([_as_document(each) for each in found])
        return
    for each in found:
        late = as_waiting((now - each.due_at).total_seconds(), "en")
        click.echo(f"{each.id}  {each.kind:<12} {each.state.value:<16} {late:<12} {each.reason or '-'}")
    if not found:
        click.echo("Nothing waits.")


def _resend(message_id: uuid.UUID, as_json: bool) -> None:
    with db.transaction() as session:
        refusal = resend(session, message_id, operator())
    if refusal is not None:
        raise click.ClickException(refusal)
    if as_json:
        say({"message": str(message_id), "state": "pending"})
    else:
        click.echo("It is tried anew with the worker's next run.")


def _as_document(each: Waiting) -> dict[str, Any]:
    return {
        "message": str(each.id),
        "kind": each.kind,
        "state": each.state.value,
        "reason": each.reason,
        "dueAt": each.due_at.isoformat(),
        "nextAt": each.next_at.isoformat(),
        "attempts": each.attempts,
    }
