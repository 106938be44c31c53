"""The simulated worker wakes when something is due, and nothing that is left hides what comes after it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from prom import clock
from prom.assignments import episodes
from prom.assignments.models import Assignment
from prom.assignments.service import plan_episode
from prom.commands.simulating import jobs_of
from prom.config import Settings
from prom.db import reading, transaction
from prom.pathways.models import Episode
from prom.pathways.service import start_episode
from prom.patients.service import register
from prom.simulation.people import tenor_numbers
from prom.simulation.phones import Phones
from prom.simulation.ticking import ALL_EVERY, GRID, Ticking
from tests.conftest import CLINICAL, MONDAY, REGISTRATION, Hospital

#: When the hospital's weekly question opens: Mondays at 09:00 in Oslo.
OPENS = MONDAY.replace(hour=8, minute=0) + timedelta(weeks=1)


@pytest.fixture
def worker(hospital: Hospital, database: Settings) -> Ticking:
    """The worker, and a second patient beside the one who pauses over the next opening."""
    number = next(tenor_numbers(REGISTRATION.birth_date, first=300))
    with transaction() as session:
        other = replace(
            REGISTRATION,
            given="Testus",
            national_number=number,
            mobile="+4790000002",
        )
        patient = register(session, hospital.tenant.id, other, hospital.nurse_actor)
        arguments = hospital.unit, hospital.pathway, MONDAY.date(), CLINICAL, hospital.nurse_actor
        plan_episode(session, start_episode(session, patient, *arguments))
        pausing = session.get_one(Episode, hospital.episode.id)
        episodes.pause(session, pausing, OPENS + timedelta(hours=1), "admitted", hospital.nurse_actor)
    return Ticking(jobs_of(database)(Phones()), MONDAY)


def work_until(worker: Ticking, end: datetime) -> list[datetime]:
    """Let the worker work whenever something is due; returns when it woke."""
    woke = []
    while (at := worker.next_at()) <= end:
        clock.move_to(at)
        worker.work()
        woke.append(at)
    return woke


def opened_at() -> list[datetime]:
    """When what opens next week was really made, by the assignments' ids."""
    with reading() as session:
        rows = session.scalars(select(Assignment).where(Assignment.opens_at == OPENS).order_by(Assignment.id))
        return [clock_of(row.id.int) for row in rows]


def clock_of(number: int) -> datetime:
    """The instant in an id."""
    return datetime.fromtimestamp((number >> 80) / 1000, MONDAY.tzinfo)


def test_what_a_pause_holds_back_does_not_hide_what_is_due_for_another(worker: Ticking) -> None:
    work_until(worker, OPENS + timedelta(hours=2))
    assert opened_at() == [OPENS, OPENS + timedelta(hours=1)]
    assert worker.failed == []


def test_between_nothing_is_looked_at_but_all_jobs_run_every_few_hours(worker: Ticking) -> None:
    woke = work_until(worker, OPENS + timedelta(hours=1, minutes=1))
    assert len(woke) < (OPENS - MONDAY) / ALL_EVERY + 20
    assert all(later - earlier >= GRID for earlier, later in pairwise(woke))


def test_what_cannot_be_done_is_left_until_all_jobs_run_again(hospital: Hospital) -> None:
    ran: list[object] = []

    def do_nothing(names: Collection[str] | None) -> Mapping[str, str]:
        ran.append(names)
        return {}

    lazy = Ticking(do_nothing, MONDAY)
    work_until(lazy, MONDAY + timedelta(hours=5))
    assert None in ran
    assert len(ran) < 20
