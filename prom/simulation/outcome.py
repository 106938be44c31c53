"""What a simulation came to, also in parts: each in a process of its own, with a database of its own.

Patients share nothing but the machine, so a clinic can be run in parts and counted together.
"""

import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import reduce
from multiprocessing.sharedctypes import SynchronizedArray
from multiprocessing.synchronize import Event
from pathlib import Path

from prom import logs
from prom.config import Settings
from prom.db import reading
from prom.simulation import trial, volumes
from prom.simulation.faults import Verdict
from prom.simulation.throwaway import installation
from prom.simulation.trial import Jobs, Trial
from prom.simulation.verdict import judge
from prom.simulation.volumes import Volumes

#: Given the settings, returns what runs the jobs. It has to be a module's own function: other processes look it up.
JobsOf = Callable[[Settings], Jobs]
Tell = Callable[[float], None]
_shares: "SynchronizedArray[float]"
_given_up: Event

#: Fewer patients than these are not worth a process, which takes seconds to make its clinic.
WORTH_A_PROCESS = 40
#: How often, in seconds, the parts are asked how far they are.
ASKED_EVERY = 0.5


class GivenUp(Exception):
    """Another part has failed, and nobody waits for this one."""


@dataclass(frozen=True)
class Outcome:
    """What there was, what went wrong, and how often a worker woke."""

    volumes: Volumes
    verdict: Verdict
    wakings: int

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.volumes + other.volumes, self.verdict + other.verdict, self.wakings + other.wakings)


def simulate(
    wanted: Trial, jobs_of: JobsOf, tell: Tell, *, keep: Path | None = None, database: str | None = None, processes: int
) -> Outcome:
    """Run a trial, in at most so many processes unless it is kept or has an address; `tell` hears the share done.

    Raises StartRefused where the place is taken. What a part raises ends the others at their next moment.
    """
    parts = min(processes, -(-wanted.patients // WORTH_A_PROCESS))
    if keep is not None or database is not None or parts == 1:
        return _part(wanted, jobs_of, tell, keep, database)
    context = multiprocessing.get_context("spawn")  # a fork would share the connections of whoever called
    shares, given_up = context.Array("d", parts), context.Event()
    with ProcessPoolExecutor(parts, context, initializer=_set_up, initargs=(shares, given_up)) as pool:
        started = [pool.submit(_one_of, replace(wanted, part=part, parts=parts), jobs_of) for part in range(parts)]
        while (waited := wait(started, ASKED_EVERY)).not_done:
            if any(each.exception() for each in waited.done):
                given_up.set()
            tell(sum(shares[:]) / parts)
        failed = [each for each in started if each.exception() and not isinstance(each.exception(), GivenUp)]
        return reduce(lambda one, other: one + other, (each.result() for each in failed or started))


def _set_up(shares: "SynchronizedArray[float]", given_up: Event) -> None:
    """Let a new process know where to write how far its part is, and where it reads that another has failed."""
    global _shares, _given_up
    _shares, _given_up = shares, given_up
    logs.configure(logging.CRITICAL)


def _one_of(wanted: Trial, jobs_of: JobsOf) -> Outcome:
    def tell(share: float) -> None:
        _shares[wanted.part] = share
        if _given_up.is_set():
            raise GivenUp

    return _part(wanted, jobs_of, tell)


def _part(wanted: Trial, jobs_of: JobsOf, tell: Tell, keep: Path | None = None, database: str | None = None) -> Outcome:
    with installation(keep, database) as settings:
        run = trial.run(wanted, settings, jobs_of(settings), tell)
        with reading() as session:
            return Outcome(volumes.count(run, session), judge(run, session), run.worker.runs)
