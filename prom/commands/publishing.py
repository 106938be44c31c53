"""`prom pathway list`, and publishing: a named clinician's signature, given at the shell."""

from collections.abc import Callable

import click
from sqlalchemy.orm import Session

from prom import db
from prom.audit import service as audit
from prom.catalogue.models import Definition
from prom.catalogue.queries import definitions, from_json, newest
from prom.catalogue.service import publish_questionnaire
from prom.commands.questionnaires import questionnaire
from prom.commands.speaking import as_json, in_words, opened, operator, say
from prom.commands.telling import link_here, tell
from prom.errors import Conflict, Invalid, NotFound, NotSafe, PublishedAlready
from prom.pathways.definition import parse
from prom.pathways.service import publish_pathway
from prom.staff.queries import the_tenant
from questionnaires.problems import Problem

signed_by = click.option("--signed-by", required=True, metavar="USER", help="User name of the clinician who signed.")


@click.group("pathway")
def pathway() -> None:
    """Look after pathways: what is asked when, and how it is judged."""


@pathway.command("list")
@as_json
def show_list(as_json: bool) -> None:
    """List every version of every pathway; a draft asks nobody until it is published."""
    opened()
    with db.reading() as session:
        rows = [
            {"name": row.name, "version": row.version, "status": row.status, "signedBy": row.signed_by, "url": row.url}
            for row in definitions(session, "pathway")
        ]
    if as_json:
        say(rows)
        return
    for row in rows:
        click.echo(f"{row['name']:<28} {row['version']:<10} {row['status']:<8} {row['url']}")


@pathway.command("publish")
@click.argument("name")
@signed_by
@as_json
def publish_a_pathway(name: str, signed_by: str, as_json: bool) -> None:
    """Publish the newest version of NAME, with every questionnaire, scoring key, advice and rule set that it uses."""
    publish_in_words(_publish_pathway, name, signed_by, as_json)


def _publish_pathway(session: Session, name: str, signed_by: str) -> list[Definition]:
    published = publish_pathway(session, name, signed_by, link_here())
    definition = newest(session, "pathway", name)
    tell(parse(from_json(definition.document), definition.name))
    return published


@questionnaire.command("publish")
@click.argument("name")
@signed_by
@as_json
def publish_a_questionnaire(name: str, signed_by: str, as_json: bool) -> None:
    """Publish the newest version of NAME (or 'URL|VERSION') with its scoring key and advice; it never changes again."""
    publish_in_words(publish_questionnaire, name, signed_by, as_json)


def publish_in_words(
    do: Callable[[Session, str, str], list[Definition]], name: str, signed_by: str, as_json: bool
) -> None:
    """Publish by `do`, write the audit records, and say what was published; refusals come in words."""
    opened()
    with db.transaction() as session:
        try:
            published = do(session, name, signed_by)
        except (NotFound, Invalid, Conflict) as refused:
            raise _in_words(refused, name, signed_by) from None
        tenant = the_tenant(session)
        for row in published:
            audit.record(
                session, operator(), "definition.publish", tenant_id=tenant.id, entity="definition", entity_id=row.id
            )
    if as_json:
        say([{"kind": row.kind, "name": row.name, "url": row.url, "version": row.version} for row in published])
        return
    if not published:
        click.echo("All of it stands published already.")
    for row in published:
        click.echo(f"Published {row.kind} {row.name} {row.version}, signed by {row.signed_by}.")


def _in_words(refused: NotFound | Invalid | Conflict, name: str, signed_by: str) -> Exception:
    if isinstance(refused, NotFound):
        return click.ClickException(f"There is no {refused.field or 'definition'} for {name!r}.")
    if refused.field == "signed_by":
        return click.ClickException(
            f"{signed_by!r} cannot sign this: it takes a nurse or physician with an account, "
            "for rules a physician, other than its author."
        )
    if isinstance(refused, NotSafe | PublishedAlready):
        problems = [each for each in refused.problems if isinstance(each, Problem)]
        return click.ClickException("\n".join([in_words(refused), *(each.text for each in problems)]))
    if isinstance(refused, Invalid):
        return click.ClickException(in_words(refused))
    return click.ClickException(f"{name!r} was withdrawn; it cannot be published again.")
