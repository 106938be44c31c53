"""The metrics' page: for a client with its scope only, with figures of the whole hospital and of nobody in it."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from alerts.rules import Severity
from prom import clock, db, jobs
from prom.config import Settings
from prom.db import transaction
from prom.worklist import service as worklist
from tests.conftest import Hospital, Machine, SignIn
from tests.prom.messaging.letters import put as put_letter
from tests.prom.oversight.test_watch import an_overdue_alert
from tests.prom.scrapes import series, told
from tests.prom.steps import later
from tests.prom.worklist.findings import finding
from tests.prom.worklist.findings import put as put_alert

#: All that may tell series apart: nothing of a patient, a unit, a rule or a questionnaire.
LABELS = {"endpoint", "method", "status", "le", "job", "outcome", "source", "severity", "kind", "state", "process"}


@pytest.fixture
def scrape(client: FlaskClient, machine: Machine) -> "Scrape":
    """Ask as Prometheus does."""
    return Scrape(client, machine("prom/metrics.read"))


class Scrape:
    """A scraper with its token."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self._client, self._headers = client, headers

    def text(self) -> str:
        """Everything that is told now."""
        answer = self._client.get("/metrics", headers=self._headers)
        assert answer.status_code == 200
        assert answer.content_type.startswith("text/plain; version=")
        return answer.text

    def __call__(self, name: str, **labels: str) -> float:
        """One figure."""
        return told(self.text(), name, **labels)


def test_nobody_reads_the_metrics_without_a_token(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.text == "not-signed-in\n"


def test_another_scope_does_not_open_the_metrics(client: FlaskClient, machine: Machine) -> None:
    assert client.get("/metrics", headers=machine("prom/worklist.read")).status_code == 403


@pytest.mark.parametrize("username", ["nurse", "quality", "administrator"])
def test_a_persons_cookie_does_not_open_the_metrics(client: FlaskClient, sign_in: SignIn, username: str) -> None:
    sign_in(client, username)
    assert client.get("/metrics").status_code == 401


def test_nothing_tells_series_apart_by_patient_unit_or_content(
    scrape: Scrape, hospital: Hospital, database: Settings
) -> None:
    put_alert(hospital, finding(Severity.EMERGENCY))
    jobs.run_once(database)
    told_apart = series(scrape.text())
    assert len(told_apart) > 50
    assert {label for _, labels in told_apart for label in labels} <= LABELS | {"version"}
    values = " ".join(value for _, labels in told_apart for value in labels.values())
    for secret in (hospital.patient.id, hospital.unit.id, hospital.unit.name, hospital.nurse.id, "fever"):
        assert str(secret) not in values


def test_open_alerts_are_counted_by_severity(scrape: Scrape, hospital: Hospital) -> None:
    assert scrape("prom_alerts_open") == 0
    put_alert(hospital, finding(Severity.EMERGENCY))
    assert scrape("prom_alerts_open", severity="emergency") == 1
    assert scrape("prom_alerts_open", severity="same-day") == 0
    assert scrape("prom_alerts_escalated") == 0
    later(minutes=11)
    with transaction() as session:
        worklist.sweep_overdue(session)
    assert scrape("prom_alerts_escalated", severity="emergency") == 1


def test_an_alert_that_nobody_sweeps_is_overdue(scrape: Scrape, hospital: Hospital) -> None:
    an_overdue_alert(hospital)
    assert scrape("prom_alerts_overdue", severity="emergency") == 1


def test_what_waits_in_the_outbox_is_told_by_state_and_age(scrape: Scrape, hospital: Hospital) -> None:
    assert scrape("prom_outbox_oldest_seconds") == 0
    put_letter(hospital)
    later(minutes=3)
    assert scrape("prom_messages_open", state="pending") == 1
    assert scrape("prom_outbox_oldest_seconds") == 180


def test_a_tried_message_is_counted_by_its_outcome(scrape: Scrape, hospital: Hospital, database: Settings) -> None:
    before = scrape("prom_messages_tried_total", kind="assignment", outcome="accepted")
    put_letter(hospital)
    jobs.run_once(database)
    assert scrape("prom_messages_tried_total", outcome="accepted") > before
    assert scrape("prom_messages_open") == 0


def test_a_silent_job_and_one_that_never_ended_well_are_told_by_seconds(scrape: Scrape, database: Settings) -> None:
    def fail(_settings: Settings) -> int:
        raise LookupError

    jobs.run_once(database)
    jobs.run_once(database, [jobs.Job("new sweep", timedelta(seconds=10), fail)])
    later(minutes=2)
    assert scrape("prom_job_silent_seconds", job="deliver messages") == 120
    assert scrape("prom_job_silent_seconds", job="new sweep") > timedelta(days=365).total_seconds()


def test_runs_of_jobs_are_counted_by_outcome(scrape: Scrape, database: Settings) -> None:
    def fail(_settings: Settings) -> int:
        raise LookupError

    before = [scrape("prom_job_run_seconds_count", job="counted", outcome=each) for each in ("well", "failed")]
    for run in (fail, lambda _: 1, lambda _: 0):
        jobs.run_once(database, [jobs.Job("counted", timedelta(seconds=10), run)])
    after = [scrape("prom_job_run_seconds_count", job="counted", outcome=each) for each in ("well", "failed")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 1]


def test_what_the_auditor_found_is_told_for_a_day(scrape: Scrape, hospital: Hospital) -> None:
    assert scrape("prom_auditor_disagreements") == 0
    with transaction() as session:
        session.execute(
            text("INSERT INTO disagreement (id, tenant_id, response_id, found_at) VALUES (:id, :tenant, :id, :at)"),
            {"id": db.new_id().hex, "tenant": hospital.tenant.id.hex, "at": clock.now().replace(tzinfo=None)},
        )
    assert scrape("prom_auditor_disagreements") == 1
    later(hours=24, seconds=1)
    assert scrape("prom_auditor_disagreements") == 0


def test_the_version_that_answers_is_told(scrape: Scrape) -> None:
    assert scrape("prom_info") == 1


def test_a_scrape_takes_no_more_statements_than_there_are_kinds_of_figures(
    machine: Machine, client: FlaskClient
) -> None:
    """It comes every few seconds for as long as Prom runs."""
    headers = machine("prom/metrics.read")
    client.get("/metrics", headers=headers)
    seen: list[str] = []
    event.listen(db.engine(), "before_cursor_execute", lambda *given: seen.append(given[2]))
    client.get("/metrics", headers=headers)
    assert len([each for each in seen if not each.startswith("BEGIN")]) <= 8
