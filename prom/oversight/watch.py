"""What `/health` tells: whether this process can work, and whether the whole of Prom does."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from prom import clock, crypto, db, schema
from prom.config import Settings
from prom.errors import StartRefused
from prom.messaging.models import Kind
from prom.messaging.queries import failed_by_kind, oldest_due
from prom.messaging.spending import sent_and_allowed
from prom.oversight import machine, promises, rosters
from prom.oversight.checking import Check
from prom.oversight.leading import who_leads
from prom.oversight.models import Disagreement, Tick
from prom.safety.service import unseen
from prom.staff.models import Tenant
from prom.worklist.queries import count_overdue

#: A job is silent when it has not ended well for five times its cadence, and at least for a minute.
SILENT_AFTER = timedelta(seconds=60)
TIMES_LATE = 5
OLDEST_MESSAGE = timedelta(minutes=5)
#: The jobs of `prom.jobs`, which stands above this module: one that never ran leaves no tick to grow old.
JOBS = frozenset(
    {
        "open assignments",
        "put the silent on the list",
        "expire assignments",
        "act on overdue alerts",
        "judge again",
        "look at silence again",
        "deliver messages",
        "blank messages",
        "handle incoming",
        "blank incoming",
        "keep up with the vendor",
        "write to staff",
        "ask the registers",
    }
)
#: A job that is nobody's but a worker's that leads.
OF_THE_LEADER = "canary"
#: The sweep runs every ten seconds; an alert this long past its next action time was not swept.
OVERDUE_ALERT = timedelta(seconds=60)
FAILED_MESSAGES_SINCE = timedelta(hours=1)
#: The missing alert is raised at once; the watch stays red for so long that somebody looks why it was missing.
DISAGREEMENTS_SINCE = timedelta(hours=24)


def ready() -> list[Check]:
    """Look at this process only: database, schema, keys."""
    return [_database(), _keys()]


def _database() -> Check:
    try:
        with db.engine().connect() as connection:
            well = db.answers(connection)
        schema.check(db.engine())
    except StartRefused as refused:
        return Check("schema", False, str(refused))
    except Exception as failure:
        return Check("database", False, type(failure).__name__)
    return Check("database", well, "answers, schema is current")


def _keys() -> Check:
    try:
        crypto.keyring()
    except StartRefused:
        return Check("keys", False, "not loaded")
    return Check("keys", True, "loaded")


def watch(session: Session, settings: Settings | None = None) -> list[Check]:
    """Look at the whole: the tick, the outbox, overdue alerts, who was reached, the auditor's verdict, the machine.

    The disk and the master keys' place are looked at where `settings` say which.
    """
    now = clock.now()
    return [
        *_jobs(session, now),
        _leader(session, now),
        _outbox(session, now),
        promises.stumbling(session, now),
        *_spending(session),
        _alerts(session, now),
        _on_call(session, now),
        promises.emergencies(session, now),
        promises.recipients(session),
        rosters.rosters(session, now),
        promises.rules(session),
        _auditor(session),
        _safety(session),
        machine.keys(session, settings),
        machine.clocks(session),
        machine.locks(session),
        *([machine.disk(settings.home)] if settings is not None else []),
    ]


def _jobs(session: Session, now: datetime) -> Iterator[Check]:
    ticks = session.scalars(select(Tick).order_by(Tick.name)).all()
    if not ticks:
        yield Check("tick", False, "no job has ever run: is the worker started?")
        return
    for name in sorted(JOBS - {tick.name for tick in ticks}):
        yield Check(f"job {name}", False, "has never run")
    led = who_leads(session)
    if led is not None and now - led.since > SILENT_AFTER and OF_THE_LEADER not in {tick.name for tick in ticks}:
        yield Check(f"job {OF_THE_LEADER}", False, "has never run")
    for tick in ticks:
        last = tick.finished_at
        allowed = max(SILENT_AFTER, timedelta(seconds=tick.every * TIMES_LATE))
        if last is None:
            yield Check(f"job {tick.name}", False, "has never ended well")
        else:
            silent = (now - last).total_seconds()
            ahead = last - now > machine.MOST_APART  # a worker whose clock is wrong: it could die and look alive
            yield Check(f"job {tick.name}", now - last <= allowed and not ahead, f"ended well {silent:.0f} s ago")


def _leader(session: Session, now: datetime) -> Check:
    """Whether the worker that leads is there still. Without one the jobs of the leader fall silent, which is told."""
    led = who_leads(session)
    if led is None:
        return Check("leader", True, "nobody leads")
    silent = now - led.seen_at
    seen = f"leads since {led.since:%Y-%m-%d %H:%M} UTC, seen {silent.total_seconds():.0f} s ago"
    return Check("leader", silent <= SILENT_AFTER, seen)


def _outbox(session: Session, now: datetime) -> Check:
    oldest = oldest_due(session, now)
    if oldest is None:
        return Check("outbox", True, "nothing waits")
    return Check("outbox", now - oldest <= OLDEST_MESSAGE, f"oldest waits {(now - oldest).total_seconds():.0f} s")


def _spending(session: Session) -> Iterator[Check]:
    for tenant_id in session.scalars(select(Tenant.id)):
        sent, allowed = sent_and_allowed(session, tenant_id)
        yield Check("spending", sent < allowed, f"{sent} SMS in the last hour, {allowed} allowed")


def _alerts(session: Session, now: datetime) -> Check:
    overdue = count_overdue(session, now - OVERDUE_ALERT)
    return Check("alerts", overdue == 0, f"{overdue} past their next action time")


def _on_call(session: Session, now: datetime) -> Check:
    failed = failed_by_kind(session, now - FAILED_MESSAGES_SINCE).get(Kind.ON_CALL, 0)
    return Check("on-call messages", failed == 0, f"{failed} failed in the last hour")


def _auditor(session: Session) -> Check:
    found = count_disagreements(session)
    return Check("auditor", found == 0, f"{found} disagreements in the last day")


def count_disagreements(session: Session) -> int:
    """Count what the auditor found missing in the last day."""
    since = clock.now() - DISAGREEMENTS_SINCE
    found = session.scalar(select(func.count()).select_from(Disagreement).where(Disagreement.found_at > since))
    return found or 0


def _safety(session: Session) -> Check:
    """Whether somebody has looked at every safety problem that staff have reported."""
    waiting = unseen(session)
    return Check("safety problems", waiting == 0, f"{waiting} reported and not seen")
