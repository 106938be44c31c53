"""A clinic in parts: the same people, counted together, each part in a process of its own."""

import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from prom.commands.simulating import jobs_of
from prom.config import Settings
from prom.simulation import outcome
from prom.simulation.crowd import crowd, shared_out
from prom.simulation.faults import Verdict
from prom.simulation.trial import Jobs, Trial
from prom.simulation.volumes import Volumes

END = datetime(2026, 11, 2, 12, tzinfo=UTC)


class NoJobs(Exception):
    """What one part meets."""


def one_of_them_fails(settings: Settings) -> Jobs:
    """The first process to come here fails; the other finds the folder and works."""
    try:
        Path(os.environ["HAS_FAILED"]).mkdir()
    except FileExistsError:
        return jobs_of(settings)
    raise NoJobs


def test_every_patient_is_in_one_part() -> None:
    whole = [each.person for each in crowd(7, 30, 1)]
    parts = [[each.person for each in shared_out(crowd(7, 30, 1), part, 3)] for part in range(3)]
    assert sorted((person for part in parts for person in part), key=lambda person: person.number) == whole


def test_each_part_has_people_of_every_pathway() -> None:
    """There are four pathways, which patients take in turn: every second one would be on half of them."""
    people = crowd(80, 30, 1)
    for part in range(2):
        turns = Counter(each.person.number % 4 for each in shared_out(people, part, 2))
        assert min(turns[turn] for turn in range(4)) >= 5


def test_faults_and_counts_are_added_and_the_largest_lateness_stands() -> None:
    one = Verdict(Counter({"asked twice": 1}), ["one"], 3, timedelta(seconds=1), timedelta(seconds=9))
    other = Verdict(Counter({"asked twice": 2, "sent late": 1}), ["other"], 4, timedelta(seconds=2), timedelta())
    added = one + other
    assert added == Verdict(
        Counter({"asked twice": 3, "sent late": 1}), ["one", "other"], 7, timedelta(seconds=2), timedelta(seconds=9)
    )
    assert not added.clean
    days = [date(2026, 11, 1), date(2026, 11, 2)]
    counted = Volumes(days, [1, 2], [3, 4], [5, 6], [7, 8]) + Volumes(days, [1, 1], [1, 1], [1, 1], [1, 1])
    assert counted == Volumes(days, [2, 3], [4, 5], [6, 7], [8, 9])


def test_processes_run_their_parts_and_tell_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "WORTH_A_PROCESS", 1)
    told: list[float] = []
    found = outcome.simulate(Trial(2, 2, END), jobs_of, told.append, processes=2)
    assert found.verdict.clean
    assert found.wakings >= 2 * 2 * 4
    assert told
    assert max(told) <= 1


def test_what_one_part_fails_with_ends_the_others_and_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(outcome, "WORTH_A_PROCESS", 1)
    monkeypatch.setenv("HAS_FAILED", f"{tmp_path / 'failed'}")
    told: list[float] = []
    with pytest.raises(NoJobs):
        outcome.simulate(Trial(2, 365, END), one_of_them_fails, told.append, processes=2)
    assert max(told) < 0.5
