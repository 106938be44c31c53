"""The one table of periodic jobs, and the worker that runs them.

The database's rows are the truth about time. A job is a sweep over what is due now: running it twice, late, or in
several workers at once changes nothing. The scheduler is only a tick and remembers nothing. Jobs that only one worker
should do are left to the one that leads; the table says which, and why.
"""

import gc
import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from uuid import UUID

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from sqlalchemy.exc import SQLAlchemyError

from prom import clock, config, logs, sweeping
from prom.assignments import asking_registers, composing
from prom.assignments import service as assignments
from prom.config import Settings
from prom.db import transaction
from prom.messaging import outbox
from prom.messaging.console import Console
from prom.messaging.keeping import keep_up
from prom.messaging.mail import Mail
from prom.messaging.transport import Transport
from prom.messaging.twilio import Twilio
from prom.messaging.ways import Ways
from prom.notes import queries as notes_queries
from prom.notes import service as notes
from prom.notes.record_system import record_system_of
from prom.oversight import auditor, canary, silence, ticks
from prom.oversight.leading import Leading
from prom.patients.sources import source_of
from prom.responses import service as responses
from prom.responses.sms import beginning
from prom.responses.sms import service as sms
from prom.worklist import service as worklist
from prom.worklist.digests import put_digests

#: More than one tick ever finds due; a run also ends by its own clock.
MESSAGES_AT_ONCE = 500
#: So many wait for the vendor at once where the database lets several write.
SENDERS = 4
STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
#: How often a worker asks for the lead: so soon a leader that was killed is followed.
LEADS_EVERY = timedelta(seconds=2)

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """A sweep with its cadence. `run` returns how much it did, where that is a number.

    `alone` says why only the worker that leads runs it; None where all workers do it side by side.
    """

    name: str
    every: timedelta
    run: Callable[[Settings], int | None]
    alone: str | None = None


def _deliver_messages(settings: Settings) -> int:
    return deliver(ways_of(settings), settings)


def deliver(transport: Transport, settings: Settings) -> int:
    """Try what is due in the outbox; returns how many were tried. Told to stop, it finishes what it has in hand."""
    composes = beginning.compose(composing.compose(settings))
    senders = 1 if settings.is_sqlite else SENDERS
    source = source_of(settings)
    return outbox.deliver_due(transport, MESSAGES_AT_ONCE, composes, source, senders, sweeping.stopping.is_set)


def _handle_incoming(settings: Settings) -> int:
    return sweeping.one_by_one(sms.waiting, partial(sms.handle, settings))


def _blank_incoming(_settings: Settings) -> int:
    return sms.blank_old()


def _blank_messages(_settings: Settings) -> int:
    return outbox.blank_settled()


def _keep_up_with_the_vendor(settings: Settings) -> int:
    return keep_up(transport_of(settings.twilio))


def _write_to_staff(settings: Settings) -> int:
    with transaction() as session:
        return put_digests(session, settings.public_address)


def _open_assignments(settings: Settings) -> int:
    """Open what is due; after a time without a worker a plan may be due several times over, and moves on each time.

    A plan that cannot be opened is left out from then on. Raises SomeFailed when all the others are open.
    """
    opened, failed = 0, set[UUID]()
    while moved := sweeping.many_at_once(
        partial(assignments.open_due, without=failed),
        partial(assignments.due_plans, without=failed),
        assignments.open_together,
    ):
        opened += moved.done
        failed |= moved.failed
        if sweeping.stopping.is_set():
            break
    if failed:
        raise sweeping.SomeFailed
    return opened


def _put_silent_on_the_list(_settings: Settings) -> int:
    return sweeping.one_by_one(assignments.silent, responses.raise_silence)


def _expire_assignments(_settings: Settings) -> int:
    return sweeping.one_by_one(assignments.over, responses.expire)


def _act_on_overdue_alerts(_settings: Settings) -> int:
    return sweeping.one_by_one(worklist.overdue, worklist.act_on_overdue)


def _judge_again(_settings: Settings) -> int:
    return auditor.recheck()


def _look_at_silence_again(_settings: Settings) -> int:
    return silence.recheck()


def _ask_the_registers(settings: Settings) -> int:
    source = source_of(settings)
    return asking_registers.ask_about_all(source) if source is not None else 0


def _let_the_canary_sing(_settings: Settings) -> int:
    return canary.sing()


#: Why some are left to the worker that leads. Two of them at once would do no harm, but twice the work.
JUDGES_EACH = "two would read and judge the same, each of which leaves a record in her log"
ASKS_EACH = "two would ask the vendor the same of the same messages"
ASKS_OF_EACH = "two would ask the register about the same patients"
SINGS_ALONE = "two would try the same way twice"
BLANKS_ALL = "two would wait for each other's rows, and housekeeping hurries nobody"

