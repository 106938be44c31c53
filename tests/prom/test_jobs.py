"""The periodic jobs: each run leaves a tick, none stops another, and the worker stops when told."""

import signal
import subprocess
import sys
import threading
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, config, sweeping
from prom.assignments import deciding
from prom.assignments.models import Assignment, Plan
from prom.config import Settings
from prom.db import engine, new_id, reading, transaction
from prom.jobs import JOBS, SENDERS, Job, _run_led, _scheduler, deliver, run_once, transport_of
from prom.messaging.console import Console
from prom.messaging.transport import Letter, Sent
from prom.messaging.twilio import Twilio
from prom.oversight.leading import Leading
from prom.oversight.models import Tick
from prom.pathways.definition import Asked, Pathway
from prom.sweeping import FOUND_AT_ONCE, SomeFailed, one_by_one
from tests.conftest import MONDAY, Hospital
from tests.fake_transport import FakeTransport
from tests.prom.messaging.letters import MOBILE, message, put

#: The key of a plan that cannot be decided.
BROKEN = "broken"


def job(name: str, run: object) -> Job:
    """A job that runs every hour."""
    assert callable(run)
    return Job(name, timedelta(hours=1), run)


def fail(_settings: Settings) -> int:
    """Fail as a database would, with a number in the words."""
    raise LookupError(f"no row for {MOBILE}")


def tick(name: str) -> Tick:
    """Read a job's tick."""
    with reading() as session:
        row = session.get_one(Tick, name)
        session.expunge(row)
    return row


@pytest.mark.hazard("H17")
def test_a_job_that_fails_stops_none_of_the_others(database: Settings) -> None:
    ran: list[str] = []
    failures = run_once(database, [job("bad", fail), job("good", lambda _: ran.append("good"))])
    assert failures == {"bad": "LookupError"}
    assert ran == ["good"]


