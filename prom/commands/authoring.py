"""`prom questionnaire diff` and `prom questionnaire lint`: what an author asks before a second person signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from alerts.safety import emergency_items
from prom import db
from prom.catalogue import queries
from prom.catalogue.drafts import rule_sets_of
from prom.catalogue.exchange import completed
from prom.catalogue.service import parts_of
from prom.commands.questionnaires import questionnaire, unknown
from prom.commands.speaking import as_json, opened, say
from prom.errors import NotFound
from questionnaires.advice import Advice, parse_advice
from questionnaires.authoring.differences import Change, differences, needs_new_version
from questionnaires.authoring.linting import is_grave, lint
from questionnaires.definition import Questionnaire
from questionnaires.documents import read
from questionnaires.keys.scales import ScoringKey
from questionnaires.parsing import parse
from questionnaires.problems import Problem
from questionnaires.scoring import parse_key

__all__ = ["questionnaire"]


@dataclass(frozen=True)
class Found:
    """A version of a questionnaire, from a file or the catalogue, with the documents of what belongs to it."""

    questionnaire: Questionnaire
    #: The document that it was read from, which may be a Bundle of language versions.
    source: Mapping[str, Any]
    key: Mapping[str, Any] | None
    advice: Mapping[str, Any] | None
    #: The linkIds whose answers its stored rules call an emergency.
    emergencies: frozenset[str] = frozenset()


@questionnaire.command("diff")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@as_json
@click.pass_context
def show_differences(context: click.Context, before: str, after: str, as_json: bool) -> None:
    """Say what differs between two versions, and whether in meaning or in wording.

    Each is a file (its scoring key beside it in NAME.scoring.yaml), a name, a url, or 'URL|VERSION'. Ends with 1 where
    the meaning differs under one url and version: that needs a new version.
    """
    old, new = _found(before), _found(after)
    sources = old.source, new.source
    changes = differences(old.questionnaire, new.questionnaire, (old.key, new.key), sources)
    same_name = old.questionnaire.canonical == new.questionnaire.canonical
    if as_json:
        say(_as_document(old, new, changes))
    else:
        _speak(changes, same_name)
    context.exit(1 if same_name and needs_new_version(changes) else 0)


def _as_document(old: Found, new: Found, changes: tuple[Change, ...]) -> dict[str, Any]:
    return {
        "before": old.questionnaire.canonical,
        "after": new.questionnaire.canonical,
        "needsNewVersion": needs_new_version(changes),
        "changes": [
            {"kind": each.kind, "linkId": each.link_id, "code": each.code, "text": each.text} for each in changes
        ],
    }


def _speak(changes: tuple[Change, ...], same_name: bool) -> None:
    for kind in ("meaning", "wording"):
        for change in (each for each in changes if each.kind == kind):
            click.echo(f"{kind}: {change.text}")
    if not changes:
        click.echo("nothing differs")
    elif same_name and needs_new_version(changes):
        click.echo("The meaning differs: this needs a new version.")


@questionnaire.command("lint")
@click.argument("name", metavar="FILE|NAME|URL|VERSION")
@as_json
@click.pass_context
def show_lint(context: click.Context, name: str, as_json: bool) -> None:
    """Say what an author should mend in a file, or in what is stored: by name, url, or 'URL|VERSION'.

    Ends with 1 where there is an error or a warning; an information alone lets it end with 0.
    """
    found = _found(name)
    key = parse_key(found.key, found.questionnaire) if found.key is not None else None
    problems = lint(found.questionnaire, key, _advice(found, key), found.emergencies)
    if as_json:
        say({"canonical": found.questionnaire.canonical, "problems": [_problem(each) for each in problems]})
    else:
        for problem in problems:
            click.echo(f"{problem.severity}: {problem.text}")
        if not problems:
            click.echo("nothing to mend")
    context.exit(1 if is_grave(problems) else 0)


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "linkId": problem.link_id,
        "code": problem.code,
        "severity": problem.severity,
        "text": problem.text,
    }


def _advice(found: Found, key: ScoringKey | None) -> Advice | None:
    return parse_advice(found.advice, key) if found.advice is not None and key is not None else None


def _found(name: str) -> Found:
    """Find a version by file or in the catalogue; raises QuestionnaireError for one that cannot be read."""
    path = Path(name)
    if path.is_file():
        source = completed(read(path))
        return Found(parse(source), source, _beside(path, "scoring"), _beside(path, "advice"))
    opened()
    with db.reading() as session:
        return _stored(session, name)


def _beside(path: Path, what: str) -> Mapping[str, Any] | None:
    beside = path.with_name(f"{path.stem}.{what}.yaml")
    return read(beside) if beside.exists() else None


def _stored(session: Session, name: str) -> Found:
    try:
        row = queries.newest(session, "questionnaire", name)
    except NotFound:
        raise unknown(name) from None
    documents = {part.kind: queries.from_json(part.document) for part in parts_of(session, row.url, row.version)}
    rules = rule_sets_of(session, f"{row.url}|{row.version}")
    return Found(
        parse(documents["questionnaire"]),
        documents["questionnaire"],
        documents.get("scoring-key"),
        documents.get("advice"),
        frozenset(link_id for each in rules for link_id in emergency_items(each)),
    )
