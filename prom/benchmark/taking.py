"""What is handed from one measurement to the next: an installation with its hospital, and the values taken so far."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from prom import clock, db
from prom.assignments.models import Assignment
from prom.benchmark import processes
from prom.benchmark.figures import BY_NAME
from prom.benchmark.hospital import Hospital
from prom.benchmark.past import assignment_row
from prom.benchmark.places import Place
from prom.benchmark.rows import loading
from prom.benchmark.sizes import Size
from prom.config import Settings
from prom.messaging.transport import Transport
from prom.pathways.definition import Asked
from prom.pathways.models import Episode


@dataclass
class Taken:
    """The values of each figure, one per run, and what else is worth keeping."""

    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    details: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, value: float | None) -> None:
        """Add the value of one run; None where it cannot be told here. Raises KeyError for an unknown figure."""
        figure = BY_NAME[name]
        if value is not None:
            self.values[figure.name].append(value)


@dataclass(frozen=True)
class Patient:
    """Whom a report is about, as ids."""

    id: uuid.UUID
    episode_id: uuid.UUID
    unit_id: uuid.UUID


@dataclass(frozen=True)
class Above:
    """What lies above this folder in the house, and is handed down to be measured."""

    #: The worker's job "open assignments": opens all that is due and returns how many plans moved on.
    open_assignments: Callable[[Settings], int | None]
    #: Makes the whole web application (WSGI).
    make_app: Callable[[Settings], Callable[..., Any]]
    #: Runs each job that all workers do side by side; returns what each did: a count, or what it raised.
    tick: Callable[[Settings], Mapping[str, int | str]]
    #: Tries some of what is due in the outbox by this transport; returns how many.
    deliver: Callable[[Transport, Settings], int]


@dataclass(frozen=True)
class Ward:
    """An installation that is open in this process, with its hospital."""

    place: Place
    hospital: Hospital
    size: Size
    above: Above
    say: Callable[[str], None]

    def patients(self, first: int = 0, count: int | None = None) -> list[Patient]:
        """Return patients in the order in which they were filled in."""
        query = select(Episode.patient_id, Episode.id, Episode.unit_id).order_by(Episode.patient_id)
        with db.reading() as session:
            rows = session.execute(query.offset(first).limit(count)).all()
        return [Patient(*row) for row in rows]

    def ask(self, patients: Sequence[Patient], count: int, asked: Asked | None = None) -> list[Assignment]:
        """Ask so many times, of one patient after the other; returns the assignments, all open."""
        opens = clock.now() - timedelta(hours=1)
        rows = [
            assignment_row(
                self.hospital, each.id, each.episode_id, each.unit_id, asked or self.hospital.symptom_check, opens
            )
            for each in (patients[number % len(patients)] for number in range(count))
        ]
        with loading(self.place.settings) as put:
            put(Assignment, rows)
        return [Assignment(**row) for row in rows]

    def database_cpu(self) -> float | None:
        """Return the seconds of CPU that the database server has used; None where it is no process of this machine."""
        return None if self.place.database_process is None else processes.cpu_seconds(self.place.database_process)
