"""Four workers on one database through a day, killed with -9 at random.

Real processes run the real `jobs.run_forever`; a vendor outside them keeps the list of what it got. The clock of all is
the machine's own, moved ahead by what stands in a shared file: it runs at its real speed while anything is due, so that
leases and ticks mean what they mean, and leaps over the hours in which nothing is. Workers are killed while they work.
"""

import random
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from prom import clock, db
from prom.assignments.models import Plan
from prom.assignments.service import plan_episode
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging.models import IS_OPEN, Message, State
from prom.oversight.leading import who_leads
from prom.pathways.service import Clinical, start_episode
from prom.patients.service import Registration, register
from prom.simulation.crowd import crowd
from prom.simulation.ward import open_ward
from prom.staff.queries import the_tenant
from prom.staff.service import create_unit
from tests.journeys.asked_once import Outcome, reckon
from tests.journeys.shared_clock import SharedClock
from tests.journeys.vendor_process import Vendor
from tests.journeys.worker_processes import Aimed, Workers

PATHWAY = "systemic-treatment"
#: Everybody is asked on this Monday at 09:00 of her unit's zone; it lies in the past of any machine.
DAY = date(2026, 11, 2)
REGISTERED = datetime(2026, 10, 31, 12, tzinfo=UTC)
#: Nothing moves for so long: whoever holds what is leased is dead, and the clock may leap to the lease's end.
STILL = 4.0
PATIENCE = 300.0
#: The clock runs at its real speed from so long before anything is due.
AHEAD = timedelta(seconds=1)


def play(
    settings: Settings,
    folder: Path,
    *,
    patients: int,
    zones: list[str],
    kills: int,
    faster: float,
    seed: int,
    aimed: int = 0,
) -> Outcome:
    """Play the day on an open, empty installation.

    `kills` is how many workers die in each hour that is busy, at random; `aimed`, how many die over the whole day
    between the statements of an opening.
    """
    shared, outcome, chance = SharedClock(folder / "clock"), Outcome(patients), random.Random(seed)
    before = clock.now
    _register(settings, patients, zones)
    clock.now = shared.now
    db.dispose()  # no connection is shared with the vendor
    vendor = Vendor(folder / "accepted")
    try:
        shared.leap_to(_first_due() - AHEAD)
        in_openings = Aimed(folder / "aimed", aimed)
        workers = Workers(settings, vendor.port, faster, chance, in_openings)
        try:
            _through_the_day(shared, workers, outcome, kills, chance)
            outcome.stopped_after = workers.stop()
        finally:
            workers.kill_all()
        outcome.died_in_openings = in_openings.deaths
        reckon(outcome, vendor.accepted, workers.killed_at)
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
        shared.leap_to(max(due - AHEAD, shared.now()))
        time.sleep(AHEAD.total_seconds())
        for _ in range(kills):
            _wait_for_a_victim(chance)
            workers.follow_the_dead()
            workers.kill_one()
            with reading() as session:
                if (led := who_leads(session)) is not None:
                    outcome.leaders.add(led.holder)
        if not _until_idle(shared, workers):
            return


def _wait_for_a_victim(chance: random.Random) -> None:
    """Half of the deaths come at any moment, half while messages are in somebody's hands."""
    until = time.monotonic() + chance.choice([chance.uniform(0.0, 1.0), 5.0])
    while time.monotonic() < until and _state().leased_until is None:
        time.sleep(0.03)
    time.sleep(chance.uniform(0.0, 0.1))


def _until_idle(shared: SharedClock, workers: Workers) -> bool:
    """Wait until nothing is due; False where that never comes, and who was missed is told by the reckoning.

    What only a dead worker holds is waited for by leaping to the end of its lease.
    """
    still, seen, gives_up = time.monotonic(), None, time.monotonic() + PATIENCE
    while (state := _state()).waiting and time.monotonic() < gives_up:
        workers.follow_the_dead()
        if state != seen:
            still, seen = time.monotonic(), state
        elif state.due == 0 and state.leased_until is not None and time.monotonic() - still > STILL:
            shared.leap_to(max(state.leased_until, shared.now()))
            still = time.monotonic()
        time.sleep(0.2)
    return state.waiting == 0


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
