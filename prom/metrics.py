"""What Prom counts and measures, for Prometheus: sums over all patients, and never a patient, a unit or an answer.

Whatever is counted inside a transaction is counted when that is committed (`when_committed`), so that nothing is told
that was rolled back. What the database knows best (what is open, late or silent) is asked for with each scrape: see
prom.oversight.figures. Why nothing is split by unit stands in docs/adr/0016-observability.md.
"""

from collections.abc import Callable, Iterable, MutableMapping
from functools import partial, wraps
from pathlib import Path
from typing import Any, Protocol, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from alerts.rules import Severity
from prom import clock, metric_files
from prom.errors import Refused

log = structlog.get_logger()
# They would double the series, and tell nothing that a process's start does not.
disable_created_metrics()  # type: ignore[no-untyped-call]

#: Seconds: a request takes milliseconds, a job up to the cadence of the slowest.
REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
JOB_BUCKETS = (0.01, 0.05, 0.25, 1, 5, 20, 60, 300)
#: Any other method is "other": what strangers send makes no new series.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OUTCOMES = ("accepted", "again", "refused")
SOURCES = ("page", "machine")


class _Measures:
    """The library's objects, made anew when this process begins to share its counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter, gauge = partial(Counter, registry=self.registry), partial(Gauge, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry)
        labels = ("endpoint", "method", "status")
        self.requests = histogram("prom_request_seconds", "Requests.", labels, buckets=REQUEST_BUCKETS)
        self.jobs = histogram("prom_job_run_seconds", "Runs of periodic jobs.", ("job", "outcome"), buckets=JOB_BUCKETS)
        self.submissions = counter("prom_submissions", "Responses sent in.", ("outcome", "source"))
        self.alerts = counter("prom_alerts_raised", "Alerts raised; new evidence of one is none.", ("severity",))
        self.messages = counter("prom_messages_tried", "Attempts to send a message.", ("kind", "outcome"))
        self.not_opened = counter("prom_sealed_not_opened", "Sealed values that did not open.")
        process = ("process",)
        self.processes = gauge("prom_processes", "Processes that run.", process, multiprocess_mode="livesum")
        self.started = gauge(
            "prom_process_start_time_seconds", "When the youngest began.", process, multiprocess_mode="livemax"
        )
        self.connections = gauge(
            "prom_database_connections_in_use", "Connections taken from the pools.", multiprocess_mode="livesum"
        )
        # An alarm on a rise sees none where a series begins with 1.
        for source in SOURCES:
            for outcome in OUTCOMES:
                self.submissions.labels(outcome, source)
        for severity in Severity:
            self.alerts.labels(severity.word)


_measures = _Measures()


def share(folder: Path) -> None:
    """Add what this process and its children count to that of the other processes on this host.

    Where the folder cannot be written each process counts for itself, and the log says so.
    """
    global _measures
    try:
        metric_files.share(folder)
    except OSError as failure:
        log.warning("metrics are not shared", failure=type(failure).__name__)
    else:
        _measures = _Measures()


def begin_process(kind: str) -> None:
    """Count this process, `web` or `worker`, for as long as it lives. After any fork."""
    global _measures
    try:
        _count_process(kind)
    except OSError as failure:  # no room for this process's files
        log.warning("metrics are not shared", failure=type(failure).__name__)
        metric_files.leave()
        _measures = _Measures()
        _count_process(kind)


def _count_process(kind: str) -> None:
    _measures.processes.labels(kind).set(1)
    _measures.started.labels(kind).set(clock.now().timestamp())


def request(endpoint: str | None, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered. `endpoint` is None where no route fits; `method` is of METHODS, or "other"."""
    _measures.requests.labels(endpoint or "none", method, f"{status // 100}xx").observe(seconds)


def job_run(job: str, outcome: str, seconds: float) -> None:
    """Count a run of a periodic job that ended `well` or `failed`."""
    _measures.jobs.labels(job, outcome).observe(seconds)


def message_tried(kind: str, outcome: str) -> None:
    """Count an attempt to send a message, with the state that it left the message in."""
    _measures.messages.labels(kind, outcome).inc()


def not_opened() -> None:
    """Count a sealed value that did not open."""
    _measures.not_opened.inc()


def connections_in_use(count: int) -> None:
    """Say how many connections this process has taken from its pool."""
    _measures.connections.set(count)


def alert_raised(info: MutableMapping[Any, Any], severity: int) -> None:
    """Count a new alert once its session, whose `info` this is, has committed."""
    when_committed(info, _measures.alerts.labels(Severity(severity).word).inc)


#: Where a session keeps what is to be counted after its commit, and that a submit is running.
WAITING, SUBMITTING = "prom.metrics", "prom.metrics.submitting"


class _Session(Protocol):
    @property
    def info(self) -> dict[Any, Any]: ...


class _By(Protocol):
    @property
    def author(self) -> str: ...


class _Receipt(Protocol):
    @property
    def again(self) -> bool: ...


S = TypeVar("S", bound=_Session)
A = TypeVar("A")
G = TypeVar("G")
B = TypeVar("B", bound=_By)
R = TypeVar("R", bound=_Receipt)


def counts_submissions(submit: Callable[[S, A, G, B], R]) -> Callable[[S, A, G, B], R]:
    """Count what a `submit()` takes: accepted or again once that is committed, refused at once.

    One that is called by another counts nothing: what the outer one says of it is what its caller hears.
    """

    @wraps(submit)
    def counted(session: S, assignment_id: A, given: G, by: B) -> R:
        if session.info.get(SUBMITTING):
            return submit(session, assignment_id, given, by)
        source = "machine" if by.author == "client" else "page"
        session.info[SUBMITTING] = True
        try:
            receipt = submit(session, assignment_id, given, by)
        except Refused:
            _measures.submissions.labels("refused", source).inc()
            raise
        finally:
            del session.info[SUBMITTING]
        outcome = "again" if receipt.again else "accepted"
        when_committed(session.info, _measures.submissions.labels(outcome, source).inc)
        return receipt

    return counted


def when_committed(info: MutableMapping[Any, Any], count: Callable[[], None]) -> None:
    """Keep a count in a session's `info` until it has committed."""
    info.setdefault(WAITING, []).append(count)


def committed(info: MutableMapping[Any, Any]) -> None:
    """Count what waited for this commit."""
    for count in info.pop(WAITING, ()):
        count()


class _Everything(Collector):
    def __init__(self, more: Iterable[Metric]) -> None:
        self._more = more

    def collect(self) -> Iterable[Metric]:
        yield from metric_files.collected() if metric_files.is_shared() else _measures.registry.collect()
        yield from self._more


def exposition(more: Iterable[Metric] = ()) -> bytes:
    """Return everything in Prometheus' text format: what all processes count, and what is given."""
    return generate_latest(_Everything(more))
