"""What the database knows best, for the metrics: what is open, late or silent now. Counts over all patients only."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import case, func, select, text
from sqlalchemy.orm import Session

from alerts.lifecycle import State
from alerts.rules import Severity
from prom import clock
from prom.messaging.models import OPEN_STATES, Kind
from prom.messaging.queries import failed_by_kind, oldest_due, open_by_state
from prom.oversight.models import Tick
from prom.oversight.watch import FAILED_MESSAGES_SINCE, OVERDUE_ALERT, count_disagreements
from prom.version import running_version
from prom.worklist.models import OPEN, Alert

NEVER = timedelta(days=3650).total_seconds()


def figures(session: Session) -> Iterator[GaugeMetricFamily]:
    """Ask for everything that is told with each scrape: a handful of statements, each by an index of what is open."""
    yield _gauge("prom_info", "The version that answers.", "version", [(running_version(), 1)])
    yield from _alerts(session)
    yield from _messages(session)
    yield _jobs(session)
    yield _gauge("prom_auditor_disagreements", "Found in the last day.", None, [("", count_disagreements(session))])


def _alerts(session: Session) -> Iterator[GaugeMetricFamily]:
    late = Alert.next_action_at < clock.now() - OVERDUE_ALERT
    escalated = Alert.state == State.ESCALATED
    rows = session.execute(
        select(
            Alert.severity, func.count(), func.sum(case((late, 1), else_=0)), func.sum(case((escalated, 1), else_=0))
        )
        .where(text(OPEN))
        .group_by(Alert.severity)
    )
    found = {severity: counts for severity, *counts in rows}
    told = (
        ("prom_alerts_open", "Alerts that somebody owes something."),
        ("prom_alerts_overdue", "Of them, those past their next action time: the sweep did not act."),
        ("prom_alerts_escalated", "Of them, those that nobody acknowledged in time."),
    )
    for position, (name, words) in enumerate(told):
        counts = [(each.word, found.get(each, (0, 0, 0))[position]) for each in Severity]
        yield _gauge(name, words, "severity", counts)


def _messages(session: Session) -> Iterator[GaugeMetricFamily]:
    now = clock.now()
    oldest = oldest_due(session, now)
    waits = (now - oldest).total_seconds() if oldest is not None else 0
    yield _gauge("prom_outbox_oldest_seconds", "How long the oldest due message has waited.", None, [("", waits)])
    waiting = open_by_state(session)
    states = [(state.value, waiting.get(state, 0)) for state in OPEN_STATES]
    yield _gauge("prom_messages_open", "Messages that a worker has still to see to.", "state", states)
    failed = failed_by_kind(session, now - FAILED_MESSAGES_SINCE)
    kinds = [(kind.value, failed.get(kind, 0)) for kind in Kind]
    yield _gauge("prom_messages_failed", "Messages that failed for good in the last hour.", "kind", kinds)


def _jobs(session: Session) -> GaugeMetricFamily:
    """A job that has never ended well has been silent for ten years: no alarm has to think of an absent series."""
    now = clock.now()
    silent = [
        (tick.name, (now - tick.finished_at).total_seconds() if tick.finished_at is not None else NEVER)
        for tick in session.scalars(select(Tick).order_by(Tick.name))
    ]
    return _gauge("prom_job_silent_seconds", "Since a periodic job last ended well.", "job", silent)


def _gauge(name: str, words: str, label: str | None, counts: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label] if label is not None else [])
    for value, count in counts:
        family.add_metric([value] if label is not None else [], count)
    return family
