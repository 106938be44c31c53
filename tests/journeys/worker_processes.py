"""Four processes that run the real jobs, and how they are killed."""

import os
import random
import signal
import time
from dataclasses import replace
from datetime import datetime
from functools import partial

from prom import clock, db, jobs, schema
from prom.config import Settings
from tests.journeys.forking import forked
from tests.journeys.vendor_process import OverTheLine

WORKERS = 4


def be_a_worker(settings: Settings, port: int, faster: float) -> None:
    """Run the real jobs until told to stop. `faster` divides their cadences, so that a small run does not wait long."""
    schema.open_installation(settings)
    table = [replace(each, every=each.every / faster) for each in jobs.jobs_with(OverTheLine(port))]
    jobs.run_forever(settings, table)


class Workers:
    """The four processes, and how they are killed."""

    def __init__(self, settings: Settings, port: int, faster: float, chance: random.Random) -> None:
        self._run = partial(be_a_worker, settings, port, faster)
        self._settings, self._chance = settings, chance
        self.killed_at: list[datetime] = []
        self._alive = [self._start() for _ in range(WORKERS)]

    def _start(self) -> int:
        db.dispose()  # no connection is shared with the child
        return forked(self._run)

    def kill_one(self) -> None:
        """Kill one of them with -9, whatever it is doing, and start another."""
        number = self._chance.randrange(WORKERS)
        os.kill(self._alive[number], signal.SIGKILL)
        os.waitpid(self._alive[number], 0)
        self.killed_at.append(clock.now())
        self._alive[number] = self._start()

    def stop(self) -> float:
        """Tell all to stop, and return how many seconds they took; raises AssertionError where one failed."""
        begun = time.monotonic()
        for each in self._alive:
            os.kill(each, signal.SIGTERM)
        statuses = [os.waitpid(each, 0)[1] for each in self._alive]
        self._alive = []
        assert statuses == [0] * WORKERS, statuses
        return time.monotonic() - begun

    def kill_all(self) -> None:
        """Leave none behind."""
        for each in self._alive:
            os.kill(each, signal.SIGKILL)
            os.waitpid(each, 0)
