"""Making a message's words at the moment of sending: who she is today is asked first, then what to say, if anything.

A message that may be at the vendor is sought there by its very words, so a later try sends the same, unless she has
another number by now. What was certainly not sent is made anew. Whether it may be sent at all is asked at each try.
"""

from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock, metrics
from prom.db import transaction
from prom.messaging.closing import with_closing
from prom.messaging.composing import Compose, Composed, Later, Withheld
from prom.messaging.models import Message, State
from prom.messaging.recording import record
from prom.messaging.segments import measure
from prom.messaging.settling import held, postpone, wait
from prom.messaging.taking import LEASE, Taken
from prom.messaging.transport import Letter
from prom.patients import sealing
from prom.patients.models import Patient
from prom.patients.person_source import NotKnown, Person, PersonSource, Unreachable

#: A register that does not answer holds a message back for so long; then it is sent: a missed question is worse.
LONGEST_ASKING = timedelta(hours=1)
#: A composer that says "later" of what is due already must not keep a worker busy with it.
SOONEST = timedelta(seconds=1)
NO_COMPOSER = "no-composer"

log = structlog.get_logger()


class PutBack(Exception):
    """The message is not to be sent now; its row says what became of it."""


def ask(persons: PersonSource | None, taken: Taken) -> Person | None:
    """Ask the register who she is today; None where there is nobody to ask, or the register does not know her.

    Raises PutBack when it gives no answer and the message can wait. No transaction is open.
    """
    if persons is None or taken.national_number is None:
        return None
    try:
        return persons.look_up(taken.national_number)
    except NotKnown:
        return None
    except Exception as error:  # a fault nobody thought of is no answer either
        _count_unanswered(taken, error)
        if clock.now() >= taken.send_after + LONGEST_ASKING:
            return None
    _put_back_unasked(taken)
    raise PutBack


def _count_unanswered(taken: Taken, error: Exception) -> None:
    code = error.code if isinstance(error, Unreachable) else type(error).__name__
    log.warning("register gave no answer", message_id=str(taken.id), failure=code)
    metrics.message_tried(taken.kind, "register-unreachable")


def _put_back_unasked(taken: Taken) -> None:
    with transaction() as session:
        message = held(session, taken.id, taken.lease)
        if message is not None and message.state == State.LEASED:
            until = taken.send_after + LONGEST_ASKING - clock.now()
            postpone(message, taken, min(wait(taken.kind, taken.lease), until), "register-unreachable")


def words(compose: Compose | None, taken: Taken, person: Person | None) -> Letter:
    """Return the letter to send: the words that it came with, those made before and perhaps out, or those made now.

    Raises PutBack when it is withheld, is to be sent later, has lost its lease, or nobody can make words.
    """
    if not taken.composed and taken.letter is not None:
        return taken.letter
    with transaction() as session:
        letter = _in_words(session, compose, taken, person)
    if letter is None:
        raise PutBack
    return letter


def _in_words(session: Session, compose: Compose | None, taken: Taken, person: Person | None) -> Letter | None:
    found = session.get_one(Message, taken.id)
    if found.patient_id is not None:
        # Not FOR UPDATE: an answer that is being stored, and holds the assignment, must not wait for us.
        session.execute(select(Patient.id).where(Patient.id == found.patient_id).with_for_update(key_share=True))
    made = _decided(session, compose, found, person, taken)
    message = held(session, taken.id, taken.lease)  # last, as the order of locks has it
    if message is None or message.state != State.LEASED:
        session.rollback()  # cancelled or taken over meanwhile: no token was minted either
        return None
    return _carried_out(session, message, made, taken)


def _decided(
    session: Session, compose: Compose | None, message: Message, person: Person | None, taken: Taken
) -> Composed | Withheld | Later | Exception | None:
    """What is to become of it; None = the words made before hold. A fault of the composer comes back as itself."""
    if compose is None:
        return None if taken.letter is not None else LookupError(NO_COMPOSER)
    attempt = session.begin_nested()
    try:
        made = compose(session, message, person)
    except Exception as error:
        attempt.rollback()
        return error
    if isinstance(made, Composed) and _keeps_its_words(taken, made):
        attempt.rollback()  # asked only whether it may go: a second link is not wanted
        return None
    attempt.commit()
    return made


def _keeps_its_words(taken: Taken, made: Composed) -> bool:
    """Whether the words made before hold: they may be out, and to the number that she has now."""
    return taken.letter is not None and taken.perhaps_since is not None and taken.letter.to == made.to


def _carried_out(
    session: Session, message: Message, made: Composed | Withheld | Later | Exception | None, taken: Taken
) -> Letter | None:
    match made:
        case Composed():
            return _sealed(session, message, made)
        case Withheld():
            message.state, message.settled_at = State.CANCELLED, clock.now()
            message.failure = made.code
            if taken.perhaps_since is None:
                message.letter_sealed = None  # else it may be at the vendor, and is found there by its words
            record(session, "message.cancel", message)
        case Later():
            postpone(message, taken, max(made.at - clock.now(), SOONEST), made.code)
        case None:
            message.try_at = clock.now() + LEASE
            return taken.letter
        case Exception():
            code = NO_COMPOSER if isinstance(made, LookupError) and NO_COMPOSER in made.args else type(made).__name__
            log.error("message has no words", message_id=str(message.id), failure=code)
            postpone(message, taken, wait(message.kind, taken.lease), code)
    return None


def _sealed(session: Session, message: Message, made: Composed) -> Letter:
    body = with_closing(session, message, made.body)
    message.composed_at = clock.now()
    message.segments = measure(body).segments
    message.try_at = clock.now() + LEASE
    sealing.seal(session, message, "letter", {"to": made.to, "body": body})
    return Letter(made.to, body, message.id, message.expires_at - clock.now())
