"""A tick is measured only where nothing was due in it, and nothing failed."""

from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import delete

from prom import jobs
from prom.assignments.models import Plan
from prom.benchmark import nothing_due
from prom.benchmark.places import Place
from prom.benchmark.requests import Refused
from prom.benchmark.sizes import SMALL
from prom.benchmark.taking import Above, Taken, Ward
from prom.commands.benchmark import measured_tick
from prom.config import Settings
from prom.db import transaction
from tests import databases
from tests.conftest import Hospital

SIZE = replace(SMALL, runs=2, ticks=1)


def ward(settings: Settings, hospital: Hospital) -> Ward:
    """As much of the benchmark's ward as a tick needs."""
    above = Above(lambda _: 0, cast(Any, None), measured_tick, jobs.deliver)
    return Ward(Place(databases.KIND, settings, {}, None), cast(Any, hospital), SIZE, above, lambda _: None)


def test_a_tick_in_which_something_was_done_gives_no_figure(hospital: Hospital, database: Settings) -> None:
    with pytest.raises(Refused, match="open assignments"):  # what is due on this Monday
        nothing_due.tick(ward(database, hospital))


def test_a_tick_that_fails_gives_no_figure(
    hospital: Hospital, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_settings: Settings) -> int:
        raise LookupError

    broken = replace(jobs.JOBS[0], run=fail)
    monkeypatch.setattr(jobs, "JOBS", (broken,))
    with pytest.raises(Refused, match="LookupError"):
        nothing_due.tick(ward(database, hospital))


def test_with_nothing_due_each_job_is_asked_and_its_cost_is_told(hospital: Hospital, database: Settings) -> None:
    with transaction() as session:
        session.execute(delete(Plan))
    measured_tick(database)
    taken = Taken()
    assert nothing_due.measure(ward(database, hospital), taken, "few") > len(jobs.JOBS)
    assert len(taken.values["tick.few"]) == SIZE.runs
    assert set(measured_tick(database)) == {job.name for job in jobs.JOBS if job.alone is None}
