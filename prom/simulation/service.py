"""Making the synthetic clinic: weeks of history through the real services, on a moved clock."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from prom import clock
from prom.config import Settings
from prom.db import reading, transaction
from prom.errors import StartRefused
from prom.patients.models import Patient
from prom.simulation import nurses, patients, present
from prom.simulation.clinic import Clinic, open_doors
from prom.simulation.people import Person, people
from prom.worklist.duties import is_working_time

PATIENTS, WEEKS = 60, 12
#: Within the first days most patients are registered, and the first Monday comes.
FIRST_DAYS = timedelta(days=6)
#: When the sweeps are run on each day, in local wall time: after the deadlines that `prom.worklist.duties` sets.
SWEPT_AT = ((9, 1), (12, 1), (15, 31))


def make_clinic(
    settings: Settings,
    *,
    until: datetime | None = None,
    people_count: int = PATIENTS,
    weeks: int = WEEKS,
    seed: int = 1,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Fill an empty database with a synthetic clinic and its history up to `until` (now); the same for the same seed.

    Database and keys are the caller's to open. `progress` is told the share that is done. Raises StartRefused where
    there are patients already.
    """
    refuse_where_patients_are()
    end = until or clock.now()
    begins = end - timedelta(weeks=weeks) - FIRST_DAYS
    with clock.moved_to(begins), transaction() as session:
        clinic = open_doors(session, settings, end, seed)
    _plan_registrations(clinic, people(people_count, random.Random(seed)), begins, seed)
    _plan_days(clinic, begins)
    present.prepare(clinic, random.Random(f"{seed} present"))
    clinic.agenda.at(end, partial(nurses.tick, clinic))
    for instant in clinic.agenda.run(end):
        progress((instant - begins) / (end - begins))
    progress(1.0)


def refuse_where_patients_are() -> None:
    """Raise StartRefused unless the database is without patients."""
    with reading() as session:
        if session.scalar(select(func.count()).select_from(Patient)):
            raise StartRefused("This database has patients; the synthetic clinic goes only into an empty one.")


def _plan_registrations(clinic: Clinic, persons: list[Person], begins: datetime, seed: int) -> None:
    """Register two thirds in the first days, and the others over the first half."""
    chance = random.Random(f"{seed} registrations")
    half = (clinic.end - begins) / 2
    for person in persons:
        span = timedelta(days=4) if person.number % 3 else half
        day = _working_moment(begins + chance.random() * span, clinic, chance)
        own = random.Random(f"{seed} patient {person.number}")
        clinic.agenda.at(day, partial(patients.enrol, clinic, person, own))


def _working_moment(moment: datetime, clinic: Clinic, chance: random.Random) -> datetime:
    """The first working time on this day or a later one."""
    local = moment.astimezone(clinic.zone).replace(hour=8, minute=30) + timedelta(minutes=chance.randrange(360))
    while not is_working_time(local, clinic.zone):
        local += timedelta(days=1)
    return local


def _plan_days(clinic: Clinic, begins: datetime) -> None:
    """Put each day's rounds and sweeps on the agenda."""
    midnight = begins.astimezone(clinic.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    while midnight <= clinic.end:
        for hour, minute in SWEPT_AT:
            clinic.tick_at(midnight.replace(hour=hour, minute=minute), partial(nurses.tick, clinic))
        for hour, minute in nurses.ROUNDS:
            moment = midnight.replace(hour=hour, minute=minute)
            if is_working_time(moment, clinic.zone):
                clinic.agenda.at(moment, partial(nurses.make_round, clinic))
        midnight += timedelta(days=1)
