"""`prom questionnaire ...`: looking at questionnaires, taking them in and letting them out."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from prom import db
from prom.catalogue import exchange, queries
from prom.catalogue.exchange import Imported
from prom.catalogue.models import Definition
from prom.commands.speaking import as_json, opened, operator, say
from prom.errors import NotFound
from questionnaires.definition import Item, Questionnaire
from questionnaires.documents import read
from questionnaires.parsing import parse
from questionnaires.problems import Problem, QuestionnaireError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
#: What the catalogue, not the questionnaire itself, has against an import.
OWN_WORDS = {
    "language-replaced": "the replaced draft also spoke {languages}; a Bundle keeps several languages",
}


@click.group("questionnaire")
def questionnaire() -> None:
    """Look after questionnaires."""


@questionnaire.command("list")
@as_json
def show_list(as_json: bool) -> None:
    """List every version of every questionnaire."""
    opened()
    with db.reading() as session:
        rows = [
            {"name": row.name, "url": row.url, "version": row.version, "status": row.status}
            for row in queries.definitions(session, "questionnaire")
        ]
    if as_json:
        say(rows)
        return
    for row in rows:
        click.echo(f"{row['name']:<24} {row['version']:<10} {row['status']:<8} {row['url']}")


@questionnaire.command("show")
@click.argument("name")
@as_json
def show(name: str, as_json: bool) -> None:
    """Show the items of a questionnaire: by name (the newest version), url, or 'URL|VERSION'."""
    opened()
    with db.reading() as session:
        found = parse(queries.from_json(_newest(session, name).document))
    if as_json:
        say(_as_document(found))
        return
    click.echo(f"{found.title.read('en')[0]}  {found.canonical}  {found.status}  {', '.join(found.languages)}")
    for depth, item in _walk(found.items):
        click.echo(f"{'  ' * depth}{item.link_id} [{item.type.value}] {item.text.read('en')[0] if item.text else ''}")


def _as_document(found: Questionnaire) -> dict[str, Any]:
    items = [
        {"linkId": item.link_id, "type": item.type.value, "text": str(item.text or ""), "required": item.required}
        for item in found.all_items
    ]
    return {
        "url": found.url,
        "version": found.version,
        "status": found.status,
        "title": str(found.title),
        "languages": list(found.languages),
        "publishable": found.publishable,
        "problems": [problem_document(each) for each in found.problems],
        "items": items,
    }


def _walk(items: Iterable[Item], depth: int = 1) -> Iterable[tuple[int, Item]]:
    for item in items:
        yield depth, item
        yield from _walk(item.items, depth + 1)


@questionnaire.command("import")
@click.argument("file", type=FILE)
@as_json
@click.pass_context
def import_file(context: click.Context, file: Path, as_json: bool) -> None:
    """Store the FHIR R4 Questionnaire in FILE as a draft, or each one of a Bundle. Ends with 1 if one is refused.

    Language versions in one Bundle, with the same url and version, become one questionnaire in several languages.
    """
    opened()
    try:
        document = read(file)
    except QuestionnaireError as unreadable:
        document, results = {}, [Imported(None, None, None, "refused", False, unreadable.problems)]
    else:
        with db.transaction() as session:
            results = exchange.import_document(session, document, author=operator().role or "operator")
    if as_json:
        replies = [_imported(each) for each in results]
        say(replies if document.get("resourceType") == "Bundle" else replies[0])
    for each in results if not as_json else ():
        click.echo(f"{each.outcome}: {each.url}|{each.version} {each.language or ''}".rstrip())
        for problem in each.problems:
            click.echo(f"  {problem.severity}: {problem_text(problem)}")
    if not results:
        click.echo("There is no questionnaire in this Bundle: nothing was imported.", err=True)
    if not results or any(each.outcome == "refused" for each in results):
        context.exit(1)


def _imported(result: Imported) -> dict[str, Any]:
    return {
        "url": result.url,
        "version": result.version,
        "language": result.language,
        "outcome": result.outcome,
        "publishable": result.publishable,
        "problems": [problem_document(each) for each in result.problems],
    }


def problem_document(problem: Problem) -> dict[str, Any]:
    """Return a problem as every command's --json gives it."""
    return {
        "linkId": problem.link_id,
        "code": problem.code,
        "severity": problem.severity,
        "text": problem_text(problem),
    }


def problem_text(problem: Problem) -> str:
    """Return what a problem says, in English."""
    own = OWN_WORDS.get(problem.code)
    return own.format_map(problem.values) if own else problem.text


@questionnaire.command("export")
@click.argument("name")
@click.option("--format", "file_format", type=click.Choice(["fhir"]), default="fhir", show_default=True)
@click.option("--language", help="One of several language versions; without it they leave as the Bundle they came in.")
def export(name: str, file_format: str, language: str | None) -> None:
    """Write a questionnaire's document to standard output as it came in: by name, url, or 'URL|VERSION'."""
    opened()
    with db.reading() as session:
        _newest(session, name)
        try:
            say(exchange.export_document(session, name, language))
        except NotFound:
            raise click.ClickException(f"There is no version of {name!r} in {language!r}.") from None


def _newest(session: Session, name: str) -> Definition:
    try:
        return queries.newest(session, "questionnaire", name)
    except NotFound:
        raise unknown(name) from None


def unknown(name: str) -> click.ClickException:
    """The refusal of a name that nothing is stored under."""
    return click.ClickException(f"There is no questionnaire {name!r}. See: prom questionnaire list")
