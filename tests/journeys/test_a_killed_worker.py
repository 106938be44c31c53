"""A worker killed with -9 between any two steps loses nothing and doubles nothing."""

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection

from prom import clock, db, jobs, schema
from prom.assignments.models import Assignment, Link
from prom.config import Settings
from prom.messaging.models import Message
from prom.messaging.transport import Letter, Sent
from prom.oversight.models import Disagreement
from prom.worklist.models import Alert, Evidence
from tests.conftest import MONDAY, Hospital

#: A run that is not whole after so many deaths is a fault of its own.
MOST_DEATHS = 200
#: The next worker comes after the dead one's lease has run out.
BETWEEN = timedelta(minutes=2)


class Vendor:
    """A vendor that outlives our processes: a file holds what it accepted, and is the list that it answers from."""

    def __init__(self, accepted: Path) -> None:
        self.accepted = accepted

    def send(self, letter: Letter) -> Sent:
        """Accept the letter for good, at once."""
        with self.accepted.open("a") as file:
            file.write(f"{letter.message_id}\n")
        return Sent(f"accepted-{letter.message_id}")

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Look the letter up among what was accepted."""
        known = self.accepted.read_text().split() if self.accepted.exists() else []
        return f"accepted-{letter.message_id}" if str(letter.message_id) in known else None


def run_worker(settings: Settings, die_at: int, instant: datetime) -> int:
    """Run every job once in a process of its own that dies by SIGKILL at its commit number `die_at`, from 0.

    That commit does not happen, the one before it has: each number is a death between two steps. Returns its status.
    """
    db.dispose()  # no connection is shared with the child
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        schema.open_installation(settings)
        clock.move_to(instant)
        _die_at(die_at)
        os._exit(1 if jobs.run_once(settings) else 0)
    finally:
        os._exit(2)


def _die_at(number: int) -> None:
    seen = 0

    def count(_connection: Connection) -> None:
        nonlocal seen
        seen += 1
        if seen > number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine(), "commit", count)


def die_at_every_step(settings: Settings, instant: datetime) -> datetime:
    """Kill a worker before its first commit, the next before its second, and so on until one gets through."""
    for deaths in range(MOST_DEATHS):
        status = run_worker(settings, deaths, instant)
        instant += BETWEEN
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0
            assert deaths > 2, "no worker was killed: the test proves nothing"
            schema.open_installation(settings)
            return instant
        assert os.WTERMSIG(status) == signal.SIGKILL
    raise AssertionError("no worker ever got through")


@pytest.mark.hazard("H17")
def test_a_worker_killed_at_every_commit_asks_once_and_misses_no_silence(
    hospital: Hospital, database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the opening of an assignment over its message to the call list of those who did not answer."""
    vendor = tmp_path / "vendor"
    monkeypatch.setattr(jobs, "transport_of", lambda _account: Vendor(vendor))
    die_at_every_step(database, MONDAY)
    with db.reading() as session:
        opened = session.scalars(select(Assignment).where(Assignment.status == "open")).all()
        messages = session.scalars(select(Message)).all()
        assert len(opened) == 1
        assert session.scalar(select(func.count()).select_from(Link)) == 1
        assert [(message.kind, message.state) for message in messages] == [("assignment", "accepted")]
    # Dead between the sending and its record, the next worker asked the vendor's list instead of sending again.
    assert len(vendor.read_text().splitlines()) == 1

    die_at_every_step(database, MONDAY + timedelta(days=2))
    with db.reading() as session:
        alerts = session.scalars(select(Alert)).all()
        assert len(alerts) == 1
        assert session.scalar(select(func.count()).select_from(Evidence)) == 1
        assert all(alert.next_action_at is not None for alert in alerts)
        assert session.scalar(select(func.count()).select_from(Disagreement)) == 0
