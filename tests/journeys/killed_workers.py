"""Four workers on one database through a day, killed with -9 at random.

Real processes run the real `jobs.run_forever`; a vendor outside them keeps the list of what it got. The clock of all is
the machine's own, moved ahead by what stands in a shared file: it runs at its real speed while anything is due, so that
leases and ticks mean what they mean, and leaps over the hours in which nothing is. Workers are killed while they work.
"""

import http.client
import mmap
import os
import random
import signal
import struct
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import func, select, text

from prom import clock, db, jobs, schema
from prom.assignments.models import Assignment, Plan
from prom.assignments.service import plan_episode
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging.models import IS_OPEN, Message, State
from prom.messaging.transport import Letter, Sent
from prom.oversight.leading import who_leads
from prom.pathways.service import Clinical, start_episode
from prom.patients.service import Registration, register
from prom.simulation.crowd import crowd
from prom.simulation.ward import open_ward
from prom.staff.queries import the_tenant
from prom.staff.service import create_unit

WORKERS = 4
PATHWAY = "systemic-treatment"
#: Everybody is asked on this Monday at 09:00 of her unit's zone; it lies in the past of any machine.
DAY = date(2026, 11, 2)
REGISTERED = datetime(2026, 10, 31, 12, tzinfo=UTC)
#: Nothing moves for so long: whoever holds what is leased is dead, and the clock may leap to the lease's end.
STILL = 4.0
PATIENCE = 300.0


@dataclass
class Outcome:
    """What came of the day. Seconds are the clock's own."""

    patients: int
    kills: int = 0
    leaders: set[str] = field(default_factory=set)
    duplicates: int = 0
    missed: int = 0
    #: Of all messages, from the due instant; and from then or the last kill before it, whichever is later.
    late: float = 0.0
    late_after_recovery: float = 0.0
    #: Seconds until the last worker had stopped after SIGTERM.
    stopped_after: float = 0.0


class Vendor:
    """The vendor, a process of its own: a file is the list of what it accepted, which it can be asked about."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _answering(path))
        self.port: int = server.server_address[1]
        self._pid = _forked(server.serve_forever)
        server.server_close()

    @property
    def accepted(self) -> list[tuple[str, datetime]]:
        """What it got, in order, with the instants."""
        lines = (line.split() for line in self._path.read_text().splitlines())
        return [(message_id, datetime.fromisoformat(at)) for message_id, at in lines]

    def close(self) -> None:
        """End it."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _answering(path: Path) -> type[BaseHTTPRequestHandler]:
    """What answers: it takes a letter for good before it says so, and says so slowly, as vendors do."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with path.open("a") as file:
                file.write(f"{self.path[1:]} {clock.now().isoformat()}\n")
            time.sleep(random.uniform(0.005, 0.08))
            self._say(200)

        def do_GET(self) -> None:
            self._say(200 if self.path[1:] in path.read_text() else 404)

        def _say(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *_: object) -> None:
            """Write nothing."""

    return Answer


def _forked(run: Callable[[], object]) -> int:
    """Run this in a process of its own that says nothing; returns its id. No connection may be open."""
    signal.pthread_sigmask(signal.SIG_BLOCK, jobs.STOPPING)  # told to stop before it listens, it listens all the same
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, jobs.STOPPING)
        return child
    status = 1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        run()
        status = 0
    finally:
        os._exit(status)


@dataclass(frozen=True)
class OverTheLine:
    """The transport to that vendor."""

    port: int

    def _ask(self, method: str, letter: Letter) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request(method, f"/{letter.message_id}")
            return line.getresponse().status
        finally:
            line.close()

    def send(self, letter: Letter) -> Sent:
        """Hand the letter over."""
        self._ask("POST", letter)
        return Sent(f"vendor-{letter.message_id}")

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Ask for it in the list."""
        return f"vendor-{letter.message_id}" if self._ask("GET", letter) == 200 else None


