"""What a tick costs in which nothing is due, with few patients and with many: the jobs that every worker runs."""

import time
from datetime import timedelta

from prom import clock, db
from prom.benchmark.opening import make_due
from prom.benchmark.requests import Refused
from prom.benchmark.rows import tidy
from prom.benchmark.statements import counted
from prom.benchmark.taking import Taken, Ward

#: Each patient's plans stand at a moment so far ahead.
AHEAD = timedelta(days=7)


def plan_ahead(ward: Ward, first: int, until: int) -> None:
    """Let a plan of each of these patients stand a week ahead, and the database know its tables anew."""
    key = ward.hospital.pathway.items[0].key
    make_due(ward, ward.patients(first, until - first), key, clock.now() + AHEAD)
    tidy(ward.place.settings)


def measure(ward: Ward, taken: Taken, name: str) -> int:
    """Take the figures of `tick` under this name; returns how many statements one tick sends.

    Raises Refused where anything was done, or failed.
    """
    tick(ward)  # what is read once
    with counted(db.engine()) as asked:
        tick(ward)
    for _ in range(ward.size.runs):
        own, database = time.process_time(), ward.database_cpu()
        for _ in range(ward.size.ticks):
            tick(ward)
        taken.add(f"tick.{name}", 1000 * (time.process_time() - own) / ward.size.ticks)
        if database is not None:
            used = (ward.database_cpu() or database) - database
            taken.add(f"tick.{name}-database-cpu", 1000 * used / ward.size.ticks)
    ward.say(f"a tick with {name} patients sends {asked.statements} statements")
    return asked.statements


def tick(ward: Ward) -> None:
    """Run the jobs once."""
    for name, done in ward.above.tick(ward.place.settings).items():
        if done != 0:
            raise Refused(f"{name} was to find nothing due: {done}")
