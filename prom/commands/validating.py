"""`prom questionnaire validate`: one response against one questionnaire, both files; nothing is stored."""

from dataclasses import replace
from pathlib import Path

import click

from prom.catalogue import exchange
from prom.commands.questionnaires import FILE, problem_document, problem_text, questionnaire
from prom.commands.speaking import as_json, say
from questionnaires.documents import loads, read
from questionnaires.languages import documents
from questionnaires.pairing import answering
from questionnaires.parsing import parse
from questionnaires.problems import Problem, QuestionnaireError, ResponseError
from questionnaires.response import from_fhir
from questionnaires.validation import validate as find_problems

__all__ = ["questionnaire", "validate"]


@questionnaire.command("validate")
@click.argument("asked", type=FILE, metavar="QUESTIONNAIRE")
@click.argument("response", type=FILE)
@as_json
@click.pass_context
def validate(context: click.Context, asked: Path, response: Path, as_json: bool) -> None:
    """Check the response in one file against the questionnaire in another. Ends with 1 if it is not valid.

    Takes JSON, and FHIR's XML where a file is called .xml. Needs neither keys nor database, and stores nothing.
    """
    problems = _problems(asked, response)
    valid = not any(problem.severity == "error" for problem in problems)
    if as_json:
        say({"valid": valid, "problems": [problem_document(each) for each in problems]})
    else:
        click.echo("valid" if valid else "not valid")
        for problem in problems:
            click.echo(f"  {problem.severity}: {problem_text(problem)}")
    context.exit(0 if valid else 1)


def _problems(asked: Path, response: Path) -> tuple[Problem, ...]:
    """Return all that is wrong with a response, or with the questionnaire, which nothing can then be held against."""
    try:
        given = read(asked)
        questionnaire = parse(exchange.completed(given))
        document = read(response) if response.suffix == ".xml" else loads(response.read_text(encoding="utf-8-sig"))
        document, warnings = answering(document, questionnaire, documents(given)[0])
        # What of the questionnaire cannot be run, the verdict knows nothing of.
        unseen = [replace(each, severity="warning") for each in questionnaire.problems if each.severity == "error"]
        return (*unseen, *warnings, *find_problems(questionnaire, from_fhir(document, all_of_r4=True)))
    except (QuestionnaireError, ResponseError) as refused:
        return refused.problems
    except UnicodeDecodeError:
        return (Problem(None, "unreadable", "error", {"file": response.name, "reason": "it is not UTF-8"}),)
