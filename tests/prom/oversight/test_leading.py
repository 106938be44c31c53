"""One worker leads where only one may: whoever dies, stops or loses its line is followed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from prom import clock, db
from prom.config import Settings
from prom.db import reading
from prom.oversight.leading import LOCK, Leading, who_leads
from tests.conftest import MONDAY
from tests.prom.steps import later

#: A process that leads, says so, and waits to be killed.
LEADER = """
import sys, time
from prom import config, schema
from prom.oversight.leading import Leading

settings = config.from_environment()
schema.open_installation(settings)
leading = Leading(settings)
print(leading.holds(), flush=True)
time.sleep(60)
"""


def wait_for(happens: Callable[[], bool], seconds: float = 10) -> float:
    """Ask again and again until it happens; returns how many seconds that took."""
    begun = time.monotonic()
    while not happens():
        assert time.monotonic() < begun + seconds
    return time.monotonic() - begun


def cut_off(settings: Settings) -> None:
    """Take the lock away from whoever holds it, as a broken line or a removed file does."""
    if settings.is_sqlite:
        (settings.home / "worker.lock").unlink()
        return
    with db.engine().connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock"),
            {"lock": LOCK},
        )


def test_a_second_worker_does_not_lead_until_the_first_lets_go(database: Settings) -> None:
    first, second = Leading(database), Leading(database)
    assert [first.holds(), second.holds(), first.holds()] == [True, False, True]
    first.let_go()
    assert [second.holds(), first.holds()] == [True, False]
    second.let_go()


def test_a_worker_that_was_cut_off_leads_no_more_and_does_not_think_so(database: Settings) -> None:
    first, second = Leading(database), Leading(database)
    assert first.holds()
    cut_off(database)
    assert wait_for(second.holds) < 5
    assert not first.holds()
    second.let_go()


def test_a_leader_killed_with_9_is_followed_within_seconds(database: Settings) -> None:
    environment = {
        "PROM_HOME": str(database.home),
        "PROM_DATABASE_URL": database.database_url,
        "PROM_KEY_FILE": str(database.key_file),
    }
    with subprocess.Popen([sys.executable, "-c", LEADER], stdout=subprocess.PIPE, text=True, env=environment) as other:
        wait_for(lambda: other.stdout is not None and other.stdout.readline().strip() == "True")
        follower = Leading(database)
        assert not follower.holds()
        with reading() as session:
            led = who_leads(session)
        assert led is not None
        assert led.holder.endswith(f":{other.pid}")
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert wait_for(follower.holds) < 5
        follower.let_go()


def test_it_is_told_who_leads_and_since_when_until_it_stops(database: Settings) -> None:
    leading = Leading(database)
    clock.move_to(MONDAY)
    assert leading.holds()
    later(seconds=30)
    assert leading.holds()
    with reading() as session:
        led = who_leads(session)
    assert led is not None
    assert (led.since, led.seen_at - led.since) == (MONDAY, clock.now() - MONDAY)
    leading.let_go()
    with reading() as session:
        assert who_leads(session) is None


@pytest.mark.parametrize("seconds, well", [(60, True), (61, False)])
def test_a_leader_that_fell_silent_turns_the_watch_red(
    client: FlaskClient, database: Settings, seconds: int, well: bool
) -> None:
    clock.move_to(MONDAY)
    leading = Leading(database)
    assert leading.holds()
    later(seconds=seconds)
    checks = {each["name"]: each for each in client.get("/health/watch").get_json()["checks"]}
    leading.let_go()
    assert checks["leader"]["well"] is well
    assert "2026-11-02 08:30 UTC" in checks["leader"]["seen"]
