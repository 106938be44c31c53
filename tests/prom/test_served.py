"""`prom serve` with two processes, `prom worker` beside it: whichever answers tells the sum; the log has one form."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from prom.config import Settings
from tests.conftest import Hospital, Machine
from tests.prom.scrapes import told

#: Real servers live in the real time, which is later than the hospital's.
CENTURY = timedelta(days=36500).days
PATIENCE = 60.0

Headers = dict[str, str]
Serve = Callable[[int], "Server"]


class Server:
    """A real `prom serve` on a port of its own."""

    def __init__(self, settings: Settings, log: Path, scraper: Headers, processes: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log, self._scraper = log, scraper
        self.running = start(settings, log, "serve", "--processes", f"{processes}", PORT=str(self.port))

    def wait(self, processes: int) -> None:
        """Wait until it answers with so many processes."""

        def answers() -> bool:
            assert self.running.poll() is None, self.log.read_text()[-3000:]
            return self.ask("/health/live") == 200 and len(self.processes()) == processes

        until(answers)

    def ask(self, path: str, **headers: str) -> int:
        """Ask on a connection of its own; returns the status, or 0 where nobody listens."""
        return self._get(path, headers)[0]

    def told(self, name: str, **labels: str) -> float:
        """What it tells Prometheus, whichever process answers."""
        status, text = self._get("/metrics", self._scraper)
        assert status == 200, text
        return told(text, name, **labels)

    def processes(self) -> list[int]:
        """The ids of the processes that answer."""
        children = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children")
        return [int(child) for child in children.read_text().split()]

    @contextmanager
    def only(self, process: int) -> Iterator[None]:
        """Let one process answer alone: the others stand still."""
        others = [each for each in self.processes() if each != process]
        for each in others:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in others:
                os.kill(each, signal.SIGCONT)

    def _get(self, path: str, headers: Headers) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()


def start(settings: Settings, log: Path, *command: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start a `prom` command over a test's database; its log is kept, and not what a worker prints of its SMS."""
    given = {
        "PROM_HOME": str(settings.home),
        "PROM_DATABASE_URL": settings.database_url,
        "PROM_SLOW_QUERY_MS": "0",
        **environment,
    }
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "prom.cli", *command],
            env={**os.environ, **given},
            stdout=subprocess.DEVNULL,
            stderr=file,
        )


def until(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends, "it never came to hold"
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and wait for it."""
    process.terminate()
    process.wait(PATIENCE)


@pytest.fixture
def scraper(machine: Machine) -> Headers:
    """What Prometheus sends."""
    return machine("prom/metrics.read", days=CENTURY)


@pytest.fixture
def serve(hospital: Hospital, database: Settings, tmp_path: Path, scraper: Headers) -> Iterator[Serve]:
    """Start servers with so many processes; they are stopped at the end."""
    started: list[Server] = []

    def do(processes: int) -> Server:
        started.append(Server(database, tmp_path / "server.log", scraper, processes))
        started[-1].wait(processes)
        return started[-1]

    yield do
    for server in started:
        stop(server.running)


def count(server: Server) -> float:
    """How many times the server was asked whether its database answers."""
    return server.told("prom_request_seconds_count", endpoint="oversight.ready", method="GET", status="2xx")


def lines(log: Path) -> list[dict[str, Any]]:
    """The log, every line of which is one JSON document."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_whichever_process_answers_tells_the_sum_and_a_killed_one_takes_nothing_away(serve: Serve) -> None:
    server = serve(2)
    one, other = server.processes()
    for process, times in ((one, 7), (other, 5)):
        with server.only(process):
            assert [server.ask("/health/ready") for _ in range(times)] == [200] * times
    for process in (one, other):
        with server.only(process):
            assert count(server) == 12
            assert server.told("prom_processes", process="web") == 2

    os.kill(one, signal.SIGKILL)
    until(lambda: len(server.processes()) == 2 and one not in server.processes())
    until(lambda: server.told("prom_processes", process="web") == 2)
    assert count(server) == 12
    for process in server.processes():
        with server.only(process):
            assert server.ask("/health/ready") == 200
    for process in server.processes():
        with server.only(process):
            assert count(server) == 14


def test_a_worker_that_comes_later_adds_to_what_the_web_tells_and_wipes_nothing(
    serve: Serve, database: Settings, tmp_path: Path
) -> None:
    server = serve(1)
    for _ in range(6):
        server.ask("/health/ready")
    worker = start(database, tmp_path / "worker.log", "worker")
    ran = "prom_job_run_seconds_count"
    until(lambda: server.told(ran, job="deliver messages", outcome="well") > 0)
    assert count(server) == 6
    assert server.told("prom_processes", process="worker") == 1
    assert server.told("prom_job_silent_seconds", job="deliver messages") < PATIENCE
    worker.kill()
    worker.wait(PATIENCE)
    until(lambda: server.told("prom_processes", process="worker") == 0)
    assert server.told(ran, job="deliver messages", outcome="well") > 0

    of_jobs = [line for line in lines(tmp_path / "worker.log") if "job" in line]
    assert {"slow statement", "job done"} & {line["event"] for line in of_jobs}
    assert all("run" in line for line in of_jobs)


def test_everything_about_a_request_is_found_by_its_id_and_the_log_has_one_form(serve: Serve) -> None:
    server = serve(1)
    assert server.ask("/health/ready?national-number=10915596784", **{"X-Request-Id": "from-the-proxy"}) == 200
    found = [line for line in lines(server.log) if line.get("request") == "from-the-proxy"]
    assert {line["event"] for line in found} == {"slow statement", "request"}
    told = next(line for line in found if line["event"] == "request")
    assert (told["endpoint"], told["route"], told["status"]) == ("oversight.ready", "/health/ready", 200)
    assert told["statements"] == len([line for line in found if not line.get("statement", "BEGIN").startswith("BEGIN")])
    everything = lines(server.log)
    assert any(line.get("message", "").startswith("Listening at") for line in everything)
    assert "10915596784" not in server.log.read_text()
    assert not [line for line in everything if "left_out" in line or "[left out]" in line.values()]
