"""The run's own folder and server: what a run that was cut off leaves behind stops no later run."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import databases, postgresql
from tests.prom.test_served import until


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of its own with a short name, as the path of a socket has to be."""
    name = tempfile.mkdtemp(dir="/tmp")
    os.chmod(name, 0o755)
    yield Path(name)
    shutil.rmtree(name, ignore_errors=True)


def abandoned_run(place: Path) -> Path:
    """A run that nobody holds any more, with its server still up. Returns the server's folder."""
    run = place / "prom-test-abandoned"
    run.mkdir(mode=0o711)
    (run / "alive").touch()
    server = run / "server"
    databases._start_server(server)
    (run / "server.done").touch()
    return server


def main_process(server: Path) -> int:
    return int((server / "data" / "postmaster.pid").read_text().split()[0])


def test_a_run_whose_server_died_with_its_machine_is_cleared_away_and_nobody_is_signalled(place: Path) -> None:
    server = abandoned_run(place)
    number = main_process(server)
    os.kill(number, signal.SIGKILL)
    until(lambda: not postgresql._is_alive(server))  # its helpers hold its socket until they notice
    # The number is somebody else's by now: this very process's, which pg_ctl would tell to quit.
    file = server / "data" / "postmaster.pid"
    file.write_text(file.read_text().replace(str(number), str(os.getpid()), 1))
    databases._remove_abandoned_runs(str(place))
    assert list(place.iterdir()) == []


def test_a_run_that_was_killed_has_its_server_stopped_and_is_cleared_away(place: Path) -> None:
    server = abandoned_run(place)
    with postgresql._administer(server) as connected:
        databases._remove_abandoned_runs(str(place))
        with pytest.raises(psycopg.OperationalError):
            connected.execute("SELECT 1")
    assert list(place.iterdir()) == []
