"""Writing down that a periodic job began and how it ended, so that a silent one can be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from prom import clock, metrics
from prom.db import on_postgresql, transaction
from prom.oversight.models import Tick


@contextmanager
def recorded(name: str, every: timedelta) -> Iterator[None]:
    """Record a job's run around a block: its begin, and its end or the class of its exception, which passes through.

    Each is a transaction of its own, so a job that is killed leaves a begin without an end.
    """
    _begun(name, every.total_seconds())
    began = perf_counter()
    try:
        yield
    except Exception as error:
        metrics.job_run(name, "failed", perf_counter() - began)
        _ended(name, failed_at=clock.now(), failure=type(error).__name__)
        raise
    metrics.job_run(name, "well", perf_counter() - began)
    _ended(name, finished_at=clock.now())


def _begun(name: str, every: float) -> None:
    now = clock.now()
    with transaction() as session:
        insert = postgresql.insert if on_postgresql(session) else sqlite.insert
        session.execute(
            insert(Tick)
            .values(name=name, started_at=now, runs=1, every=every)
            .on_conflict_do_update(
                index_elements=[Tick.name], set_={"started_at": now, "runs": Tick.runs + 1, "every": every}
            )
        )


def _ended(name: str, **columns: object) -> None:
    with transaction() as session:
        session.execute(update(Tick).where(Tick.name == name).values(columns))
