"""Forms that simulated patients begin and leave are judged by Prom when their time is over, and the verdict sees it."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from prom import logs
from prom.assignments.models import Assignment
from prom.commands.simulating import jobs_of
from prom.config import Settings
from prom.db import reading, transaction
from prom.responses.models import Response
from prom.simulation import left_forms
from prom.simulation.faults import Verdict
from prom.simulation.trial import Run, Trial, run
from prom.simulation.verdict import judge
from prom.worklist.models import Evidence
from questionnaires.response import build

END = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def ran(database: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A small clinic whose patients leave every form that they open, and finish none."""
    logs.configure(logging.CRITICAL)
    monkeypatch.setattr(left_forms, "LEAVES", 1.0)
    monkeypatch.setattr(left_forms, "COMES_BACK", 0.0)
    return run(Trial(4, 21, END, pathway="systemic-treatment"), database, jobs_of(database))


def judged(ran: Run) -> Verdict:
    """What the verdict is now."""
    with reading() as session:
        return judge(ran, session)


def forget_a_begun_form(ran: Run) -> str:
    """What she had typed was thrown away when its time was over."""
    with transaction() as session:
        kept = session.scalars(select(Response).where(Response.status == "in-progress")).all()
        session.execute(update(Evidence).where(Evidence.response_id == kept[0].id).values(response_id=None))
        session.execute(delete(Response).where(Response.id == kept[0].id))
    return "begun form never judged"


def judge_an_hour_late(ran: Run) -> str:
    """It was over an hour before anybody judged it."""
    with transaction() as session:
        over = select(Response.assignment_id).where(Response.status == "in-progress")
        form = session.scalars(select(Assignment).where(Assignment.id.in_(over)).order_by(Assignment.id)).all()[-1]
        form.begun_expires_at -= timedelta(hours=1)
    return "begun form judged late"


def lose_an_emergency(ran: Run) -> str:
    """She had typed something dangerous before she left, and nothing stands on the list."""
    life = next(each for each in ran.ward.lives.values() if each.left)
    life.left_in_emergency.add(next(iter(life.left)))
    with transaction() as session:
        session.execute(update(Evidence).values(assignment_id=None))
    return "red flag without an emergency"


def test_begun_forms_are_judged_on_what_they_hold_and_each_that_is_not_is_found(ran: Run) -> None:
    left = [form for life in ran.ward.lives.values() for form in life.left]
    with reading() as session:
        kept = session.scalars(select(Response.assignment_id).where(Response.status == "in-progress")).all()
    assert len(kept) > 3
    assert set(kept) <= set(left)
    assert judged(ran).named == []
    wrongs: list[Callable[[Run], str]] = [forget_a_begun_form, judge_an_hour_late, lose_an_emergency]
    for wrong in wrongs:
        fault = wrong(ran)
        assert judged(ran).faults[fault] > 0, fault


def test_whoever_answers_nothing_leaves_no_form(database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """She opened it and went on: nothing was begun, and nothing is to be judged."""
    logs.configure(logging.CRITICAL)
    monkeypatch.setattr(left_forms, "LEAVES", 1.0)
    monkeypatch.setattr(left_forms, "filled_in", lambda form, *_: build(form, {}))
    ran = run(Trial(2, 8, END, pathway="systemic-treatment"), database, jobs_of(database))
    assert not any(life.left for life in ran.ward.lives.values())
    assert judged(ran).clean