class SharedClock:
    """The machine's clock, moved by the number of seconds in a file that all processes see."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("d", 0.0))
        with path.open("r+b") as file:
            self._seen = mmap.mmap(file.fileno(), 8)

    def now(self) -> datetime:
        """The instant that it shows."""
        moved: float = struct.unpack("d", self._seen[:8])[0]
        return datetime.fromtimestamp(time.time() + moved, UTC)

    def leap_to(self, instant: datetime) -> None:
        """Show this instant now, in all processes."""
        self._seen[:8] = struct.pack("d", instant.timestamp() - time.time())


def be_a_worker(settings: Settings, port: int, faster: float) -> None:
    """Run the real jobs until told to stop. `faster` divides their cadences, so that a small run does not wait long."""
    schema.open_installation(settings)
    table = [replace(each, every=each.every / faster) for each in jobs.jobs_with(OverTheLine(port))]
    jobs.run_forever(settings, table)


class Workers:
    """The four processes, and how they are killed."""

    def __init__(self, settings: Settings, port: int, faster: float, chance: random.Random) -> None:
        self._run = partial(be_a_worker, settings, port, faster)
        self._settings, self._chance = settings, chance
        self.killed_at: list[datetime] = []
        self._alive = [self._start() for _ in range(WORKERS)]

    def _start(self) -> int:
        db.dispose()  # no connection is shared with the child
        return _forked(self._run)

    def kill_one(self) -> None:
        """Kill one of them with -9, whatever it is doing, and start another."""
        number = self._chance.randrange(WORKERS)
        os.kill(self._alive[number], signal.SIGKILL)
        os.waitpid(self._alive[number], 0)
        self.killed_at.append(clock.now())
        self._alive[number] = self._start()

    def stop(self) -> float:
        """Tell all to stop, and return how many seconds they took; raises AssertionError where one failed."""
        begun = time.monotonic()
        for each in self._alive:
            os.kill(each, signal.SIGTERM)
        statuses = [os.waitpid(each, 0)[1] for each in self._alive]
        self._alive = []
        assert statuses == [0] * WORKERS, statuses
        return time.monotonic() - begun

    def kill_all(self) -> None:
        """Leave none behind."""
        for each in self._alive:
            os.kill(each, signal.SIGKILL)
            os.waitpid(each, 0)


def play(settings: Settings, folder: Path, *, patients: int, zones: list[str], kills: int, faster: float) -> Outcome:
    """Play the day on an open, empty installation; `kills` is how many workers die in each hour that is busy."""
    shared, outcome, chance = SharedClock(folder / "clock"), Outcome(patients), random.Random(7)
    before = clock.now
    _register(settings, patients, zones)
    clock.now = shared.now
    db.dispose()  # no connection is shared with the vendor
    vendor = Vendor(folder / "accepted")
    try:
        shared.leap_to(_first_due() - timedelta(seconds=2))
        workers = Workers(settings, vendor.port, faster, chance)
        try:
            _through_the_day(shared, workers, outcome, kills, chance)
            outcome.stopped_after = workers.stop()
        finally:
            workers.kill_all()
        outcome.kills = len(workers.killed_at)
        _reckon(outcome, vendor, workers)
    finally:
        vendor.close()
        clock.now = before
    return outcome


def _register(settings: Settings, patients: int, zones: list[str]) -> None:
    with clock.moved_to(REGISTERED), transaction() as session:
        ward = open_ward(session, settings, REGISTERED, REGISTERED + timedelta(days=7), PATHWAY)
        tenant = the_tenant(session)
        units = [
            create_unit(session, tenant, zone, phone="+4722000001", on_call_phone="+4799990001", zone=zone)
            for zone in zones
        ]
        clinical = Clinical("C50.9", "adjuvant", "EC90", 1, "A01")
        for number, fate in enumerate(crowd(patients, 1, seed=1)):
            person = fate.person
            given = Registration(
                person.given, person.family, person.national_number, person.birth_date, person.mobile, person.language
            )
            patient = register(session, ward.tenant_id, given, ward.nurse(0))
            unit = units[number % len(units)]
            plan_episode(session, start_episode(session, patient, unit, ward.pathways[0], DAY, clinical, ward.nurse(0)))


def _first_due() -> datetime:
    with reading() as session:
        found = session.scalars(select(func.min(Plan.next_opens_at))).one()
    assert isinstance(found, datetime)
    return found


def _through_the_day(
    shared: SharedClock, workers: Workers, outcome: Outcome, kills: int, chance: random.Random
) -> None:
    """Let each busy time run at real speed with its deaths, and leap to the next until the day is over."""
    ends = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC) + timedelta(days=1, hours=14)
    while (due := _first_due()) < ends:
        shared.leap_to(max(due - timedelta(seconds=2), shared.now()))
        for _ in range(kills):
            time.sleep(chance.uniform(0.2, 2.0))
            workers.kill_one()
            with reading() as session:
                if (led := who_leads(session)) is not None:
                    outcome.leaders.add(led.holder)
        _until_idle(shared)


def _until_idle(shared: SharedClock) -> None:
    """Wait until nothing is due. What only a dead worker holds is waited for by leaping to the end of its lease."""
    still, seen, gives_up = time.monotonic(), None, time.monotonic() + PATIENCE
    while True:
        state = _state()
        if state.waiting == 0:
            return
        assert time.monotonic() < gives_up, state
        if state != seen:
            still, seen = time.monotonic(), state
        elif state.due == 0 and state.leased_until is not None and time.monotonic() - still > STILL:
            shared.leap_to(max(state.leased_until, shared.now()))
            still = time.monotonic()
        time.sleep(0.2)


@dataclass(frozen=True)
class _State:
    waiting: int
    due: int
    leased_until: datetime | None


def _state() -> _State:
    """Count what is left to do now: plans that are due, and messages that are open and not for a later hour."""
    now = clock.now()
    with reading() as session:
        plans = session.scalar(select(func.count()).where(Plan.next_opens_at <= now)) or 0
        rows = session.execute(
            select(Message.state, Message.try_at).where(text(IS_OPEN), Message.send_after <= now)
        ).all()
    due = plans + sum(row.try_at <= now for row in rows)
    leased = [row.try_at for row in rows if row.state in (State.LEASED, State.AMBIGUOUS) and row.try_at > now]
    return _State(plans + len(rows), due, min(leased, default=None))


def _reckon(outcome: Outcome, vendor: Vendor, workers: Workers) -> None:
    """Hold the vendor's list against the patients: each asked once, in time."""
    with reading() as session:
        asked = {row.id: row for row in session.scalars(select(Assignment).where(Assignment.origin == "planned"))}
        messages = {str(row.id): row for row in session.scalars(select(Message).where(Message.kind == "assignment"))}
    got = Counter(message_id for message_id, _ in vendor.accepted)
    outcome.duplicates = sum(count - 1 for count in got.values())
    outcome.duplicates += len(messages) - len({row.assignment_id for row in messages.values()})
    outcome.duplicates += len(asked) - len({row.patient_id for row in asked.values()})
    reached = {messages[each].patient_id for each in got if each in messages}
    outcome.missed = outcome.patients - len(reached)
    for message_id, at in vendor.accepted:
        if (row := messages.get(message_id)) is not None and row.assignment_id is not None:
            due = asked[row.assignment_id].opens_at
            back = max([due, *(killed for killed in workers.killed_at if killed <= at)])
            outcome.late = max(outcome.late, (at - due).total_seconds())
            outcome.late_after_recovery = max(outcome.late_after_recovery, (at - back).total_seconds())
