"""Commands as an operator gives them: in this process, with an environment of their own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from prom import db
from prom.cli import main
from prom.config import Settings

Prom = Callable[..., Result]
Environment = dict[str, str | None]


@pytest.fixture
def environment(settings: Settings) -> Environment:
    """The environment of an installation that is migrated and has its keys."""
    return {
        "PROM_HOME": str(settings.home),
        "PROM_DATABASE_URL": settings.database_url,
        "PROM_OWNER_DATABASE_URL": settings.owner_url,
        "PROM_DEMO": None,
        "PROM_MASTER_KEY": None,
        "TWILIO_ACCOUNT_SID": None,
    }


@pytest.fixture
def prom(environment: Environment, settings: Settings) -> Prom:
    """Give a command to the installation; afterwards this process is connected to its database again."""

    def run(*arguments: str, typed: str | None = None, **more: str) -> Result:
        db.dispose()
        result = CliRunner(env={**environment, **more}).invoke(main, arguments, input=typed)
        db.connect(settings)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def nowhere(tmp_path: Path) -> Prom:
    """Give a command where there is neither database nor key."""

    def run(*arguments: str) -> Result:
        home = {"PROM_HOME": str(tmp_path / "nowhere"), "PROM_DATABASE_URL": None, "PROM_MASTER_KEY": None}
        return CliRunner(env=home).invoke(main, arguments)

    return run


def answer(result: Result) -> Any:
    """Read the one JSON document that a command answered with."""
    return json.loads(result.stdout)
