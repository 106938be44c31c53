"""Sending what is due. For each message: take it, see whether it went out before, ask who she is, make its words, send.

A worker can be killed between any two of these steps, and the next one goes on right: what was taken says so, what has
no words was never sent, and what may have gone out is looked up before it goes again. Every step that writes is a short
transaction of its own, and none is open while the vendor or a register is called.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from prom import clock
from prom.messaging.composing import Compose
from prom.messaging.models import State
from prom.messaging.sending import look_up, send
from prom.messaging.settling import Outcome, settle, wait
from prom.messaging.spending import Spending
from prom.messaging.taking import LEASE, Taken, take_next
from prom.messaging.transport import Transport
from prom.messaging.wording import PutBack, ask, words
from prom.patients.person_source import PersonSource

__all__ = ["LEASE", "deliver_due", "wait"]

#: A run ends after this, so that a stop does not wait for a long queue; the next run goes on.
LONGEST_RUN = timedelta(seconds=20)


@dataclass(frozen=True)
class _Means:
    """What a sender works with."""

    transport: Transport
    compose: Compose | None
    persons: PersonSource | None
    spending: Spending


def _never() -> bool:
    return False


def deliver_due(
    transport: Transport,
    limit: int = 50,
    compose: Compose | None = None,
    persons: PersonSource | None = None,
    senders: int = 1,
    stopping: Callable[[], bool] = _never,
) -> int:
    """Try every message that is due, alerts to staff first, at most `limit`; returns how many were tried.

    `compose` makes the words of those put in without; where there is none they wait (`no-composer`). `persons` is the
    register that is asked about the patient before. `senders`: how many threads wait for the vendor at once; each holds
    one message, so whoever is killed leaves so many behind for the lease to run out, not a batch.
    `stopping` is asked between two messages. To be called with no transaction open. Safe with any number of workers.
    """
    means = _Means(transport, compose, persons, Spending())
    ends, numbers = clock.now() + LONGEST_RUN, count()

    def work() -> int:
        tried = 0
        while clock.now() < ends and not stopping() and next(numbers) < limit and _deliver_next(means):
            tried += 1
        return tried

    if senders == 1:
        return work()
    with ThreadPoolExecutor(senders, "sender") as threads:
        return sum(each.result() for each in [threads.submit(work) for _ in range(senders)])


def _deliver_next(means: _Means) -> bool:
    taken = take_next(means.spending, ask_registers=means.persons is not None)
    if taken is None:
        return False
    # The lease is committed before anybody outside is called: if we die from here on, the next worker knows.
    outcome = _unreadable(taken) or look_up(means.transport, taken)
    if outcome is None:
        try:
            letter = words(means.compose, taken, ask(means.persons, taken))
        except PutBack:
            return True
        outcome = send(means.transport, letter)
    settle(taken, outcome)
    return True


def _unreadable(taken: Taken) -> Outcome | None:
    return Outcome(State.PENDING, failure="cannot-open") if taken.unreadable else None
