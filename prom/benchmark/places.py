"""An installation of the benchmark's own: an empty migrated database with its keys, and the programs that serve it."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prom import config, schema
from prom.benchmark import postgresql
from prom.config import Settings
from prom.errors import StartRefused

HOST = "127.0.0.1"
STARTS_WITHIN, STOPS_WITHIN = 60.0, 30.0
WEB_PROCESSES = 2
#: No allowance runs out while it is measured; counting it costs the same.
REQUESTS_PER_MINUTE = 10_000_000


@dataclass(frozen=True)
class Place:
    """One installation. `database_process` is the database server's, where it is one and runs on this machine."""

    kind: str
    settings: Settings
    environment: Mapping[str, str]
    database_process: int | None

    def open(self) -> None:
        """Point this process at it."""
        schema.open_installation(self.settings)

    def command(self, *arguments: str) -> list[str]:
        """Return the real `prom` with these arguments, as a command."""
        return [sys.executable, "-m", "prom.cli", *arguments]

    def in_its_environment(self) -> dict[str, str]:
        """Return the environment in which a child process finds it."""
        return {**os.environ, **self.environment}


@contextmanager
def place(kind: str, server: postgresql.Server | None, home: Path) -> Iterator[Place]:
    """Make an installation on SQLite (in `home`) or on a PostgreSQL server, and remove its database afterwards."""
    home.mkdir(parents=True)
    if server is None:
        url = f"sqlite:///{home / 'prom.sqlite'}"
        yield _made(kind, home, url, url, None)
        return
    with postgresql.database(server) as (owner, application):
        yield _made(kind, home, owner, application, server.process())


def _made(kind: str, home: Path, owner: str, application: str, process: int | None) -> Place:
    environment = {
        "PROM_HOME": str(home),
        "PROM_DATABASE_URL": application,
        "PROM_OWNER_DATABASE_URL": owner,
        "PORT": str(_free_port()),
        "PROM_REQUESTS_PER_MINUTE": str(REQUESTS_PER_MINUTE),
        # Nothing is ever sent to a real telephone.
        **dict.fromkeys(("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SENDER", "PROM_MASTER_KEY"), ""),
    }
    settings = config.from_environment(environment)
    schema.upgrade(settings)
    return Place(kind, settings, environment, process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(place: Place) -> Iterator[tuple[int, float]]:
    """Run the real `prom serve` with two processes; yields its process id and the seconds until it was ready."""
    begun = time.perf_counter()
    with _running(place, "serve", "--processes", str(WEB_PROCESSES)) as process:
        _wait_until(lambda: _is_ready(place.settings.port), process)
        yield process.pid, time.perf_counter() - begun


@contextmanager
def worked(place: Place) -> Iterator[int]:
    """Run the real `prom worker`; yields its process id once its jobs have begun."""
    with _running(place, "worker") as process:
        log = place.settings.home / "worker.log"
        _wait_until(lambda: b"worker started" in log.read_bytes(), process)
        yield process.pid


@contextmanager
def _running(place: Place, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with (place.settings.home / f"{arguments[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            place.command(*arguments), env=place.in_its_environment(), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    ends = time.perf_counter() + STARTS_WITHIN
    while not ready():
        if process.poll() is not None or time.perf_counter() > ends:
            raise StartRefused("`prom serve` or `prom worker` did not become ready.")
        time.sleep(0.005)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
