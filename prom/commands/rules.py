"""`prom rules list|check|test`: rule sets and their worked examples. Needs neither keys nor database."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from alerts import library
from alerts.parsing import parse
from alerts.problems import RuleError, RuleProblem
from alerts.rules import RuleSet
from prom import db
from prom.catalogue import queries
from prom.catalogue.declared import not_by_sms
from prom.catalogue.models import Definition
from prom.commands.speaking import as_json, opened, say
from prom.errors import StartRefused
from questionnaires import library as instruments
from questionnaires.documents import read
from questionnaires.trees import yaml_tree

#: What was checked, the rule set if it could be read, and what is wrong.
Result = tuple[str, RuleSet | None, Sequence[RuleProblem]]
#: A rule set, and its row in the catalogue where it was published here.
Listed = tuple[RuleSet, Definition | None]


@click.group("rules")
def rules() -> None:
    """Look at the rules that raise alerts."""


@rules.command("list")
@as_json
def show_list(as_json: bool) -> None:
    """List the rule sets that Prom ships, and those that were published here where there is an installation."""
    listed = _listed()
    if as_json:
        say([_summary(rule_set, row) for rule_set, row in listed])
        return
    for each, row in listed:
        status = row.status if row is not None else "shipped"
        title = each.title.read("en")[0]
        click.echo(f"{each.name} {each.version}  {status}  {len(each.rules)} rules  {title}  {each.canonical}")


def _listed() -> list[Listed]:
    """Every rule set once, shipped ones first, each with its row where it was published here."""
    shipped: dict[str, Listed] = {each.canonical: (each, None) for each in library.rule_sets()}
    try:
        opened()
        with db.reading() as session:
            return list((shipped | _published(session)).values())
    except (StartRefused, OperationalError):
        return list(shipped.values())


def _published(session: Session) -> dict[str, Listed]:
    rows = [row for row in queries.definitions(session, "rule-set") if row.status != "draft"]
    compiled = [(queries.rule_set(session, f"{row.url}|{row.version}"), row) for row in rows]
    return {rule_set.canonical: (rule_set, row) for rule_set, row in compiled}


def _summary(rule_set: RuleSet, row: Definition | None) -> dict[str, object]:
    return {
        "name": rule_set.name,
        "version": rule_set.version,
        "url": rule_set.url,
        "title": rule_set.title.read("en")[0],
        "questionnaire": rule_set.questionnaire,
        "questionnaireVersions": list(rule_set.questionnaire_versions),
        "status": row.status if row is not None else "shipped",
        "signedBy": row.signed_by if row is not None else None,
        "rules": [
            {"id": rule.id, "topic": rule.topic, "severity": rule.severity.word, "source": rule.source}
            for rule in rule_set.rules
        ],
    }


@rules.command("check")
@click.argument("names", nargs=-1, metavar="[NAME|FILE]...")
@as_json
@click.pass_context
def check(context: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Tell all for which publishing would refuse shipped rule sets (all, or those named) or the rule set in a file.

    That is: rules that do not fit their questionnaire, worked examples that are missing or do not come out, and an
    emergency on a question that is asked by SMS. What else is published here is not looked at.

    A file's examples stand in it, or beside it in NAME.examples.yaml. Ends with 1 if anything did not come out.
    """
    results = [result for name in names or (None,) for result in _checked(name)]
    if as_json:
        say([_verdict(*result) for result in results])
    else:
        for name, rule_set, problems in results:
            examples = f"{len(rule_set.examples)} examples" if rule_set else "not read"
            click.echo(f"{name}: {examples}, {f'{len(problems)} problems' if problems else 'all well'}")
            for problem in problems:
                click.echo(f"  {problem.text}")
    context.exit(1 if any(problems for _, _, problems in results) else 0)


@rules.command("test")
@click.argument("names", nargs=-1, metavar="[NAME|FILE]...")
@as_json
@click.pass_context
def test(context: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Run the worked examples, and tell of each whether it came out, and what it raised that it should not have.

    They are those of shipped rule sets (all, or those named), or of the rule set in a file, as `rules check` finds
    them. Each is scored and judged as a patient's report is. Ends with 1 if any did not come out.
    """
    checked = [result for name in names or (None,) for result in _checked(name)]
    tried = [(name, *each) for name, rule_set, problems in checked for each in _tried(rule_set, problems)]
    if as_json:
        told = [
            {"name": name, "example": example, "passed": not problems, "problems": [each.text for each in problems]}
            for name, example, problems in tried
        ]
        say(told)
    else:
        for name, example, problems in tried:
            click.echo(f"{'FAILED' if problems else 'passed'}  {name}  {example}")
            for problem in problems:
                click.echo(f"        {problem.text}")
    context.exit(1 if any(problems for _, _, problems in tried) else 0)


def _tried(rule_set: RuleSet | None, problems: Sequence[RuleProblem]) -> Iterator[tuple[str, Sequence[RuleProblem]]]:
    """Yield each example by its name with what did not come out; what cannot be run at all is told in one."""
    if rule_set is None or not rule_set.examples:
        yield "not run", problems
        return
    for example in rule_set.examples:
        yield example.name, library.check(replace(rule_set, examples=(example,)))


def _checked(name: str | None) -> list[Result]:
    if name is not None and Path(name).is_file():
        return [_checked_file(Path(name))]
    found = [each for each in library.rule_sets() if name in (None, each.name, each.canonical)]
    if not found:
        raise click.ClickException(
            f"There is no rule set {name!r}, neither shipped nor as a file. See: prom rules list"
        )
    return [(f"{each.name} {each.version}", each, _problems(each)) for each in found]


def _checked_file(path: Path) -> Result:
    try:
        document = dict(read(path))
        beside = path.with_name(f"{path.stem}.examples.yaml")
        if beside.exists():
            document["examples"] = yaml_tree.load(beside.read_text(encoding="utf-8"))
        rule_set = parse(document, library.instruments())
    except RuleError as refused:
        return path.name, None, refused.problems
    return path.name, rule_set, _problems(rule_set)


def _problems(rule_set: RuleSet) -> list[RuleProblem]:
    return [*library.check(rule_set), *_endangering(rule_set)]


def _endangering(rule_set: RuleSet) -> Iterator[RuleProblem]:
    """Yield the questions asked by SMS of which the rules make an emergency, among what Prom ships."""
    for asked in instruments.versions():
        if rule_set.covers(asked.questionnaire.canonical):
            instrument = queries.Instrument(asked.name, asked.questionnaire, asked.key, asked.advice)
            for problem in not_by_sms(instrument, [rule_set]):
                yield RuleProblem(None, problem.link_id, "asked-by-sms", {"detail": problem.text})


def _verdict(name: str, rule_set: RuleSet | None, problems: Sequence[RuleProblem]) -> dict[str, object]:
    return {
        "name": name,
        "canonical": rule_set.canonical if rule_set else None,
        "valid": not problems,
        "examples": len(rule_set.examples) if rule_set else 0,
        "problems": [{"rule": each.rule, "item": each.item, "code": each.code, "text": each.text} for each in problems],
    }
