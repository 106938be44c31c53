"""What every command shares: how it opens the installation, answers, refuses and shows progress.

Standard output carries the answer and nothing else; whatever is said beside it goes to standard error.
"""

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from alerts.problems import RuleError
from prom import config, db, language, schema
from prom.audit.service import Actor
from prom.config import Settings
from prom.errors import Refused, StartRefused
from prom.pathways.definition import PathwayError
from questionnaires.documents import dumps
from questionnaires.problems import QuestionnaireError

LANGUAGE = "en"

as_json = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")


class RefusingGroup(click.Group):
    """A group of commands that refuse in one sentence on standard error, with exit status 1 and no stack trace."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command, and turn what it refuses into a sentence."""
        try:
            return super().invoke(context)
        except (StartRefused, PathwayError, OSError) as refused:
            raise click.ClickException(str(refused)) from None
        except (QuestionnaireError, RuleError) as refused:
            raise click.ClickException("\n".join(problem.text for problem in refused.problems)) from None
        except Refused as refused:
            raise click.ClickException(in_words(refused)) from None
        except OperationalError as failure:
            # The driver's words alone: SQLAlchemy's hold the statement and its values.
            raise click.ClickException(f"The database does not answer: {failure.orig}") from None
        finally:
            db.dispose()


def in_words(refused: Refused) -> str:
    """Return a refusal as a sentence in English, naming the field at fault."""
    sentence = language.text(f"error.{refused.code}", LANGUAGE)
    if refused.field is None:
        return sentence
    values = "".join(f"; {name.replace('_', ' ')}: {value}" for name, value in refused.values.items())
    return f"{sentence} ({refused.field.replace('_', ' ')}{values})"


def say(document: Any) -> None:
    """Write one JSON document on standard output; decimals keep their digits."""
    click.echo(dumps(document))


def opened() -> Settings:
    """Read the settings, connect, and load the keys; raises StartRefused."""
    settings = config.from_environment()
    schema.open_installation(settings)
    return settings


def operator() -> Actor:
    """Return whoever sits at the shell, as the audit log knows her: by the machine's account."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = "unknown"
    return Actor("operator", None, account)


@contextmanager
def progress(label: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on standard error, moved by being told the share that is done; nothing where that is no terminal."""
    with click.progressbar(length=1000, label=label, file=sys.stderr) as bar:
        yield lambda share: bar.update(max(round(share * 1000) - bar.pos, 0))
