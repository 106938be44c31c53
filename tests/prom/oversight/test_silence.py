"""The auditor on silence: who has not answered in time stands on the call list, and nobody else does."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import pauses
from prom.assignments.models import Assignment
from prom.audit.models import AuditRecord
from prom.config import Settings
from prom.db import reading, transaction
from prom.oversight import silence, watch
from prom.oversight.models import Disagreement
from prom.pathways.models import Episode
from prom.responses import service as responses
from prom.responses import silence as engine
from prom.responses.models import Response
from prom.sweeping import SomeFailed
from prom.worklist.models import Alert, AlertEvent, Evidence
from tests.conftest import Hospital
from tests.prom.steps import WELL, ask, count, later, rows, send, short

SILENT = {("silence", 2, "open")}


@pytest.fixture
def asked(hospital: Hospital, database: Settings) -> UUID:
    """A patient who has been asked, and is past due by an hour."""
    assignment_id = ask(database)
    with reading() as session:
        clock.move_to(session.get_one(Assignment, assignment_id).overdue_at + timedelta(hours=1))
    return assignment_id


def change(assignment_id: UUID, act: Callable[[Session, Assignment], object]) -> None:
    """Do something to the assignment."""
    with transaction() as session:
        act(session, session.get_one(Assignment, assignment_id))


def put_on_the_list(assignment_id: UUID) -> None:
    """Do what the job does."""
    with transaction() as session:
        assert responses.raise_silence(session, assignment_id)


def looked_again(minutes: float = 6) -> int:
    """Look, wait, and look again."""
    silence.recheck()
    later(minutes=minutes)
    return silence.recheck()


def is_green() -> bool:
    """Whether the watch is content with the auditor's verdict."""
    with reading() as session:
        return next(check for check in watch.watch(session) if check.name == "auditor").well


@pytest.mark.hazard("H15")
def test_a_silence_that_no_job_puts_on_the_list_is_put_there_and_turns_the_watch_red(asked: UUID) -> None:
    assert silence.recheck() == 0  # the job may be about to
    assert is_green()
    later(minutes=6)
    assert silence.recheck() == 1
    assert short() == SILENT
    assert not is_green()
    assert [row.assignment_id for row in rows(select(Disagreement))] == [asked]
    assert looked_again() == 0


