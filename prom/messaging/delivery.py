"""Sending what is due: take one message, call the vendor, write down what came of it.

Three steps, and a worker can be killed between any two. The first and the last are short transactions, and none is
open while the vendor is called. Each taking raises the message's fencing number, so that a worker that was slow
cannot overwrite what another one has done since. What may have gone out already is looked up before it goes again.
"""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from prom import clock, metrics
from prom.audit import service as audit
from prom.audit.service import SYSTEM
from prom.crypto import CannotOpen
from prom.db import reading, transaction
from prom.messaging.models import IS_OPEN, IS_OPEN_ON_CALL, Kind, Message, State
from prom.messaging.transport import Ambiguous, Letter, Refused, Transport
from prom.patients import sealing

#: Longer than looking up and sending take together at their slowest (twice 20 seconds).
LEASE = timedelta(seconds=60)
#: A run ends after this, so that a stop does not wait for a long queue; the next run goes on.
LONGEST_RUN = timedelta(seconds=20)
#: How far the vendor's clock may be behind ours when its list is asked.
CLOCK_SKEW = timedelta(minutes=5)
#: The first wait before another try, and the longest: each is twice the one before. The on-call phone cannot wait.
WAITS = (timedelta(seconds=20), timedelta(minutes=15))
WAITS_ON_CALL = (timedelta(seconds=5), timedelta(minutes=1))

log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    """A message in this worker's hands, under the fencing number of its lease. No letter = its seal does not open."""

    id: uuid.UUID
    kind: str
    lease: int
    attempts: int
    letter: Letter | None
    #: Since when it may be on the vendor's list; None for one that was certainly never sent.
    perhaps_since: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: a State, with the vendor's id where it was accepted, or a short code where not."""

    state: State
    vendor_id: str | None = None
    failure: str | None = None


def deliver_due(transport: Transport, limit: int = 50) -> int:
    """Try every message that is due, alerts to staff first, at most `limit`; returns how many were tried.

    To be called with no transaction open. Messages are taken one by one: whoever is killed leaves one message behind
    for the lease to run out, not a batch. Safe with any number of workers.
    """
    ends = clock.now() + LONGEST_RUN
    for tried in range(limit):
        taken = _take_next() if clock.now() < ends else None
        if taken is None:
            return tried
        # The lease is committed before the vendor is called: if we die from here on, the next worker knows that this
        # message may have gone out, and asks.
        _settle(taken, _attempt(transport, taken))
    return limit


def _take_next() -> Taken | None:
    with transaction() as session:
        message = _due(session, IS_OPEN_ON_CALL) or _due(session, IS_OPEN)
        if message is None:
            return None
        perhaps_sent = message.state != State.PENDING
        message.state = State.LEASED
        message.lease += 1
        message.attempts += 1
        message.try_at = clock.now() + LEASE
        _record(session, message)
        return Taken(
            message.id,
            message.kind,
            message.lease,
            message.attempts,
            _letter(session, message),
            message.send_after - CLOCK_SKEW if perhaps_sent else None,
        )


def _due(session: Session, condition: str) -> Message | None:
    now = clock.now()
    return session.scalars(
        select(Message)
        .where(text(condition), Message.try_at <= now, Message.expires_at > now)
        .order_by(Message.try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def _letter(session: Session, message: Message) -> Letter | None:
    try:
        opened = sealing.open_column(session, message, "letter")
    except CannotOpen:
        return None
    return Letter(opened["to"], opened["body"], message.id)


def _record(session: Session, message: Message) -> None:
    audit.record(
        session,
        SYSTEM,
        "message.send",
        tenant_id=message.tenant_id,
        entity="message",
        entity_id=message.id,
        subjects=[message.patient_id] if message.patient_id is not None else [],
        unit_id=message.unit_id,
        reason="tick",
    )


def _attempt(transport: Transport, taken: Taken) -> Outcome:
    """Look the letter up if it may be at the vendor, and send it if it is not. Never raises for a vendor's fault."""
    if taken.letter is None:
        return Outcome(State.PENDING, failure="cannot-open")
    if taken.perhaps_since is not None:
        try:
            vendor_id = _found(transport, taken.letter, taken.perhaps_since)
        except Exception as error:
            if taken.kind != Kind.ON_CALL:
                return Outcome(State.AMBIGUOUS, failure=_word(error))
            vendor_id = None  # twice on the on-call phone is better than never
        if vendor_id is not None:
            return Outcome(State.ACCEPTED, vendor_id)
    return _sent(transport, taken.letter)


def _found(transport: Transport, letter: Letter, since: datetime) -> str | None:
    """The vendor's id of this letter, unless it is another message's: alerts to one phone can have the same words."""
    vendor_id = transport.find(letter, since)
    if vendor_id is None:
        return None
    with reading() as session:
        another = select(Message.id).where(Message.vendor_id == vendor_id, Message.id != letter.message_id)
        return vendor_id if session.scalars(another).first() is None else None


def _sent(transport: Transport, letter: Letter) -> Outcome:
    try:
        return Outcome(State.ACCEPTED, transport.send(letter).vendor_id)
    except Refused as refusal:
        return Outcome(State.FAILED if refusal.final else State.PENDING, failure=refusal.code)
    except Exception as error:  # whatever it was, the letter may be out
        return Outcome(State.AMBIGUOUS, failure=_word(error))


def _word(error: Exception) -> str:
    """A short code for the row. The class stands for an error we do not know: its text could hold the number."""
    return error.code if isinstance(error, Refused | Ambiguous) else type(error).__name__


def _settle(taken: Taken, outcome: Outcome) -> None:
    """Write the outcome down, unless the lease was lost. What was cancelled meanwhile stays so, unless it went out."""
    with transaction() as session:
        message = session.scalars(
            select(Message).where(Message.id == taken.id, Message.lease == taken.lease).with_for_update()
        ).first()
        if message is None or (message.state != State.LEASED and outcome.state != State.ACCEPTED):
            log.warning("late outcome of a message", message_id=str(taken.id), outcome=outcome.state.value)
            return
        now = clock.now()
        message.state = outcome.state
        message.failure = outcome.failure
        message.vendor_id = outcome.vendor_id
        message.accepted_at = now if outcome.state == State.ACCEPTED else None
        message.settled_at = now if outcome.state == State.FAILED else None
        message.try_at = now + wait(taken.kind, taken.attempts)
    metrics.message_tried(taken.kind, outcome.state.value)
    log.info("message tried", message_id=str(taken.id), kind=taken.kind, outcome=outcome.state.value)


def wait(kind: str, attempts: int) -> timedelta:
    """Return how long to wait after this many attempts: a quarter more or less, so that not all come back at once."""
    first, longest = WAITS_ON_CALL if kind == Kind.ON_CALL else WAITS
    plain: timedelta = min(first * 2 ** min(attempts - 1, 10), longest)
    return plain * random.uniform(0.75, 1.25)  # noqa: S311  spreads load, hides nothing