def test_a_failure_is_told_by_its_class_alone(database: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    run_once(database, [job("bad", fail)])
    printed = "".join(capfd.readouterr())
    assert "LookupError" in printed
    assert MOBILE not in printed
    assert tick("bad").failure == "LookupError"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it burst whenever a plan with the key BROKEN is decided."""
    found = deciding._item

    def find(pathway: Pathway, key: str) -> tuple[Asked, bool] | None:
        if key == BROKEN:
            raise ArithmeticError
        return found(pathway, key)

    monkeypatch.setattr(deciding, "_item", find)


def test_one_plan_that_cannot_be_opened_holds_up_no_other_and_the_watch_learns_of_it(
    hospital: Hospital, settings: Settings, broken: None
) -> None:
    with transaction() as session:
        good = session.scalars(select(Plan)).one()
        bad = Plan(
            id=new_id(),
            tenant_id=good.tenant_id,
            patient_id=good.patient_id,
            episode_id=good.episode_id,
            key=BROKEN,
            next_day=good.next_day,
            next_opens_at=good.next_opens_at,
        )
        session.add(bad)
    (opening,) = [each for each in JOBS if each.name == "open assignments"]
    assert "SomeFailed" in run_once(settings, [opening])[opening.name]
    with reading() as session:
        assert session.scalars(select(Assignment.occurrence)).all() != []
        assert session.get_one(Plan, bad.id).next_opens_at == good.next_opens_at


def test_a_plan_that_cannot_be_opened_keeps_none_waiting_that_stands_behind_it(
    hospital: Hospital, settings: Settings, broken: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one plan at a time, the bad one stands before each of the others at every turn."""
    monkeypatch.setattr("prom.assignments.opening.AT_ONCE", 1)
    with transaction() as session:
        good = session.scalars(select(Plan)).one()
        assert good.next_opens_at is not None
        session.add(
            Plan(
                id=new_id(),
                tenant_id=good.tenant_id,
                patient_id=good.patient_id,
                episode_id=good.episode_id,
                key=BROKEN,
                next_day=good.next_day,
                next_opens_at=good.next_opens_at - timedelta(hours=1),
            )
        )
    (opening,) = [each for each in JOBS if each.name == "open assignments"]
    assert run_once(settings, [opening]) == {opening.name: "SomeFailed"}
    with reading() as session:
        assert len(session.scalars(select(Assignment.id)).all()) > 0
        assert session.get_one(Plan, good.id).next_opens_at != good.next_opens_at


def test_a_tick_tells_when_the_job_last_ended_well_and_last_failed(database: Settings) -> None:
    with clock.moved_to(MONDAY):
        run_once(database, [job("sweep", lambda _: 1)])
    assert (tick("sweep").finished_at, tick("sweep").failed_at, tick("sweep").runs) == (MONDAY, None, 1)
    with clock.moved_to(MONDAY + timedelta(minutes=1)):
        run_once(database, [job("sweep", fail)])
    row = tick("sweep")
    assert (row.started_at, row.finished_at, row.failed_at) == (MONDAY + timedelta(minutes=1), MONDAY, row.started_at)
    assert row.runs == 2


@pytest.mark.hazard("H17")
def test_a_job_that_hangs_shows_a_begin_without_an_end(database: Settings) -> None:
    begins: list[Tick] = []
    run_once(database, [job("sweep", lambda _: begins.append(tick("sweep")))])
    assert begins[0].finished_at is None


def test_several_workers_at_once_share_a_tick(database: Settings) -> None:
    threads = [threading.Thread(target=run_once, args=(database, [job("sweep", lambda _: 1)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tick("sweep").runs == 4


def test_every_job_has_a_name_of_its_own_and_a_cadence() -> None:
    assert len({row.name for row in JOBS}) == len(JOBS)
    assert all(row.every >= timedelta(seconds=1) for row in JOBS)


def test_messages_go_to_the_console_unless_twilio_is_configured() -> None:
    assert isinstance(transport_of(None), Console)
    assert isinstance(transport_of(config.Twilio("AC1", "secret", "+4759446000")), Twilio)


def test_running_once_sends_what_is_due(hospital: Hospital, settings: Settings) -> None:
    made = put(hospital)
    assert run_once(settings) == {}
    assert message(made).state == "accepted"


WORKER = """
import sys, time
from datetime import timedelta
from prom import config, db
from prom.jobs import Job, run_forever

def slow(settings):
    print("begun", flush=True)
    time.sleep(1)
    print("ended", flush=True)

def bad(settings):
    raise LookupError

settings = config.from_environment({"PROM_HOME": sys.argv[1], "PROM_DATABASE_URL": sys.argv[2]})
db.connect(settings)
run_forever(settings, [Job("bad", timedelta(seconds=1), bad), Job("slow", timedelta(hours=1), slow)])
print("returned", flush=True)
"""


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_finishes_the_job_in_hand_and_stops(tmp_path: Path, word: signal.Signals) -> None:
    address = engine().url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, str(tmp_path), address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        seen: list[str] = []
        while "begun" not in seen:
            seen.append(worker.stdout.readline().strip())
        worker.send_signal(word)
        printed, _ = worker.communicate(timeout=30)
    assert worker.returncode == 0
    assert [line for line in printed.splitlines() if line in ("ended", "returned")] == ["ended", "returned"]
    assert tick("slow").finished_at is not None
    assert tick("bad").failure == "LookupError"


SWEEPER = """
import sys, time
from datetime import timedelta
from uuid import uuid4
from prom import config, db, sweeping
from prom.jobs import Job, run_forever

rows = [uuid4() for _ in range(10_000)]

def act(session, row_id):
    print("row", flush=True)
    time.sleep(0.01)
    return True

settings = config.from_environment({"PROM_HOME": sys.argv[1], "PROM_DATABASE_URL": sys.argv[2]})
db.connect(settings)
sweep = lambda settings: sweeping.one_by_one(lambda session, limit: rows[:limit], act)
run_forever(settings, [Job("sweep", timedelta(hours=1), sweep)])
print("returned", flush=True)
"""


@pytest.mark.usefixtures("database")
def test_a_worker_stops_within_seconds_in_the_middle_of_a_long_sweep(tmp_path: Path) -> None:
    address = engine().url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", SWEEPER, str(tmp_path), address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        while worker.stdout.readline().strip() != "row":
            pass
        worker.send_signal(signal.SIGTERM)
        printed, _ = worker.communicate(timeout=5)
    assert worker.returncode == 0
    assert printed.splitlines()[-1] == "returned"
    assert printed.count("row") < 2000
    assert tick("sweep").finished_at is not None


FOLLOWER = """
import sys, time
from datetime import timedelta
from prom import config, db, jobs
from prom.oversight.leading import Leading

class Slow(Leading):
    def holds(self):
        print("asking", flush=True)
        time.sleep(1)
        return super().holds()

settings = config.from_environment({"PROM_HOME": sys.argv[1], "PROM_DATABASE_URL": sys.argv[2]})
db.connect(settings)
jobs.Leading = Slow
jobs.run_forever(settings, [jobs.Job("alone", timedelta(hours=1), lambda settings: None, "there is one of it")])
print("returned", flush=True)
"""


@pytest.mark.usefixtures("database")
def test_a_worker_that_is_told_to_stop_just_as_it_takes_the_lead_stops_all_the_same(tmp_path: Path) -> None:
    """So it goes whenever all workers are stopped together: the leader is gone first, and another follows it."""
    address = engine().url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", FOLLOWER, str(tmp_path), address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        while worker.stdout.readline().strip() != "asking":
            pass
        worker.send_signal(signal.SIGTERM)
        try:
            printed, _ = worker.communicate(timeout=15)
        finally:
            worker.kill()
    assert printed.splitlines()[-1] == "returned"


class StopsAtTheFirst(FakeTransport):
    """A vendor at whose door the worker is told to stop."""

    def send(self, letter: Letter) -> Sent:
        """Take it, meanwhile SIGTERM comes."""
        sweeping.stopping.set()
        return super().send(letter)


def test_a_worker_that_is_told_to_stop_hands_over_what_it_has_in_hand_and_no_letter_more(
    hospital: Hospital, settings: Settings
) -> None:
    """Each may take the vendor 20 seconds, and a supervisor kills what does not stop."""
    for number in range(12):
        put(hospital, f"assignment-{number}")
    vendor = StopsAtTheFirst()
    try:
        tried = deliver(vendor, settings)
    finally:
        sweeping.stopping.clear()
    assert 1 <= tried == len(vendor.bodies) <= SENDERS


def test_only_the_worker_that_leads_runs_what_only_one_may(database: Settings) -> None:
    ran: list[str] = []
    alone = Job("alone", timedelta(hours=1), lambda _: ran.append("alone"), "there is one of it")
    another = job("another", lambda _: ran.append("another"))
    leader, follower = Leading(database), Leading(database)
    assert leader.holds()
    for each in (alone, another):
        _run_led(each, database, follower)
    assert ran == ["another"]
    _run_led(alone, database, leader)
    assert ran == ["another", "alone"]
    leader.let_go()


@pytest.mark.hazard("H17")
def test_a_sweep_that_comes_hours_late_catches_up_with_everything_in_one_run(database: Settings) -> None:
    """Also behind rows that fail, and rows that another worker holds."""
    left = [uuid.uuid4() for _ in range(2 * FOUND_AT_ONCE + 5)]
    bad, held = left[0], left[1]

    def act(_session: Session, row_id: uuid.UUID) -> bool:
        if row_id == bad:
            raise LookupError
        if row_id == held:
            return False
        left.remove(row_id)
        return True

    with pytest.raises(SomeFailed):
        one_by_one(lambda _session, limit: left[:limit], act)
    assert left == [bad, held]


def test_a_machine_that_slept_for_a_month_runs_each_job_once_and_counts_no_tick_that_it_missed(
    database: Settings,
) -> None:
    """Else a worker on a machine that woke up counts for longer than the leases of the others last."""
    scheduler = _scheduler(database, JOBS, Leading(database))
    scheduler.start(paused=True)
    try:
        now = clock.now()
        for each in scheduler.get_jobs():
            assert each.next_run_time <= now
            each.next_run_time -= timedelta(days=30)
            assert len(each._get_run_times(now)) == 1
    finally:
        scheduler.shutdown()
