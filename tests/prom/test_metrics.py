"""Counting: what was rolled back is not counted, and processes that share a folder tell the same sum."""

import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from alerts.rules import Severity
from prom import clock, crypto, db, metrics, traffic
from prom.crypto import CannotOpen, Place
from prom.errors import AlreadyCompleted, InvalidResponse
from tests.conftest import MONDAY
from tests.prom.scrapes import series, told

#: A process that shares a folder, and does what it is told on standard input, a line at a time.
PROCESS = """
import os, sys
from pathlib import Path
from prom import logs, metrics
logs.configure()
metrics.share(Path(sys.argv[1]))
metrics.begin_process(sys.argv[2])
for line in sys.stdin:
    order, _, count = line.partition(" ")
    if order == "fork":
        child = os.fork()
        if child == 0:
            for _ in range(int(count)):
                metrics.not_opened()
            os._exit(0)
        os.waitpid(child, 0)
    for _ in range(int(count) if order == "count" else 0):
        metrics.not_opened()
    told = metrics.exposition().decode() if order == "tell\\n" else ""
    print(len(told), flush=True)
    print(told, end="", flush=True)
"""
NOT_OPENED = "prom_sealed_not_opened_total"


class Process:
    """A process of its own that counts."""

    def __init__(self, folder: Path, kind: str = "web") -> None:
        command = [sys.executable, "-c", PROCESS, str(folder), kind]
        self._running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.do("begin")

    def do(self, order: str) -> str:
        """Give an order and wait until it is carried out; returns what it says."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(f"{order}\n".encode())
        self._running.stdin.flush()
        return self._running.stdout.read(int(self._running.stdout.readline())).decode()

    def told(self, name: str, **labels: str) -> float:
        """What it tells of a metric."""
        return told(self.do("tell"), name, **labels)

    def end(self, by: signal.Signals = signal.SIGKILL) -> None:
        """End it."""
        self._running.send_signal(by)
        self._running.communicate()


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start processes that share a folder; what still runs at the end is killed."""
    started: list[Process] = []

    def do(kind: str = "web") -> Process:
        started.append(Process(tmp_path / "metrics", kind))
        return started[-1]

    yield do
    for process in started:
        process.end()


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "metrics").touch()
    alone = Process(tmp_path / "metrics")
    alone.do("count 2")
    counted = alone.told(NOT_OPENED)
    alone.end()
    assert counted == 2


def test_every_process_tells_the_sum(start: Start) -> None:
    web, worker = start("web"), start("worker")
    web.do("count 3")
    worker.do("count 4")
    web.do("fork 5")
    web.do("count 1")
    assert [each.told(NOT_OPENED) for each in (web, worker)] == [13, 13]
    assert [web.told("prom_processes", process=kind) for kind in ("web", "worker")] == [1, 1]


def test_what_a_killed_process_counted_stays_as_long_as_another_lives(start: Start) -> None:
    """Else the sum would fall, which looks like a restart, and Prometheus would count all of it a second time."""
    web, worker = start("web"), start("worker")
    web.do("count 3")
    web.end(signal.SIGKILL)
    assert worker.told(NOT_OPENED) == 3
    again = start("web")
    again.do("count 1")
    assert [each.told(NOT_OPENED) for each in (again, worker)] == [4, 4]


def test_a_killed_process_is_no_longer_among_those_that_run(start: Start) -> None:
    web, worker = start("web"), start("worker")
    assert worker.told("prom_processes", process="web") == 1
    web.end(signal.SIGKILL)
    assert worker.told("prom_processes", process="web") == 0
    assert worker.told("prom_process_start_time_seconds", process="web") == 0
    assert worker.told("prom_processes", process="worker") == 1


def test_a_second_server_on_the_same_home_clears_nothing_away(start: Start) -> None:
    first = start("web")
    first.do("count 3")
    second = start("web")
    second.do("count 4")
    assert [each.told(NOT_OPENED) for each in (first, second)] == [7, 7]
    assert first.told("prom_processes", process="web") == 2
    second.end(signal.SIGTERM)
    assert first.told(NOT_OPENED) == 7


def test_whoever_starts_when_nobody_else_lives_begins_anew(start: Start, tmp_path: Path) -> None:
    first = start()
    first.do("count 3")
    files = len(list((tmp_path / "metrics").iterdir()))
    first.end()
    assert start().told(NOT_OPENED) == 0
    assert len(list((tmp_path / "metrics").iterdir())) == files


