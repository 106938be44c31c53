"""A clinic of any size through days or years, on a moved clock, by the real jobs and the real services."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from prom import clock
from prom.config import Settings
from prom.db import transaction
from prom.messaging.transport import Transport
from prom.simulation.agenda import Agenda
from prom.simulation.crowd import crowd, shared_out
from prom.simulation.doings import read_phones
from prom.simulation.fates import plan_arrivals
from prom.simulation.ticking import Ticking
from prom.simulation.ward import Ward, open_ward
from prom.simulation.wards_nurses import make_round, rounds

#: Given the way out of the house, returns what runs jobs by name (all where None) and tells which failed.
Jobs = Callable[[Transport], Callable[[Collection[str] | None], Mapping[str, str]]]


@dataclass(frozen=True)
class Trial:
    """What is simulated. It ends at `end`, so that a kept clinic stands as of now."""

    patients: int
    days: int
    end: datetime
    seed: int = 1
    pathway: str | None = None
    #: Which of how many parts of the patients: each part is a process with a database of its own.
    part: int = 0
    parts: int = 1

    @property
    def begins(self) -> datetime:
        """When the clinic opens."""
        return self.end - timedelta(days=self.days)


@dataclass(frozen=True)
class Run:
    """A trial that has run."""

    trial: Trial
    ward: Ward
    worker: Ticking


def run(trial: Trial, settings: Settings, jobs: Jobs, progress: Callable[[float], None] = lambda _: None) -> Run:
    """Let it all happen in the open, empty installation; `progress` is told the share that is done.

    Returns what the simulation knows of it and what the worker did; nothing is judged here.
    """
    with clock.moved_to(trial.begins), transaction() as session:
        ward = open_ward(session, settings, trial.begins, trial.end, trial.pathway)
    agenda, people = Agenda(), crowd(trial.patients, trial.days, trial.seed)
    plan_arrivals(ward, agenda, shared_out(people, trial.part, trial.parts))
    for instant in rounds(ward):
        agenda.at(instant, partial(make_round, ward))
    worker = Ticking(jobs(ward.phones), trial.begins)
    _let_happen(ward, agenda, worker, progress)
    return Run(trial, ward, worker)


def _let_happen(ward: Ward, agenda: Agenda, worker: Ticking, progress: Callable[[float], None]) -> None:
    with clock.moved_to(ward.begins):
        while True:
            work_at, happens_at = worker.next_at(), agenda.first_at()
            instant = work_at if happens_at is None else min(work_at, happens_at)
            if instant > ward.end:
                break
            clock.move_to(max(instant, clock.now()))
            if work_at <= instant:
                worker.work()
                read_phones(ward, agenda)
            else:
                agenda.run_first()
            progress((clock.now() - ward.begins) / (ward.end - ward.begins))
    progress(1.0)
