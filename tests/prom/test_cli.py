import json

import click
import pytest
from click.testing import CliRunner

from prom.cli import main
from prom.commands.speaking import RefusingGroup, in_words
from prom.errors import AlreadyRegistered, Invalid, NotSignedIn, Refused, StartRefused

COMMANDS = [
    "backup",
    "bench",
    "client add",
    "client list",
    "client revoke",
    "db upgrade",
    "demo",
    "doctor",
    "export",
    "keys remove",
    "keys rewrap",
    "keys rotate",
    "keys status",
    "outbox",
    "pathway check",
    "pathway dates",
    "pathway import",
    "pathway list",
    "pathway publish",
    "patient add",
    "patient anchor",
    "patient end",
    "patient pause",
    "patient restore",
    "patient resume",
    "patient stop",
    "questionnaire advise",
    "questionnaire diff",
    "questionnaire export",
    "questionnaire import",
    "questionnaire lint",
    "questionnaire list",
    "questionnaire publish",
    "questionnaire score-with",
    "questionnaire show",
    "questionnaire validate",
    "restore",
    "roster import",
    "roster remove",
    "roster show",
    "rules backtest",
    "rules check",
    "rules import",
    "rules list",
    "rules publish",
    "rules test",
    "score",
    "serve",
    "simulate",
    "staff add",
    "unit add",
    "worker",
    "worklist",
]


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["unheard-of"])
    assert result.exit_code == 2
    assert "unheard-of" in result.stderr


@pytest.mark.parametrize(
    "refused,words",
    [
        (StartRefused("No keys. Put them back."), "Error: No keys. Put them back.\n"),
        (Invalid("mobile"), "Error: A field is filled in wrongly. (mobile)\n"),
        (OSError(28, "No space left on device"), "Error: [Errno 28] No space left on device\n"),
    ],
)
def test_a_refusal_is_one_sentence_on_standard_error(refused: Exception, words: str) -> None:
    @click.group(cls=RefusingGroup)
    def group() -> None:
        pass

    @group.command()
    def fail() -> None:
        raise refused

    result = CliRunner().invoke(group, ["fail"])
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", words)


@pytest.mark.parametrize(
    "refused", [NotSignedIn(), AlreadyRegistered("national_number"), Invalid("password", shortest=12)]
)
def test_a_refusal_has_english_words(refused: Refused) -> None:
    words = in_words(refused)
    assert "error." not in words
    assert words[0].isupper()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str) -> None:
    result = CliRunner().invoke(main, [*command.split(), "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_no_other_command_is_there() -> None:
    found = []
    for name, command in main.commands.items():
        found += [f"{name} {each}" for each in command.commands] if isinstance(command, click.Group) else [name]
    assert sorted(found) == COMMANDS


def test_no_password_can_be_given_in_a_command() -> None:
    staff = main.commands["staff"]
    assert isinstance(staff, click.Group)
    names = {name for parameter in staff.commands["add"].params for name in parameter.opts}
    assert "--password-file" in names
    assert "--password" not in names


def test_json_is_one_document_and_nothing_else() -> None:
    result = CliRunner().invoke(main, ["rules", "list", "--json"])
    assert result.stdout.count("\n") == 1
    json.loads(result.stdout)
