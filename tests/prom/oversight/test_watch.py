"""Health: a process speaks for itself when asked if it is ready; what is silent, old or late turns the watch red."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from alerts.rules import Severity
from prom import clock, crypto, db, jobs
from prom.config import Settings
from prom.db import transaction
from prom.messaging.models import Message
from tests.conftest import Hospital
from tests.prom.messaging.letters import put as put_letter
from tests.prom.messaging.letters import put_on_call
from tests.prom.steps import later
from tests.prom.worklist.findings import finding
from tests.prom.worklist.findings import put as put_alert


def work(settings: Settings) -> None:
    """Let the worker run all its jobs once."""
    jobs.run_once(settings)


def told(client: FlaskClient) -> tuple[int, set[str]]:
    """The watch's status and the names of what is not well."""
    answer = client.get("/health/watch")
    document = answer.get_json()
    assert document["status"] == ("green" if answer.status_code == 200 else "red")
    return answer.status_code, {check["name"] for check in document["checks"] if not check["well"]}


@pytest.fixture
def working(client: FlaskClient, database: Settings) -> FlaskClient:
    """A browser on an installation whose worker has just run."""
    work(database)
    assert told(client) == (200, set())
    return client


def test_a_worker_that_never_ran_is_red(client: FlaskClient) -> None:
    assert told(client) == (503, {"tick"})


def test_a_worker_that_fell_silent_is_red_by_the_names_of_its_jobs(working: FlaskClient, database: Settings) -> None:
    later(seconds=60)
    assert told(working) == (200, set())
    later(seconds=1)
    status, names = told(working)
    assert status == 503
    assert {"job deliver messages", "job open assignments", "job act on overdue alerts"} <= names
    assert "job blank messages" not in names  # it runs every five minutes
    work(database)
    assert told(working) == (200, set())


def test_a_job_that_only_ever_fails_is_red(client: FlaskClient, database: Settings) -> None:
    def fail(_settings: Settings) -> int:
        raise LookupError

    work(database)
    jobs.run_once(database, [jobs.Job("new sweep", timedelta(seconds=10), fail)])
    assert told(client) == (503, {"job new sweep"})


def test_a_job_that_failed_a_moment_ago_and_ended_well_before_is_not_red_yet(
    working: FlaskClient, database: Settings
) -> None:
    def fail(_settings: Settings) -> int:
        raise LookupError

    jobs.run_once(database, [jobs.Job("deliver messages", timedelta(seconds=2), fail)])
    assert told(working) == (200, set())


def an_old_letter(hospital: Hospital) -> None:
    """A letter that nobody sends."""
    put_letter(hospital)
    later(minutes=5, seconds=1)


def an_overdue_alert(hospital: Hospital) -> None:
    """An emergency that nobody sweeps."""
    put_alert(hospital, finding(Severity.EMERGENCY))
    with transaction() as session:
        session.execute(text("DELETE FROM message"))
    later(minutes=11, seconds=1)


def a_failed_call(hospital: Hospital) -> None:
    """A message to the on-call phone that did not go out."""
    message_id = put_on_call(hospital)
    with transaction() as session:
        row = session.get_one(Message, message_id)
        row.state, row.failure, row.settled_at = "failed", "no-such-number", clock.now()


@pytest.mark.parametrize(
    "fault, names",
    [
        (an_old_letter, {"outbox"}),
        (an_overdue_alert, {"alerts", "emergencies"}),
        (a_failed_call, {"on-call messages"}),
    ],
)
def test_what_is_late_or_lost_is_red_by_its_name(
    working: FlaskClient, hospital: Hospital, fault: Callable[[Hospital], None], names: set[str]
) -> None:
    fault(hospital)
    status, red = told(working)
    assert status == 503
    assert {each for each in red if not each.startswith("job ")} == names


def test_a_letter_that_waits_for_a_moment_and_an_alert_in_time_are_well(
    working: FlaskClient, hospital: Hospital
) -> None:
    put_letter(hospital)
    put_alert(hospital, finding(Severity.SAME_DAY))
    later(seconds=30)
    assert told(working) == (200, set())


def test_the_watch_tells_counts_and_times_and_nothing_of_patients(working: FlaskClient, hospital: Hospital) -> None:
    put_letter(hospital)
    put_alert(hospital, finding(Severity.EMERGENCY))
    later(minutes=20)
    words = working.get("/health/watch").text
    assert "1 past their next action time" in words
    assert not any(each in words for each in ("Testine", "9000", "nausea", str(hospital.patient.id), "Poliklinikk"))


def test_the_process_is_live_and_ready_although_the_watch_is_red(client: FlaskClient, hospital: Hospital) -> None:
    """A late alert must not take the web down with it."""
    an_overdue_alert(hospital)
    assert told(client)[0] == 503
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "green")
    assert {check["name"] for check in ready.get_json()["checks"]} == {"database", "keys"}


def not_ready(client: FlaskClient) -> dict[str, str]:
    """What a process that is not ready says, by name."""
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert client.get("/health/live").status_code == 200
    return {check["name"]: check["seen"] for check in answer.get_json()["checks"] if not check["well"]}


def test_a_process_over_a_newer_schema_is_not_ready(client: FlaskClient, database: Settings) -> None:
    engine = db.make_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert "newer version" in not_ready(client)["schema"]


def test_a_process_without_keys_is_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "_keyring", None)
    assert not_ready(client) == {"keys": "not loaded"}


def test_a_process_without_a_database_is_not_ready_and_does_not_say_where_it_was(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = db.make_engine("postgresql+psycopg://prom:planted-password@/prom?host=/nowhere")
    monkeypatch.setattr(db, "engine", lambda: nowhere)
    said = not_ready(client)
    assert said == {"database": "OperationalError"}


def test_the_outbox_is_shown_in_the_demo_only(client: FlaskClient, hospital: Hospital) -> None:
    client.post("/sign-in", data={"username": "nurse", "password": "correct horse battery"})
    put_letter(hospital)
    assert client.get("/outbox").status_code == 404
