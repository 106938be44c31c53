import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from prom import clock, db
from prom.assignments import links
from prom.assignments.models import Assignment, Link
from prom.cli import main
from prom.commands import demo
from prom.config import Settings
from prom.patients.models import Patient
from prom.simulation.clinic import DEMO_PASSWORD
from prom.simulation.service import make_clinic
from tests.conftest import Hospital
from tests.prom.commands.conftest import Environment, Prom, answer


@pytest.fixture
def clinic(database: Settings) -> Settings:
    """A small clinic that was left yesterday."""
    make_clinic(database, until=clock.now() - timedelta(days=1), people_count=6, weeks=2)
    return database


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(environment: Environment, port: int) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """`prom demo` as a process of its own, once it has told where it runs."""
    given = {
        name: value for name, value in {**os.environ, **environment, "PORT": str(port)}.items() if value is not None
    }
    # A vendor's credentials in the environment must not matter.
    given |= {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "secret", "TWILIO_SENDER": "+4799990000"}
    command = [sys.executable, "-m", "prom.cli", "demo", "--json"]
    with subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()


def test_a_taken_port_is_told_plainly(prom: Prom) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in (["demo"], ["serve"]):
            result = prom(*command, PORT=port)
            assert result.exit_code == 1
            assert f"Port {port} on 127.0.0.1 cannot be used" in result.stderr


def test_somebody_elses_patients_are_left_alone(hospital: Hospital, prom: Prom) -> None:
    for arguments in (["demo", "--seed-only"], ["demo"]):
        result = prom(*arguments, PORT=str(free_port()))
        assert result.exit_code == 1
        assert "was not made by `prom demo`" in result.stderr


def test_a_filled_clinic_is_not_filled_again(clinic: Settings, prom: Prom) -> None:
    assert answer(prom("demo", "--seed-only", "--json"))["seeded"] is False
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 6


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where there is nothing yet, for a demonstration that is small."""
    monkeypatch.setattr(demo, "make_clinic", partial(make_clinic, people_count=3, weeks=1))
    return tmp_path / "fresh"


def seed(home: Path) -> Result:
    environment = {"PROM_HOME": str(home), "PROM_DATABASE_URL": None, "PROM_OWNER_DATABASE_URL": None}
    return CliRunner(env={**environment, "PROM_MASTER_KEY": None}).invoke(main, ["demo", "--seed-only", "--json"])


def test_a_stop_halfway_leaves_no_half_clinic_behind(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(demo, "make_clinic", _interrupted)
        assert seed(fresh).exit_code == 1
    assert not (fresh / "prom.sqlite").exists()
    assert answer(seed(fresh))["seeded"] is True
    assert sorted(path.name for path in fresh.iterdir()) == ["keys", "prom.sqlite"]


def _interrupted(settings: Settings, **_: object) -> None:
    make_clinic(settings, people_count=1, weeks=1)
    raise KeyboardInterrupt


def test_a_fresh_folder_is_filled_once(fresh: Path) -> None:
    assert [answer(seed(fresh))["seeded"] for _ in range(2)] == [True, False]


def test_it_tells_where_it_runs_stops_cleanly_and_keeps_what_was_done(
    clinic: Settings, environment: Environment
) -> None:
    """One test, since each start costs three processes."""
    first = _run_and_stop(environment, signal.SIGINT)
    with db.reading() as session:
        before = session.scalar(select(func.count()).select_from(Link)) or 0
    second = _run_and_stop(environment, signal.SIGTERM)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 6
        assert (session.scalar(select(func.count()).select_from(Link)) or 0) >= before + 2
    assert first.isdisjoint(second)


def _run_and_stop(environment: Environment, how: signal.Signals) -> set[str]:
    port = free_port()
    with running(environment, port) as (process, told):
        assert told["address"] == f"http://localhost:{port}"
        assert {"role": "nurse", "username": "kari", "password": DEMO_PASSWORD} in told["signIns"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=60) as ready:
            assert ready.status == 200
        _both_links_can_be_opened(told["patients"])
        process.send_signal(how)
        assert process.wait(60) == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5)
    return {each["address"] for each in told["patients"]}


def _both_links_can_be_opened(patients: list[dict[str, str]]) -> None:
    assert len({each["name"] for each in patients}) == 2
    for each in patients:
        token = each["address"].partition("#")[2]
        with db.transaction() as session:
            visit = links.find_visit(session, links.start_visit(session, token))
            assert session.get_one(Assignment, visit.assignment_id).status == "open"
