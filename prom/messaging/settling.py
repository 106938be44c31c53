"""Writing down what came of an attempt, under the fencing number of the lease; and how long to wait for the next."""

import random
import uuid
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, metrics
from prom.db import transaction
from prom.messaging import problems
from prom.messaging.models import Kind, Message, MessageCopy, State
from prom.messaging.taking import Taken

#: The first wait before another try, and the longest: each is twice the one before. The on-call phone cannot wait.
WAITS = (timedelta(seconds=20), timedelta(minutes=15))
WAITS_ON_CALL = (timedelta(seconds=5), timedelta(minutes=1))
#: A vendor's word that has not come by then is not waited for any longer.
ASK_AFTER = timedelta(minutes=10)
#: Where a vendor's word, come before ours, may have brought a message that is in a worker's hands.
TOLD_MEANWHILE = frozenset({State.ACCEPTED, State.DELIVERED, State.FAILED})

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: a State, with the vendor's id where it was accepted, or a short code where not."""

    state: State
    vendor_id: str | None = None
    failure: str | None = None


def settle(taken: Taken, outcome: Outcome) -> None:
    """Write the outcome down, unless the lease was lost. What was cancelled meanwhile stays so, unless it went out."""
    with transaction() as session:
        message = held(session, taken.id, taken.lease)
        _keep_copy(session, taken.id, outcome)
        if message is not None and message.vendor_id is not None and message.state in TOLD_MEANWHILE:
            return  # the vendor's own word about it was here first, and knows more
        if message is None or (message.state != State.LEASED and outcome.state != State.ACCEPTED):
            log.warning("late outcome of a message", message_id=str(taken.id), outcome=outcome.state.value)
            return
        _write(message, taken, outcome)
        if outcome.state == State.FAILED:
            problems.raise_for(session, message)
    metrics.message_tried(taken.kind, outcome.state.value)
    log.info("message tried", message_id=str(taken.id), kind=taken.kind, outcome=outcome.state.value)


def _keep_copy(session: Session, message_id: uuid.UUID, outcome: Outcome) -> None:
    """Where the message names another letter at the vendor by now, this one is a copy of it."""
    if outcome.vendor_id is not None:
        message = session.get_one(Message, message_id)
        if message.vendor_id not in (None, outcome.vendor_id):
            note_copy(session, message, outcome.vendor_id)


def note_copy(session: Session, message: Message, vendor_id: str) -> None:
    """Remember a copy that the vendor has, so that its words are erased there too."""
    if session.get(MessageCopy, vendor_id) is None:
        session.add(
            MessageCopy(vendor_id=vendor_id, tenant_id=message.tenant_id, message_id=message.id, noted_at=clock.now())
        )


def held(session: Session, message_id: uuid.UUID, lease: int) -> Message | None:
    """Lock a message's row and return it as it stands now; None when the lease was lost."""
    return session.scalars(
        select(Message)
        .where(Message.id == message_id, Message.lease == lease)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _write(message: Message, taken: Taken, outcome: Outcome) -> None:
    now = clock.now()
    message.state = _not_sent(taken) if outcome.state == State.PENDING else outcome.state
    message.failure = outcome.failure
    message.vendor_id = outcome.vendor_id
    message.accepted_at = now if outcome.state == State.ACCEPTED else None
    message.settled_at = now if outcome.state == State.FAILED else None
    # From acceptance on: when the vendor is asked after it, where it has not told by then.
    message.try_at = now + (ASK_AFTER if outcome.state == State.ACCEPTED else wait(taken.kind, taken.attempts))


def _not_sent(taken: Taken) -> State:
    """Where a message goes back to that this try did not send: an earlier one may be out all the same."""
    return State.PENDING if taken.perhaps_since is None else State.AMBIGUOUS


def postpone(message: Message, taken: Taken, delay: timedelta, code: str) -> None:
    """Put a message that is in this worker's hands back without an attempt; `code` says why."""
    message.state = _not_sent(taken)
    message.failure = code
    message.attempts -= 1
    message.try_at = clock.now() + delay


def wait(kind: str, attempts: int) -> timedelta:
    """Return how long to wait after this many attempts: a quarter more or less, so that not all come back at once."""
    first, longest = WAITS_ON_CALL if kind == Kind.ON_CALL else WAITS
    plain: timedelta = min(first * 2 ** min(attempts - 1, 10), longest)
    return plain * random.uniform(0.75, 1.25)  # noqa: S311  spreads load, hides nothing
