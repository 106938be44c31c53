"""Whoever ends an episode and whoever corrects an answer of it wait for one another in one order."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import ending, service
from prom.assignments.models import Plan
from prom.config import Settings
from prom.db import on_postgresql, transaction
from prom.worklist.service import hold_episode
from tests.conftest import Hospital
from tests.prom.assignments.courses import begin, episode_of, item, publish


def test_an_end_waits_for_a_correction_and_neither_is_broken_off(hospital: Hospital, database: Settings) -> None:
    stay = begin(hospital, database, publish(item()), date(2026, 11, 2))
    ending = threading.Thread(target=stay.verb, args=("end", "finished"))
    with transaction() as session:
        hold_episode(session, stay.id)
        ending.start()
        ending.join(timeout=0.5)  # as far as it comes
        assert session.scalars(select(Plan).where(Plan.episode_id == stay.id).with_for_update()).all()
    ending.join()
    assert episode_of(stay).status == "ended"


def test_an_end_lets_go_of_all_where_she_holds_what_was_opened_meanwhile(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stay = begin(hospital, database, publish(item()), date(2026, 11, 2))
    opened, held = threading.Event(), threading.Event()

    def answer() -> None:
        """She locks her form, and then waits for the episode: as whoever sends an answer."""
        with transaction() as session:
            service.lock(session, stay.asked()[0].id)
            opened.set()
            assert held.wait(10)
            hold_episode(session, stay.id)

    answering = threading.Thread(target=answer)

    def hold_after_the_sweep(session: Session, episode_id: uuid.UUID) -> None:
        """Between the end's first look and its hold on the episode, a form opens and she begins to send it."""
        if on_postgresql(session) and not opened.is_set():
            with ThreadPoolExecutor(1) as worker:
                worker.submit(stay.tick).result(10)
            answering.start()
            assert opened.wait(10)
        hold_episode(session, episode_id)
        if opened.is_set() and not held.is_set():
            held.set()
            answering.join(timeout=0.3)  # as far as it comes: it waits for the episode now

    monkeypatch.setattr(ending, "hold_episode", hold_after_the_sweep)
    stay.verb("end", "finished")
    if answering.ident is not None:
        answering.join(10)
    assert [each.status for each in stay.asked()] == ["cancelled"] * opened.is_set()
    assert episode_of(stay).status == "ended"


def test_a_move_waits_for_the_sweep_and_withdraws_what_it_opened_on_the_old_day(
    hospital: Hospital, database: Settings
) -> None:
    timing = {"every": 7, "unit": "day", "count": 5, "at": "09:00", "from": {"anchor": "treatment-start", "days": 7}}
    stay = begin(hospital, database, publish(item(timing=timing)), date(2026, 11, 2))
    clock.move_to(datetime(2026, 11, 9, 8, 0, 5, tzinfo=UTC))
    moving = threading.Thread(target=stay.verb, args=("set_anchor", "treatment-start", date(2026, 11, 7)))
    with transaction() as session:
        assert service.open_due(session)
        moving.start()
        moving.join(timeout=0.5)  # as far as it comes
    moving.join()
    assert [each.status for each in stay.asked()] == ["cancelled"]
    assert stay.next() == datetime(2026, 11, 14, 8, tzinfo=UTC)
