"""Four workers at once on one database, killed at random with -9, ask each patient once."""

from pathlib import Path

from prom.config import Settings
from tests.journeys.killed_workers import play
from tests.journeys.worker_processes import WORKERS


def test_four_workers_that_are_killed_ask_each_patient_once_and_in_time(database: Settings, tmp_path: Path) -> None:
    """The whole day, with as many as one likes, is `python -m tests.journeys.four_workers`."""
    outcome = play(database, tmp_path, patients=16, zones=["Europe/Oslo"], kills=WORKERS, faster=5.0, seed=3)
    assert (outcome.duplicates, outcome.missed) == (0, 0)
    assert outcome.clean, outcome
    assert outcome.kills >= WORKERS
    assert outcome.stopped_after < 10