# In this process


def here(name: str, **labels: str) -> float:
    """What this process tells."""
    return told(metrics.exposition().decode(), name, **labels)


@pytest.mark.usefixtures("database")
def test_what_was_rolled_back_is_not_counted() -> None:
    def fail() -> None:
        with db.transaction() as session:
            metrics.alert_raised(session.info, Severity.EMERGENCY)
            raise LookupError

    before = here("prom_alerts_raised_total", severity="emergency")
    with pytest.raises(LookupError):
        fail()
    assert here("prom_alerts_raised_total", severity="emergency") == before
    with db.transaction() as session:
        metrics.alert_raised(session.info, Severity.EMERGENCY)
        assert here("prom_alerts_raised_total", severity="emergency") == before
    assert here("prom_alerts_raised_total", severity="emergency") == before + 1


class Said:
    """Whatever a submit is given and gives back."""

    def __init__(self, author: str = "patient", again: bool = False) -> None:
        self.author, self.again = author, again


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("author,source", [("client", "machine"), ("patient", "page"), ("clinician", "page")])
def test_a_submission_is_counted_by_its_outcome_and_where_it_came_from(author: str, source: str) -> None:
    def counts() -> list[float]:
        return [here("prom_submissions_total", outcome=each, source=source) for each in metrics.OUTCOMES]

    @metrics.counts_submissions
    def submit(_session: Session, _assignment_id: str, given: str, _by: Said) -> Said:
        if given == "refused":
            raise InvalidResponse(())
        return Said(again=given == "again")

    before = counts()
    for given in ("accepted", "accepted", "again"):
        with db.transaction() as session:
            submit(session, "", given, Said(author))
    with pytest.raises(InvalidResponse), db.transaction() as session:
        submit(session, "", "refused", Said(author))
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [2, 1, 1]


@pytest.mark.usefixtures("database")
def test_a_submission_within_another_is_counted_once_by_what_the_caller_hears() -> None:
    @metrics.counts_submissions
    def submit(_session: Session, _assignment_id: str, _given: str, by: Said) -> Said:
        return Said(again=True)

    @metrics.counts_submissions
    def submit_once(session: Session, assignment_id: str, given: str, by: Said) -> Said:
        submit(session, assignment_id, given, by)
        raise AlreadyCompleted("assignment")

    def send() -> None:
        with db.transaction() as session:
            submit_once(session, "", "", Said("client"))

    def counts() -> list[float]:
        return [here("prom_submissions_total", outcome=each, source="machine") for each in metrics.OUTCOMES]

    before = counts()
    with pytest.raises(AlreadyCompleted):
        send()
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [0, 0, 1]


def test_every_seal_that_does_not_open_is_counted() -> None:
    before = here(NOT_OPENED)
    place = Place("response", "document", uuid.uuid4(), uuid.uuid4())
    sealed = crypto.seal(crypto.new_key(), {}, place)
    for broken in (sealed, b"\x02" + sealed[1:]):
        with pytest.raises(CannotOpen):
            crypto.open_sealed(crypto.new_key(), broken, place)
    assert here(NOT_OPENED) == before + 2


def test_a_clock_that_is_moved_during_a_request_moves_no_duration() -> None:
    app = Flask("walked")
    traffic.watch(app)

    @app.get("/walked")
    def walk() -> str:
        clock.move_to(MONDAY + timedelta(days=400))
        return ""

    clock.move_to(MONDAY)
    app.test_client().get("/walked")
    assert here("prom_request_seconds_count", endpoint="walk") == 1
    assert 0 < here("prom_request_seconds_sum", endpoint="walk") < 5


def test_what_strangers_ask_for_makes_no_series(client: FlaskClient) -> None:
    def count() -> int:
        return len(series(metrics.exposition().decode()))

    client.get("/unheard-of")
    client.open("/unheard-of", method="PROPFIND")
    before = count()
    for name in ("a", "b", "c"):
        client.get(f"/{name}-{uuid.uuid4()}")
        client.open("/", method=f"METHOD{name}")
        client.open("/unheard-of", method=f"METHOD{name}")
    assert count() <= before + 15  # the one of "/" with another method


def test_a_pool_at_rest_holds_no_connection(client: FlaskClient) -> None:
    with db.transaction() as session:
        session.connection()
        assert here("prom_database_connections_in_use") == 1
    client.get("/health/ready")
    assert here("prom_database_connections_in_use") == 0
