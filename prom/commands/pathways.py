"""`prom pathway check|dates`: a pathway's document before anybody takes it in. Needs neither keys nor database."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import click

import alerts.library
import questionnaires.library
from prom.assignments.timing import Occurrence, occurrences
from prom.commands.questionnaires import FILE
from prom.commands.speaking import as_json, say
from prom.commands.taking_in import pathway
from prom.commands.telling import counts, in_a_line, link_here
from prom.pathways.checks import problems
from prom.pathways.definition import Asked, Pathway, PathwayError, parse
from prom.pathways.problems import PathwayProblem
from questionnaires.documents import read

__all__ = ["pathway"]

ZONE = ZoneInfo("Europe/Oslo")
WIDTH = 28


@pathway.command("check")
@click.argument("file", type=FILE)
@as_json
@click.pass_context
def check(context: click.Context, file: Path, as_json: bool) -> None:
    """Read the pathway in FILE, count the SMS of its messages, and tell what is wrong with it.

    Ends with 1 if publishing would refuse it. What it asks and judges by is sought among what Prom ships.
    """
    try:
        made = parse(read(file), file.resolve().parent.name)
        found = [*problems(made, _findings(made), link_here()), *_not_shipped(made)]
        lines = counts(made, link_here())
    except PathwayError as refused:
        found, lines = list(refused.problems), []
    errors = [each for each in found if each.severity == "error"]
    if as_json:
        wrong = [
            {"place": each.place, "severity": each.severity, "code": each.code, "text": each.text} for each in found
        ]
        say({"valid": not errors, "sms": lines, "problems": wrong})
    else:
        for line in [*lines, *map(in_a_line, found), f"{file.name}: {'all well' if not errors else 'not fit'}"]:
            click.echo(line)
    context.exit(1 if errors else 0)


def _findings(made: Pathway) -> set[str] | None:
    """Return the ids of the rules that it uses; None where one of its rule sets is not shipped, and nobody can tell."""
    shipped = {each.canonical: each for each in alerts.library.rule_sets()}
    used = {asked.rules for asked in made.asked if asked.rules is not None}
    return {rule.id for name in used for rule in shipped[name].rules} if used <= shipped.keys() else None


def _not_shipped(made: Pathway) -> Iterator[PathwayProblem]:
    versions = questionnaires.library.versions()
    known = {f"{each.questionnaire.url}|{each.version}" for each in versions}
    known |= {each.canonical for each in alerts.library.rule_sets()}
    for asked in made.asked:
        for name in (asked.questionnaire, asked.rules):
            if name is not None and name not in known:
                yield PathwayProblem(asked.key, "not-shipped", {"name": name}, "warning")


@pathway.command("dates")
@click.argument("file", type=FILE)
@click.option("--anchor", "given", multiple=True, metavar="CODE=DAY", help="A day such as treatment-start=2026-11-23.")
@click.option("--most", default=6, show_default=True, type=click.IntRange(1, 1000), help="So many days of each.")
def dates(file: Path, given: tuple[str, ...], most: int) -> None:
    """Show when the pathway in FILE asks and tells, from the days given for its anchors, in Norwegian time."""
    made = parse(read(file), file.resolve().parent.name)
    anchors = dict(_anchor(made, each) for each in given)
    for item in made.items:
        click.echo(f"{item.key:<{WIDTH}} {', '.join(each.name for each in _first(item, anchors, most)) or '-'}")
    for told in made.information:
        day = told.start.on(anchors)
        click.echo(f"{told.key:<{WIDTH}} {day.isoformat() if day else '-'}")


def _anchor(made: Pathway, given: str) -> tuple[str, date]:
    code, _, day = given.partition("=")
    codes = [anchor.code for anchor in made.anchors]
    if code not in codes:
        raise click.BadParameter(f"there is no anchor {code!r}; there is: {', '.join(codes)}")
    try:
        return code, date.fromisoformat(day)
    except ValueError:
        raise click.BadParameter(f"{day!r} is no day; write it as {code}=2026-11-23") from None


def _first(item: Asked, anchors: Mapping[str, date], most: int) -> list[Occurrence]:
    return [] if item.timing is None else list(islice(occurrences(item.timing, anchors, ZONE), most))
