"""Faults planted one by one in an installation that works: each is seen on /health/watch within two minutes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import repeat
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, text, update

from alerts.rules import Severity
from prom import clock, crypto, db, jobs
from prom.config import Settings
from prom.db import transaction
from prom.errors import StartRefused
from prom.messaging.models import Message
from prom.oversight import machine
from prom.oversight.leading import Leading
from prom.oversight.machine import Steadiness
from prom.schema import load_tenants
from prom.staff.models import Clinician, Tenant, Unit
from tests.conftest import Hospital
from tests.fake_transport import Does, FakeTransport
from tests.prom.messaging.letters import put as put_letter
from tests.prom.steps import later
from tests.prom.worklist.findings import finding
from tests.prom.worklist.findings import put as put_alert

#: Within so many looks, half a minute apart, each fault is seen.
LOOKS = 4


@dataclass
class Place:
    """Where a fault is planted."""

    client: FlaskClient
    hospital: Hospital
    settings: Settings
    patch: pytest.MonkeyPatch
    transport: FakeTransport
    leading: Leading
    #: What the worker still does each half minute.
    ticks: bool = True
    leads: bool = True

    def work(self) -> None:
        """Let the worker do what it still does."""
        if self.leads:
            jobs._holds(self.leading)
        if self.ticks:
            jobs.run_once(self.settings, (*jobs.jobs_with(self.transport), jobs.CANARY))

    def red(self) -> set[str]:
        """What the watch says is not well."""
        answer = self.client.get("/health/watch")
        found = {check["name"] for check in answer.get_json()["checks"] if not check["well"]}
        assert answer.status_code == (503 if found else 200)
        return found

    def owner(self, statement: str, **values: object) -> None:
        """Do in the database what the application itself may not."""
        engine = db.make_engine(self.settings.owner_url)
        with engine.begin() as connection:
            connection.execute(text(statement), values)
        engine.dispose()


@pytest.fixture
def place(
    client: FlaskClient, hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """An installation with a worker that leads, and nothing wrong."""
    monkeypatch.setattr(machine, "_steadiness", Steadiness())
    made = Place(client, hospital, database, monkeypatch, FakeTransport(), Leading(database))
    made.work()
    assert made.red() == set()
    yield made
    made.leading.let_go()


def dead_tick(place: Place) -> None:
    """The worker is there and leads, and its scheduler ticks no more."""
    place.ticks = False


def stopped_worker(place: Place) -> None:
    """The worker is gone."""
    place.ticks = place.leads = False


def full_disk(place: Place) -> None:
    """Whatever is written is refused."""
    if place.settings.is_sqlite:
        place.owner("CREATE TRIGGER full BEFORE UPDATE ON tick BEGIN SELECT RAISE(FAIL, 'database is full'); END")
        return
    place.owner(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$"
    )
    place.owner("CREATE TRIGGER disk_full BEFORE UPDATE ON tick EXECUTE FUNCTION refuse()")


def disk_nearly_full(place: Place) -> None:
    """There is hardly room left."""
    place.patch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": machine.LEAST_FREE - 1}))


def jumping_clock(place: Place) -> None:
    """The machine's clock is put forward, and its monotonic one is not."""
    ahead = clock.wall() + timedelta(seconds=90)
    place.patch.setattr(clock, "wall", lambda: ahead)


def worker_ahead(place: Place) -> None:
    """A worker on a machine whose clock is an hour ahead: it could die, and look alive for that hour."""
    with clock.moved_to(clock.now() + timedelta(hours=1)):
        place.work()
    place.ticks = False


def refusing_vendor(place: Place) -> None:
    """The vendor refuses everything for now."""
    place.transport._does = repeat(Does.REFUSE_FOR_NOW)
    put_letter(place.hospital)


def emergency_to_nobody(place: Place) -> None:
    """The vendor refuses, and what it refuses is an emergency."""
    place.transport._does = repeat(Does.REFUSE_FOR_NOW)
    put_alert(place.hospital, finding(Severity.EMERGENCY))


def wrong_key(place: Place) -> None:
    """A tenant's keys come from a backup that was sealed by another master key."""
    another = crypto.Keyring(bytes(32)).make_tenant(place.hospital.tenant.id)[0]
    with transaction() as session:
        session.execute(update(Tenant).values(wrapping_key=another))
    with pytest.raises(StartRefused):  # nor does any process start on it
        load_tenants()


def empty_rule_set(place: Place) -> None:
    """The rules that her pathway is judged by have been emptied behind Prom's back."""
    emptied = (
        '{"questionnaire": "urn:prom:questionnaire:symptom-check", "questionnaireVersions": ["1.0.0"], "rules": []}'
    )
    place.owner("UPDATE definition SET document = :emptied WHERE kind = 'rule-set'", emptied=emptied)


def poisoned_message(place: Place) -> None:
    """A message that nobody can open."""
    message_id = put_letter(place.hospital)
    with transaction() as session:
        session.get_one(Message, message_id).letter_sealed = b"\x01" + bytes(40)


def nobody_on_the_ward(place: Place) -> None:
    """Everybody who may act on an alert has left."""
    with transaction() as session:
        for each in session.scalars(select(Clinician)):
            each.active = False


def no_phone(place: Place) -> None:
    """The unit's on-call phone was taken away."""
    with transaction() as session:
        session.get_one(Unit, place.hospital.unit.id).on_call_phone = ""


