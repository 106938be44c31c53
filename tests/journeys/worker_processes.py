"""Four processes that run the real jobs, and how they are killed."""

import os
import random
import signal
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from prom import bulk, clock, db, jobs, schema
from prom.assignments.models import Plan
from prom.config import Settings
from prom.db import Base
from tests.journeys.forking import forked
from tests.journeys.vendor_process import OverTheLine

WORKERS = 4


@dataclass(frozen=True)
class Aimed:
    """Deaths between the statements of an opening: what it made is written, and its plans have not moved on."""

    #: Each death leaves a file here, so that all processes together die no more often than `most`.
    folder: Path
    most: int

    @property
    def deaths(self) -> int:
        """How many there were."""
        return len(list(self.folder.iterdir())) if self.folder.exists() else 0

    def take_aim(self) -> None:
        """Let this process die by SIGKILL in its next opening, while there are deaths left."""
        self.folder.mkdir(exist_ok=True)
        really = bulk.change

        def die_or_change(connection: Connection, model: type[Base], names: Sequence[str], rows: Any) -> None:
            if model is Plan and rows and self.deaths < self.most:
                (self.folder / uuid.uuid4().hex).touch()
                os.kill(os.getpid(), signal.SIGKILL)
            really(connection, model, names, rows)

        bulk.change = die_or_change


def be_a_worker(settings: Settings, port: int, faster: float, aimed: Aimed) -> None:
    """Run the real jobs until told to stop. `faster` divides their cadences, so that a small run does not wait long."""
    schema.open_installation(settings)
    aimed.take_aim()
    table = [replace(each, every=each.every / faster) for each in jobs.jobs_with(OverTheLine(port))]
    jobs.run_forever(settings, table)


class Workers:
    """The four processes, and how they are killed."""

    def __init__(self, settings: Settings, port: int, faster: float, chance: random.Random, aimed: Aimed) -> None:
        self._run = partial(be_a_worker, settings, port, faster, aimed)
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

    def follow_the_dead(self) -> None:
        """Start another for each that died by itself; raises AssertionError for one that ended in another way."""
        for number, each in enumerate(self._alive):
            ended, status = os.waitpid(each, os.WNOHANG)
            if ended:
                assert os.WIFSIGNALED(status), status
                self.killed_at.append(clock.now())
                self._alive[number] = self._start()

    def stop(self) -> float:
        """Tell all to stop, and return how many seconds they took; raises AssertionError where one failed."""
        self.follow_the_dead()
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
