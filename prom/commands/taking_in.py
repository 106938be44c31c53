"""What stands beside a questionnaire, taken in as drafts: rule sets, pathways and advice; and signing a rule set."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from alerts import library
from prom import db
from prom.catalogue import queries
from prom.catalogue.models import Definition
from prom.catalogue.service import publish, take_in
from prom.commands.publishing import pathway, publish_in_words, signed_by
from prom.commands.questionnaires import FILE, questionnaire, unknown
from prom.commands.rules import rules
from prom.commands.speaking import as_json, opened, operator, say
from prom.commands.telling import tell
from prom.errors import NotFound
from prom.pathways.definition import parse as parse_pathway
from questionnaires.advice import parse_advice
from questionnaires.documents import read
from questionnaires.problems import Problem, QuestionnaireError

__all__ = ["pathway", "rules"]


@rules.command("import")
@click.argument("name", metavar="NAME|FILE")
@click.option("--over", metavar="URL|VERSION", help="Put the rules over this questionnaire instead of their own.")
@as_json
def import_rules(name: str, over: str | None, as_json: bool) -> None:
    """Store the rule set in a file, or a shipped one, as a draft.

    Its questionnaire has to be stored, and every rule to fit it. Rules that Prom ships over an instrument without its
    words are taken in over the form that you have bound to it: see `prom questionnaire score-with --help`.
    """
    document = _over(_rules_called(name), over)
    opened()
    with db.transaction() as session:
        compiled = queries.parse_rule_set(session, _with(document, "questionnaire"))
        row = _take_in(session, "rule-set", compiled.url, compiled.version, compiled.name, document)
        _say(row, as_json)


def _rules_called(name: str) -> Mapping[str, Any]:
    if Path(name).is_file():
        return read(Path(name))
    try:
        return library.load(*name.split("|", 1)).document
    except LookupError:
        raise click.ClickException(f"There is no file and no shipped rule set {name!r}. See: prom rules list") from None


def _over(document: Mapping[str, Any], canonical: str | None) -> Mapping[str, Any]:
    if canonical is None:
        return document
    url, _, version = canonical.partition("|")
    if not url or not version:
        raise click.BadParameter("it names a questionnaire and its version, as URL|VERSION", param_hint="--over")
    # The examples answer the instrument's items by their numbers, which a form of one's own may name otherwise.
    rules = {name: value for name, value in document.items() if name != "examples"}
    return {**rules, "questionnaire": url, "questionnaireVersions": [version]}


@rules.command("publish")
@click.argument("name")
@signed_by
@as_json
def publish_rules(name: str, signed_by: str, as_json: bool) -> None:
    """Publish the newest version of the rule set NAME (or 'URL|VERSION')."""
    publish_in_words(_publish_rules, name, signed_by, as_json)


def _publish_rules(session: Session, name: str, signed_by: str) -> list[Definition]:
    found = queries.newest(session, "rule-set", name)
    publish(session, found, signed_by)
    return [found]


@pathway.command("import")
@click.argument("file", type=FILE)
@click.option("--name", help="The short name; without it, the folder that FILE lies in.")
@as_json
def import_pathway(file: Path, name: str | None, as_json: bool) -> None:
    """Store the pathway in FILE as a draft, and tell what its messages take and what publishing would refuse."""
    document = read(file)
    made = parse_pathway(document, name or file.resolve().parent.name)
    opened()
    tell(made)
    with db.transaction() as session:
        _say(_take_in(session, "pathway", made.url, made.version, made.name, document), as_json)


@questionnaire.command("advise")
@click.argument("name")
@click.argument("file", type=FILE)
@as_json
def advise(name: str, file: Path, as_json: bool) -> None:
    """Store the advice in FILE as a draft for NAME (also url or 'URL|VERSION'), which has to have a scoring key."""
    document = read(file)
    opened()
    with db.transaction() as session:
        try:
            found = queries.newest(session, "questionnaire", name)
        except NotFound:
            raise unknown(name) from None
        key = queries.instrument(session, f"{found.url}|{found.version}").key
        if key is None:
            raise click.ClickException(f"{name!r} has no scoring key. See: prom questionnaire score-with --help")
        parse_advice(document, key)
        _say(_take_in(session, "advice", found.url, found.version, found.name, document), as_json)


def _with(document: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    if not isinstance(document.get(field), str):
        raise QuestionnaireError([Problem(None, "field-missing", "error", {"field": field})])
    return document


def _take_in(session: Session, kind: str, url: str, version: str, name: str, document: Mapping[str, Any]) -> Definition:
    return take_in(session, kind, url, version, name, document, operator().role or "operator")


def _say(row: Definition, as_json: bool) -> None:
    if as_json:
        say({"kind": row.kind, "name": row.name, "url": row.url, "version": row.version, "status": row.status})
    else:
        click.echo(f"Stored {row.kind} {row.name} {row.version} ({row.status}).")
