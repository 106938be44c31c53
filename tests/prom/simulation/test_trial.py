"""A clinic of any size through weeks: clean through the real code, and not clean where that code does wrong."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update

from prom import jobs, logs
from prom.assignments.models import Assignment
from prom.commands.simulating import jobs_of
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging.models import Message
from prom.simulation import crowd, volumes
from prom.simulation.faults import Verdict
from prom.simulation.phones import Received
from prom.simulation.trial import Run, Trial, run
from prom.simulation.verdict import judge

OSLO = ZoneInfo("Europe/Oslo")
#: Over the autumn change of the clocks.
END = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def ran(database: Settings) -> Run:
    """A small clinic that has run for three weeks."""
    logs.configure(logging.CRITICAL)
    return run(Trial(6, 21, END), database, jobs_of(database))


def judged(ran: Run) -> Verdict:
    """What the verdict is now."""
    with reading() as session:
        return judge(ran, session)


def lose_one(ran: Run) -> str:
    """An assignment that was opened is gone."""
    with transaction() as session:
        row = session.scalars(select(Assignment).where(Assignment.origin == "planned").order_by(Assignment.id)).all()[
            -1
        ]
        session.execute(update(Message).where(Message.assignment_id == row.id).values(assignment_id=None))
        session.execute(update(Assignment).where(Assignment.id == row.id).values(origin="clinician"))
    return "never asked"


def double_one(ran: Run) -> str:
    """A telephone got the same message twice."""
    ran.ward.phones.received.append(_first(ran))
    return "message doubled"


def send_after_the_answer(ran: Run) -> str:
    """A message came after she had answered."""
    first = _first(ran)
    with reading() as session:
        row = session.get_one(Message, first.message_id)
    life = next(each for each in ran.ward.lives.values() if each.patient_id == row.patient_id)
    assert row.assignment_id is not None
    life.answered[row.assignment_id] = first.at - timedelta(hours=1)
    return "message after an answer"


def send_after_death(ran: Run) -> str:
    """Somebody had died before a message came."""
    first = _first(ran)
    with reading() as session:
        row = session.get_one(Message, first.message_id)
    next(each for each in ran.ward.lives.values() if each.patient_id == row.patient_id).died_at = first.at - timedelta(
        1
    )
    return "message after a death"


def send_at_night(ran: Run) -> str:
    """A message came at four in the morning."""
    first = _first(ran)
    ran.ward.phones.received[ran.ward.phones.received.index(first)] = Received(
        first.message_id, first.at.replace(hour=3), None
    )
    return "sent in quiet hours"


def _first(ran: Run) -> Received:
    with reading() as session:
        asked = set(session.scalars(select(Message.id).where(Message.kind == "assignment")))
    return next(each for each in ran.ward.phones.received if each.message_id in asked)


def test_a_clinic_over_a_change_of_the_clocks_is_clean_and_each_kind_of_wrong_is_found_by_name(ran: Run) -> None:
    verdict = judged(ran)
    assert verdict.named == []
    assert verdict.clean
    assert verdict.expected > 10
    assert sum(len(life.answered) for life in ran.ward.lives.values()) > 5
    wrongs: list[Callable[[Run], str]] = [
        lose_one, double_one, send_after_the_answer, send_after_death, send_at_night,
    ]  # fmt: skip
    for wrong in wrongs:
        fault = wrong(ran)
        assert judged(ran).faults[fault] > 0, fault


def test_the_table_and_the_plot_tell_every_day(ran: Run) -> None:
    with reading() as session:
        counted = volumes.count(ran, session)
    assert len(counted.days) == 22
    assert sum(counted.messages) == len(ran.ward.phones.received)
    written = list(volumes.lines(counted))
    assert sum(counted.asked) > 10
    assert len(written[-1]) == 10 + 22


def test_what_was_asked_beside_the_plan_counts_too(ran: Run) -> None:
    with transaction() as session:
        rows = session.scalars(select(Assignment).where(Assignment.status != "cancelled")).all()
        rows[0].origin, rows[1].origin = "patient", "answer"
    with reading() as session:
        assert sum(volumes.count(ran, session).asked) == len(rows)


def test_a_job_that_fails_is_a_fault(database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure(logging.CRITICAL)

    def fail(_settings: Settings) -> int:
        raise LookupError

    bad = jobs.Job("act on overdue alerts", timedelta(seconds=10), fail)
    monkeypatch.setattr(jobs, "JOBS", tuple(bad if each.name == bad.name else each for each in jobs.JOBS))
    ran = run(Trial(1, 1, END), database, jobs_of(database))
    assert judged(ran).faults["job failed"] > 0


def test_a_worker_that_forgets_reminders_and_the_silent_is_found_out(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweeps themselves do wrong here, and nothing in the rows is touched afterwards."""
    logs.configure(logging.CRITICAL)
    really = next(each.run for each in jobs.JOBS if each.name == "open assignments")

    def forget_reminders(settings: Settings) -> int | None:
        opened = really(settings)
        with transaction() as session:
            session.execute(delete(Message).where(Message.kind == "reminder"))
        return opened

    ways = {"open assignments": forget_reminders, "put the silent on the list": lambda _settings: 0}
    monkeypatch.setattr(crowd, "OFTEN_SILENT", 100)
    table = tuple(replace(each, run=ways.get(each.name, each.run)) for each in jobs.JOBS)
    monkeypatch.setattr(jobs, "JOBS", table)
    faults = judged(run(Trial(8, 18, END, pathway="systemic-treatment"), database, jobs_of(database))).faults
    assert {"never reminded", "silence not told"} <= faults.keys()