FAULTS: list[tuple[Callable[[Place], None], str]] = [
    (dead_tick, "job act on overdue alerts"),
    (stopped_worker, "leader"),
    (full_disk, "job deliver messages"),
    (disk_nearly_full, "disk"),
    (jumping_clock, "clock"),
    (worker_ahead, "job deliver messages"),
    (refusing_vendor, "vendor"),
    (emergency_to_nobody, "emergencies"),
    (wrong_key, "keys"),
    (empty_rule_set, "rules"),
    (poisoned_message, "vendor"),
    (nobody_on_the_ward, "recipients"),
    (no_phone, "recipients"),
]


@pytest.mark.hazard("H36", "H38")
@pytest.mark.parametrize("fault, name", FAULTS, ids=[each.__name__ for each, _ in FAULTS])
def test_a_planted_fault_is_seen_within_two_minutes(place: Place, fault: Callable[[Place], None], name: str) -> None:
    fault(place)
    assert name in _seen_in_two_minutes(place)


def _seen_in_two_minutes(place: Place) -> set[str]:
    for _ in range(LOOKS):
        later(seconds=30)
        place.work()
    return place.red()


@pytest.mark.hazard("H36")
def test_without_a_fault_two_minutes_change_nothing(place: Place) -> None:
    put_letter(place.hospital)
    put_alert(place.hospital, finding(Severity.EMERGENCY))
    assert _seen_in_two_minutes(place) == set()


@contextmanager
def _held_lock(place: Place) -> Iterator[None]:
    """Somebody has locked an episode (on SQLite, with it all there is) and does not let go."""
    engine = db.make_engine(place.settings.database_url).execution_options(begin="BEGIN IMMEDIATE")
    waits = "SELECT 1 FROM episode" if place.settings.is_sqlite else "SELECT 1 FROM episode FOR UPDATE"
    with engine.connect() as connection:
        connection.execute(text(waits))
        yield
    engine.dispose()


@pytest.mark.hazard("H36")
def test_a_lock_that_is_held_is_seen(place: Place) -> None:
    if place.settings.is_sqlite:  # its writers wait for half a minute; nobody needs to here
        event.listen(db.engine().pool, "checkout", _without_patience)
        seen = "job act on overdue alerts"
    else:
        place.patch.setattr(machine, "LONGEST_LOCK", timedelta(0))  # the server's clock cannot be moved
        seen = "locks"
    with _held_lock(place):
        assert seen in _seen_in_two_minutes(place)


def _without_patience(connection: Any, _entry: object, _proxy: object) -> None:
    connection.execute("PRAGMA busy_timeout = 10")


def test_a_lock_that_was_taken_a_moment_ago_is_no_fault(place: Place) -> None:
    with nullcontext() if place.settings.is_sqlite else _held_lock(place):
        assert place.red() == set()


@pytest.mark.hazard("H36")
def test_a_clock_that_differs_from_the_databases_is_seen(place: Place) -> None:
    """Of two machines, that is: the embedded database has no clock of its own, but the machine's."""
    ahead = clock.wall() + timedelta(seconds=61)
    place.patch.setattr(clock, "wall", lambda: ahead)
    place.patch.setattr(machine, "_steadiness", Steadiness())
    assert place.red() == (set() if place.settings.is_sqlite else {"clock"})


@pytest.mark.parametrize("seconds, told", [(60, False), (61, True), (-61, True)])
def test_a_clock_jumps_when_it_goes_a_minute_otherwise_than_the_monotonic_one(
    monkeypatch: pytest.MonkeyPatch, seconds: int, told: bool
) -> None:
    now, steady = clock.wall(), [1000.0]
    monkeypatch.setattr(machine, "monotonic", lambda: steady[0])
    monkeypatch.setattr(clock, "wall", lambda: now)
    looked = Steadiness()
    steady[0] += 300
    monkeypatch.setattr(clock, "wall", lambda: now + timedelta(seconds=300 + seconds))
    assert (looked.jump() == timedelta(seconds=seconds)) is told


def test_a_jump_is_told_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    now, past = clock.wall(), [0.0]
    monkeypatch.setattr(machine, "monotonic", lambda: past[0])
    monkeypatch.setattr(clock, "wall", lambda: now + timedelta(seconds=past[0]))
    looked = Steadiness()
    monkeypatch.setattr(clock, "wall", lambda: now + timedelta(seconds=past[0] + 90))
    assert looked.jump() == timedelta(seconds=90)
    past[0] += 3600
    assert looked.jump() == timedelta(seconds=90)
    past[0] += 1
    assert looked.jump() is None


@pytest.mark.hazard("H38")
def test_an_emergency_that_somebody_acknowledged_has_reached_somebody(place: Place) -> None:
    place.transport._does = repeat(Does.REFUSE_FOR_NOW)
    put_alert(place.hospital, finding(Severity.EMERGENCY))
    with transaction() as session:
        session.execute(
            text("UPDATE alert SET state = 'acknowledged', claimed_by = :nurse"), _bound(place.hospital.nurse.id)
        )
    assert "emergencies" not in _seen_in_two_minutes(place)


def _bound(nurse: Any) -> dict[str, Any]:
    return {"nurse": nurse if db.engine().dialect.name == "postgresql" else nurse.hex}


@pytest.mark.hazard("H38")
def test_a_message_about_another_emergency_is_none_about_this_one(place: Place) -> None:
    put_alert(place.hospital, finding(Severity.EMERGENCY, topic="fever"))
    place.work()
    place.transport._does = repeat(Does.REFUSE_FOR_NOW)
    put_alert(place.hospital, finding(Severity.EMERGENCY, topic="chest-pain"))
    assert "emergencies" in _seen_in_two_minutes(place)
