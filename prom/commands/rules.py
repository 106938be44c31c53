"""`prom rules list|check`: the shipped rule sets and their worked examples. Needs neither keys nor database."""

from collections.abc import Sequence
from pathlib import Path

import click

from alerts import library
from alerts.parsing import parse
from alerts.problems import RuleError, RuleProblem
from alerts.rules import RuleSet
from prom.commands.speaking import as_json, say
from questionnaires.documents import read
from questionnaires.trees import yaml_tree

#: What was checked, the rule set if it could be read, and what is wrong.
Result = tuple[str, RuleSet | None, Sequence[RuleProblem]]


@click.group("rules")
def rules() -> None:
    """Look at the rules that raise alerts."""


@rules.command("list")
@as_json
def show_list(as_json: bool) -> None:
    """List the rule sets that Prom ships."""
    if as_json:
        say([_summary(each) for each in library.rule_sets()])
        return
    for each in library.rule_sets():
        click.echo(f"{each.name} {each.version}  {len(each.rules)} rules  {each.title.read('en')[0]}  {each.canonical}")


def _summary(rule_set: RuleSet) -> dict[str, object]:
    return {
        "name": rule_set.name,
        "version": rule_set.version,
        "url": rule_set.url,
        "title": rule_set.title.read("en")[0],
        "questionnaire": rule_set.questionnaire,
        "questionnaireVersions": list(rule_set.questionnaire_versions),
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
    """Run the worked examples of shipped rule sets (all of them, or those named) or of the rule set in a file.

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


def _checked(name: str | None) -> list[Result]:
    if name is not None and Path(name).is_file():
        return [_checked_file(Path(name))]
    found = [each for each in library.rule_sets() if name in (None, each.name, each.canonical)]
    if not found:
        raise click.ClickException(
            f"There is no rule set {name!r}, neither shipped nor as a file. See: prom rules list"
        )
    return [(f"{each.name} {each.version}", each, library.check(each)) for each in found]


def _checked_file(path: Path) -> Result:
    try:
        document = dict(read(path))
        beside = path.with_name(f"{path.stem}.examples.yaml")
        if beside.exists():
            document["examples"] = yaml_tree.load(beside.read_text(encoding="utf-8"))
        rule_set = parse(document, library.instruments())
    except RuleError as refused:
        return path.name, None, refused.problems
    return path.name, rule_set, library.check(rule_set)


def _verdict(name: str, rule_set: RuleSet | None, problems: Sequence[RuleProblem]) -> dict[str, object]:
    return {
        "name": name,
        "canonical": rule_set.canonical if rule_set else None,
        "valid": not problems,
        "examples": len(rule_set.examples) if rule_set else 0,
        "problems": [{"rule": each.rule, "item": each.item, "code": each.code, "text": each.text} for each in problems],
    }
