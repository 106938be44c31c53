"""The one table of periodic jobs, and the worker that runs them.

The database's rows are the truth about time. A job is a sweep over what is due now: running it twice, late, or in
several workers at once changes nothing. The scheduler is only a tick and remembers nothing.
"""

import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import cache, partial
from uuid import UUID

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session

from prom import clock, config, logs
from prom.assignments import service as assignments
from prom.config import Settings
from prom.db import reading, transaction
from prom.messaging import outbox
from prom.messaging.console import Console
from prom.messaging.transport import Transport
from prom.messaging.twilio import Twilio
from prom.oversight import auditor, ticks
from prom.responses import service as responses
from prom.worklist import service as worklist

#: More than one tick ever finds due; a run also ends by its own clock.
MESSAGES_AT_ONCE = 500
STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """A sweep with its cadence. `run` returns how much it did, where that is a number."""

    name: str
    every: timedelta
    run: Callable[[Settings], int | None]


def _deliver_messages(settings: Settings) -> int:
    return outbox.deliver_due(transport_of(settings.twilio), MESSAGES_AT_ONCE)


def _blank_messages(_settings: Settings) -> int:
    return outbox.blank_settled()


def _open_assignments(settings: Settings) -> int:
    """Open what is due; after a time without a worker a plan may be due several times over, and moves on each time.

    A plan that cannot be opened is left out from then on. Raises SomeFailed when all the others are open.
    """
    opened, failed = 0, set[UUID]()
    while moved := _many_at_once(partial(assignments.due_plans, without=failed), partial(_open_together, settings)):
        opened += moved.done
        failed |= moved.failed
    if failed:
        raise SomeFailed
    return opened


def _open_together(settings: Settings, session: Session, plan_ids: list[UUID]) -> int:
    return len(assignments.open_together(session, plan_ids, settings))


def _put_silent_on_the_list(_settings: Settings) -> int:
    return _one_by_one(assignments.silent, responses.raise_silence)


def _expire_assignments(_settings: Settings) -> int:
    return _one_by_one(assignments.over, responses.expire)


class SomeFailed(Exception):
    """Rows of a sweep failed, each by itself; the others are done."""


@dataclass(frozen=True)
class _Moved:
    """How many of the rows found were done, and which of them failed; false where nothing came of any."""

    done: int
    failed: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.done or self.failed)


def _many_at_once(find: Callable[[Session], list[UUID]], act: Callable[[Session, list[UUID]], int]) -> _Moved:
    """Act on all rows found in one transaction. Where that fails, on each by itself: one bad row holds up no other."""
    with reading() as session:
        found = find(session)
    if not found:
        return _Moved(0)
    try:
        with transaction() as session:
            return _Moved(act(session, found))
    except Exception as error:
        log.warning("rows failed together", count=len(found), error=type(error).__name__)
    return _each(found, lambda session, row_id: act(session, [row_id]) > 0)


def _one_by_one(find: Callable[[Session], list[UUID]], act: Callable[[Session, UUID], bool]) -> int:
    """Act on each row found, in a transaction of its own: one that fails holds up no other."""
    with reading() as session:
        found = find(session)
    moved = _each(found, act)
    if moved.failed:  # beside others that went well too, or the watch stays green over a patient who is never reached
        raise SomeFailed
    return moved.done


def _each(found: Sequence[UUID], act: Callable[[Session, UUID], bool]) -> _Moved:
    done, failed = 0, set[UUID]()
    for row_id in found:
        try:
            with transaction() as session:
                done += act(session, row_id)
        except Exception as error:
            log.error("row failed", row=str(row_id), error=type(error).__name__)
            failed.add(row_id)
    return _Moved(done, frozenset(failed))


def _act_on_overdue_alerts(_settings: Settings) -> int:
    return _one_by_one(worklist.overdue, worklist.act_on_overdue)


def _judge_again(_settings: Settings) -> int:
    return auditor.recheck()


#: In the order in which `run_once` runs them: what makes messages stands before what sends them.
JOBS: tuple[Job, ...] = (
    Job("open assignments", timedelta(seconds=10), _open_assignments),
    Job("put the silent on the list", timedelta(seconds=60), _put_silent_on_the_list),
    Job("expire assignments", timedelta(seconds=60), _expire_assignments),
    Job("act on overdue alerts", timedelta(seconds=10), _act_on_overdue_alerts),
    Job("judge again", timedelta(seconds=60), _judge_again),
    Job("deliver messages", timedelta(seconds=2), _deliver_messages),
    Job("blank messages", timedelta(minutes=5), _blank_messages),
)


@cache
def transport_of(account: config.Twilio | None) -> Transport:
    """Return the way out of the house: Twilio where it is configured, else the console."""
    return Twilio(account) if account is not None else Console()


def run_once(settings: Settings, jobs: Sequence[Job] = JOBS) -> dict[str, str]:
    """Run every job once, in order; returns what failed as {name: exception class}, empty when all went well."""
    return {job.name: failure for job in jobs if (failure := run(job, settings)) is not None}


def run(job: Job, settings: Settings) -> str | None:
    """Run one job as a recorded tick; returns the class of what it raised, or None. Nothing it raises gets out."""
    with logs.job_run(job.name):
        return _run(job, settings)


def _run(job: Job, settings: Settings) -> str | None:
    try:
        with ticks.recorded(job.name, job.every):
            done = job.run(settings)
    except Exception as error:
        # The class alone: an error's text and its traceback can hold what was being written.
        log.error("job failed", error=type(error).__name__)
        return type(error).__name__
    if done:
        log.info("job done", count=done)
    return None


def run_forever(settings: Settings, jobs: Sequence[Job] = JOBS) -> None:
    """Run the jobs at their cadence until SIGTERM or SIGINT, then finish those in hand and return.

    Database and keys are the caller's to set up. To be called from the main thread. Several workers may run at once.
    """
    # Blocked in every thread and waited for here: a handler would interrupt whatever this thread is doing.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    scheduler = _scheduler(settings, jobs)
    scheduler.start()
    log.info("worker started", jobs=len(jobs))
    received = signal.sigwait(STOPPING)
    log.info("worker stopping", signal=signal.Signals(received).name)
    scheduler.shutdown(wait=True)
    log.info("worker stopped")


def _scheduler(settings: Settings, jobs: Sequence[Job]) -> BackgroundScheduler:
    """Make a tick per job: memory only, in UTC, never twice at once, and a late one runs once instead of never."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # "still running" at each tick is no news
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(len(jobs))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        trigger = IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC)
        scheduler.add_job(run, trigger, args=(job, settings), id=job.name, next_run_time=clock.now())
    return scheduler