@pytest.mark.hazard("H15")
def test_a_rule_that_the_engine_passes_over_is_found(asked: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(engine, "judge_silence", lambda *_args, **_more: ())
        put_on_the_list(asked)
    assert short() == set()
    assert silence.recheck() == 1
    assert short() == SILENT


def test_an_engine_that_still_finds_nothing_does_not_keep_the_auditor_from_telling(
    asked: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (engine, silence):
        monkeypatch.setattr(place, "judge_silence", lambda *_args, **_more: ())
    put_on_the_list(asked)
    assert silence.recheck() == 1
    assert short() == SILENT


@pytest.mark.hazard("H15")
def test_an_alert_that_was_lost_is_raised_anew(asked: UUID) -> None:
    put_on_the_list(asked)
    with transaction() as session:
        for table in (AlertEvent, Evidence, Alert):
            session.execute(delete(table))
    assert silence.recheck() == 1
    assert short() == SILENT


@pytest.mark.hazard("H15")
def test_a_window_that_ended_without_anybody_on_the_list_is_found(asked: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    later(days=30)
    with monkeypatch.context() as broken:
        broken.setattr(engine, "_is_paused", lambda *_args: True)
        change(asked, lambda session, row: responses.expire(session, row.id))
    assert silence.recheck() == 1
    assert short() == SILENT


def test_a_silence_that_was_raised_before_its_time_is_told_and_adds_nothing_to_the_list(
    hospital: Hospital, database: Settings
) -> None:
    assignment_id = ask(database)
    with transaction() as session:
        row = session.get_one(Assignment, assignment_id)
        clock.move_to(row.overdue_at - timedelta(minutes=1))
        row.opens_at -= timedelta(hours=100)
        row.due_at -= timedelta(hours=100)  # long enough for the rule, were it but overdue
    put_on_the_list(assignment_id)
    assert (silence.recheck(), count(Evidence)) == (1, 1)
    assert not is_green()


def test_rules_that_cannot_be_read_are_what_could_not_be_assessed(asked: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(engine, "judge_silence", lambda *_args, **_more: ())
        put_on_the_list(asked)
    change(asked, lambda _session, row: setattr(row, "rules", "urn:prom:rules:gone|1.0.0"))
    assert silence.recheck() == 1
    assert short() == {("could-not-be-assessed", 3, "open")}


def test_what_the_jobs_do_is_found_right_and_looked_at_once(asked: UUID) -> None:
    put_on_the_list(asked)
    assert looked_again() == 0
    later(days=30)
    change(asked, lambda session, row: responses.expire(session, row.id))
    assert looked_again() == 0
    rechecks = rows(select(AuditRecord).where(AuditRecord.action == "assignment.recheck"))
    assert len(rechecks) == 2  # once while it was open, once at its end, where other rules may fire
    assert (count(Disagreement), short()) == (0, SILENT)


def test_she_who_answers_late_or_whose_answer_was_an_error_is_no_difference(asked: UUID, hospital: Hospital) -> None:
    put_on_the_list(asked)
    receipt = send(asked, WELL)
    assert looked_again() == 0
    with transaction() as session:
        responses.enter_in_error(session, session.get_one(Response, receipt.response_id), hospital.nurse_actor)
    later(days=1)
    put_on_the_list(asked)
    assert looked_again() == 0
    assert count(Disagreement) == 0


@pytest.mark.parametrize("left_open", [True, False], ids=["open", "expired"])
def test_in_a_pause_nobody_is_missing(asked: UUID, hospital: Hospital, left_open: bool) -> None:
    with transaction() as session:
        episode = session.get_one(Episode, hospital.episode.id)
        pauses.pause(session, episode, clock.now() + timedelta(days=60), "admitted", hospital.nurse_actor)
    if not left_open:
        later(days=30)
        change(asked, lambda session, row: responses.expire(session, row.id))
    assert looked_again() == 0
    with transaction() as session:
        pauses.resume(session, session.get_one(Episode, hospital.episode.id), hospital.nurse_actor)
    assert looked_again(minutes=4) == 0
    assert looked_again(minutes=2) == (1 if left_open else 0)


@pytest.mark.parametrize("status", ["answered", "cancelled", "staff"])
def test_nobody_is_missing_who_need_not_answer(asked: UUID, status: str) -> None:
    if status == "answered":
        send(asked, WELL)
    else:
        value = {"status": "cancelled"} if status == "cancelled" else {"origin": "staff"}
        with transaction() as session:
            session.execute(update(Assignment).values(**value))
    assert looked_again() == 0
    assert count(Disagreement) == 0


def test_what_a_standstill_left_out_was_never_asked_so_that_nobody_is_silent(
    hospital: Hospital, database: Settings
) -> None:
    later(days=30)  # no worker for a month: what is over by now is stored as such, and the unit is told of that
    ask(database)
    assert count(Assignment, Assignment.status == "expired") > 0
    assert looked_again() == 0
    assert "silence" not in {topic for topic, _, _ in short()}


def test_one_that_fails_keeps_the_auditor_from_no_other(asked: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    silence.recheck()
    later(minutes=6)
    monkeypatch.setattr(silence, "_put_on_the_list", lambda *_args: 1 / 0)
    put_on_the_list(asked)
    with transaction() as session:
        for table in (AlertEvent, Evidence, Alert):
            session.execute(delete(table))
    monkeypatch.setattr(silence, "_passed_over", lambda: [asked])
    with pytest.raises(SomeFailed):
        silence.recheck()
    assert short() == SILENT
