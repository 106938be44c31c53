"""Four workers at once on one database, killed at random with -9, ask each patient once; what does not is found."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from prom import bulk
from prom.assignments import opening
from prom.assignments.models import Assignment, Plan
from prom.config import Settings
from tests.journeys import killed_workers
from tests.journeys.asked_once import Outcome
from tests.journeys.killed_workers import play
from tests.journeys.worker_processes import WORKERS


def played(database: Settings, folder: Path, *, kills: int = 0, aimed: int = 0) -> Outcome:
    """One hour of one zone."""
    return play(database, folder, patients=16, zones=["Europe/Oslo"], kills=kills, faster=5.0, seed=3, aimed=aimed)


@pytest.mark.hazard("H17")
def test_four_workers_that_are_killed_ask_each_patient_once_and_in_time(database: Settings, tmp_path: Path) -> None:
    """The whole day, with as many as one likes, is `python -m tests.journeys.four_workers`."""
    outcome = played(database, tmp_path, kills=WORKERS, aimed=2)
    assert (outcome.duplicates, outcome.missed) == (0, 0)
    assert outcome.clean, outcome
    assert outcome.kills >= WORKERS
    assert outcome.died_in_openings > 0
    assert outcome.stopped_after < 10


def test_a_message_that_is_lost_is_a_patient_who_was_missed(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the opening writes one message too few. The workers are forks of this process, and do it too."""
    really = opening._messages

    def lose_one(*arguments: Any) -> Iterator[tuple[Any, ...]]:
        return iter([*really(*arguments)][1:])

    monkeypatch.setattr(opening, "_messages", lose_one)
    outcome = played(database, tmp_path)
    assert (outcome.duplicates, outcome.clean) == (0, False)
    assert outcome.missed >= 1


def test_an_opening_that_opens_twice_is_found(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: each worker once forgets to move on the plans that it asks by, and no key guards the second row."""
    really_change, really_put, asked = bulk.change, bulk.put, list[int]()

    def forget_once(connection: Any, model: Any, names: Any, rows: Any) -> None:
        if model is Plan and len(asked) == 1 and asked[0]:
            asked.append(0)
            return
        really_change(connection, model, names, rows)

    def put_anyway(connection: Any, model: Any, names: Any, rows: Any) -> None:
        rows = [*rows]
        if model is Assignment:
            asked[:] = asked or [len(rows)] if rows else asked
            place = names.index("occurrence")
            rows = [(*row[:place], f"{row[place]}-{random.random()}", *row[place + 1 :]) for row in rows]
        really_put(connection, model, names, rows)

    monkeypatch.setattr(bulk, "change", forget_once)
    monkeypatch.setattr(bulk, "put", put_anyway)
    outcome = played(database, tmp_path)
    assert outcome.duplicates > 0
    assert not outcome.clean


def test_a_death_between_the_halves_of_an_opening_that_is_two_transactions_is_found(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: what is asked is kept before its messages are written, and the worker dies in between."""
    really: Callable[..., None] = bulk.put

    def keep_at_once(connection: Any, model: Any, names: Any, rows: Any) -> None:
        really(connection, model, names, rows)
        if model is Assignment:
            connection.commit()

    monkeypatch.setattr(bulk, "put", keep_at_once)
    monkeypatch.setattr(killed_workers, "PATIENCE", 15.0)
    outcome = played(database, tmp_path, aimed=1)
    assert outcome.died_in_openings == 1
    assert outcome.missed > 0