#: In the order in which `run_once` runs them: what makes messages stands before what sends them.
JOBS: tuple[Job, ...] = (
    Job("open assignments", timedelta(seconds=10), _open_assignments),
    Job("put the silent on the list", timedelta(seconds=60), _put_silent_on_the_list),
    Job("expire assignments", timedelta(seconds=60), _expire_assignments),
    Job("act on overdue alerts", timedelta(seconds=10), _act_on_overdue_alerts),
    Job("judge again", timedelta(seconds=60), _judge_again, JUDGES_EACH),
    Job("look at silence again", timedelta(seconds=60), _look_at_silence_again, JUDGES_EACH),
    Job("handle incoming", timedelta(seconds=2), _handle_incoming),
    Job("deliver messages", timedelta(seconds=2), _deliver_messages),
    Job("blank messages", timedelta(minutes=5), _blank_messages, BLANKS_ALL),
    Job("blank incoming", timedelta(hours=1), _blank_incoming, BLANKS_ALL),
    Job("keep up with the vendor", timedelta(minutes=5), _keep_up_with_the_vendor, ASKS_EACH),
    Job("write to staff", timedelta(minutes=5), _write_to_staff),
    Job("ask the registers", timedelta(minutes=5), _ask_the_registers, ASKS_OF_EACH),
)


def _file_notes(settings: Settings) -> int:
    system = record_system_of(settings)
    try:
        written = sweeping.one_by_one(notes_queries.owed, notes.write_owed)
    finally:  # one that cannot be written keeps no other from the record
        filed = notes.file_due(system) if system is not None else 0
    return written + filed


#: Only a worker runs it: a simulation has no record to write in.
NOTES = Job("file notes", timedelta(seconds=5), _file_notes)
#: Only a worker runs it: a simulation that ticks through a year has no use for what the minute's health is.
CANARY = Job("canary", timedelta(seconds=20), _let_the_canary_sing, SINGS_ALONE)
OF_A_WORKER: tuple[Job, ...] = (*JOBS, NOTES, CANARY)


def jobs_with(transport: Transport) -> tuple[Job, ...]:
    """Return the same jobs, with messages going out another way: for a simulation, which writes to nobody."""
    ways: dict[Callable[[Settings], int | None], Callable[[Settings], int | None]] = {
        _deliver_messages: partial(deliver, transport),
        _keep_up_with_the_vendor: lambda _settings: keep_up(transport),
    }
    return tuple(replace(job, run=ways.get(job.run, job.run)) for job in JOBS)


@cache
def transport_of(account: config.Twilio | None) -> Transport:
    """Return the way out of the house: Twilio where it is configured, else the console."""
    return Twilio(account) if account is not None else Console()


def ways_of(settings: Settings) -> Transport:
    """Return the ways out: SMS by `transport_of`, and mail to staff by their mail server, else the console too."""
    return Ways(transport_of(settings.twilio), Mail(settings.mail) if settings.mail is not None else Console())


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


def run_forever(settings: Settings, jobs: Sequence[Job] = OF_A_WORKER) -> None:
    """Run the jobs at their cadence until SIGTERM or SIGINT, then finish the row in hand of each and return.

    Database and keys are the caller's to set up. To be called from the main thread. Any number of workers may run at
    once; one of them leads.
    """
    # Blocked in every thread and waited for here: a handler would interrupt whatever this thread is doing.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    sweeping.stopping.clear()
    leading = Leading(settings)
    scheduler = _scheduler(settings, jobs, leading)
    gc.freeze()  # what is loaded by now stays: looking through it again and again is a third of opening many plans
    scheduler.start()
    log.info("worker started", jobs=len(jobs))
    received = _lead_until_stopped(scheduler, [job for job in jobs if job.alone is not None], leading)
    log.info("worker stopping", signal=signal.Signals(received).name)
    sweeping.stopping.set()
    scheduler.shutdown(wait=True)
    leading.let_go()
    log.info("worker stopped")


def _run_led(job: Job, settings: Settings, leading: Leading) -> None:
    """Run a job, unless it is the leader's and another one leads."""
    if not sweeping.stopping.is_set() and (job.alone is None or leading.holds()):
        run(job, settings)


def _lead_until_stopped(scheduler: BackgroundScheduler, alone: Sequence[Job], leading: Leading) -> int:
    """Keep the lead, or ask for it; whoever gets it begins with the leader's jobs at once. Returns the signal.

    In the thread that also stops the scheduler: while that waits for its jobs, a job that changes it waits for ever.
    """
    led = _holds(leading) if alone else False
    while (received := signal.sigtimedwait(STOPPING, LEADS_EVERY.total_seconds())) is None:
        before, led = led, _holds(leading) if alone else False
        for job in alone if led and not before else ():
            scheduler.modify_job(job.name, next_run_time=clock.now())
    return received.si_signo


def _holds(leading: Leading) -> bool:
    try:
        return leading.holds()
    except SQLAlchemyError as error:  # it is asked again, and the watch tells of a leader that is silent
        log.warning("no lead to be had", error=type(error).__name__)
        return False


class _Every(BaseTrigger):  # type: ignore[misc]
    """At once, and then so long after it last began.

    The library's own interval counts each tick that was missed, one by one, before it runs them as one: after a machine
    has slept for weeks that takes a worker longer than its leases.
    """

    def __init__(self, every: timedelta) -> None:
        self._every = every

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the instant of the next tick; `previous` is None before the first."""
        return now if previous is None else now + self._every


def _scheduler(settings: Settings, jobs: Sequence[Job], leading: Leading) -> BackgroundScheduler:
    """Make a tick per job: memory only, in UTC, never twice at once, and a late one runs once instead of never."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # "still running" at each tick is no news
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(len(jobs))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        scheduler.add_job(_run_led, _Every(job.every), args=(job, settings, leading), id=job.name)
    return scheduler
