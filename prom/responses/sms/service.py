"""Acting on what came in by SMS: keywords, answers, free text, numbers of two, numbers of nobody. Never silence.

A sweep, so that the vendor is answered in a moment and a crash loses nothing: a message is acted on in one transaction
with everything that follows from it, or it still waits. What goes wrong with an answer goes to a person.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import service as assignments
from prom.audit.service import Actor
from prom.config import Settings
from prom.messaging.models import Incoming
from prom.messaging.recording import record
from prom.pathways.models import Episode
from prom.pathways.queries import episodes_of
from prom.patients import contact, sealing
from prom.patients.contact import points_of_number
from prom.patients.models import ContactPoint
from prom.responses.queries import hospital_numbers
from prom.responses.sms import conversation, free_text, replies
from prom.responses.sms.incoming import blank_old, take_in, waiting
from prom.responses.sms.reading import Unread
from prom.responses.sms.replies import Sender
from prom.responses.sms.words import Keyword, keyword
from prom.staff.models import Unit

__all__ = ["blank_old", "handle", "take_in", "waiting"]

#: A message waits so long for an earlier one of the same patient; one that cannot be acted on holds up no later one.
PATIENCE = timedelta(minutes=2)

log = structlog.get_logger()


@dataclass(frozen=True)
class Letter:
    """An incoming message, opened, with those whose number it came from; its repr shows neither number nor words."""

    row: Incoming
    number: str = field(repr=False)
    words: str = field(repr=False)
    owners: Sequence[ContactPoint]

    @property
    def patients(self) -> tuple[uuid.UUID, ...]:
        """The patients of the number."""
        return tuple(dict.fromkeys(point.patient_id for point in self.owners))


def handle(settings: Settings, session: Session, incoming_id: uuid.UUID) -> bool:
    """Act on one message; False where another worker has it, or an earlier one of the same patient comes first."""
    row = session.scalars(
        select(Incoming)
        .where(Incoming.id == incoming_id, Incoming.handled_at.is_(None))
        .with_for_update(skip_locked=True)
    ).first()
    if row is None or _comes_after_another(session, row):
        return False
    letter = _opened(session, row)
    try:
        with session.begin_nested():
            outcome = _act(session, letter, settings)
    except Exception as failure:  # whatever it was, her words reach a person
        log.error("message could not be acted on", row=str(row.id), failure=type(failure).__name__)
        outcome = _forward(session, letter)
    row.handled_at, row.outcome = clock.now(), outcome
    if outcome != "unknown":  # her answer lies in her form, her words on the alert
        row.letter_sealed = None
    record(session, "incoming.handle", row)
    return True


def _comes_after_another(session: Session, row: Incoming) -> bool:
    earlier = select(Incoming.id).where(
        Incoming.patient_id == row.patient_id,
        Incoming.handled_at.is_(None),
        Incoming.id < row.id,
        Incoming.received_at > clock.now() - PATIENCE,
    )
    return row.patient_id is not None and session.scalars(earlier).first() is not None


def _opened(session: Session, row: Incoming) -> Letter:
    letter = sealing.open_column(session, row, "letter")
    return Letter(row, letter["from"], letter["body"], points_of_number(session, row.tenant_id, letter["from"]))


def _act(session: Session, letter: Letter, settings: Settings) -> str:
    """Do what a message asks for, and return its outcome."""
    wanted = keyword(letter.words)
    if wanted is not None and letter.patients:
        _obey(session, letter, wanted)
        return wanted.value
    if not letter.patients:
        return _forward(session, letter)
    if len(letter.patients) > 1:
        # Which of them wrote is not for us to guess: each gets a link of her own, and each one's unit the words.
        reached = _forward(session, letter)
        assignments.send_new_links(session, letter.row.tenant_id, letter.number, settings)
        return "several" if reached == "forwarded" else reached
    talk = conversation.running(session, sender(session, letter, letter.patients[0]), letter.row.id)
    unread = (
        conversation.answer(session, talk, letter.words, letter.row.received_at, settings)
        if talk is not None
        else Unread.WORDS
    )
    return _forward(session, letter) if unread is Unread.WORDS else "answer"


def _obey(session: Session, letter: Letter, wanted: Keyword) -> None:
    """Do what a keyword says, for everybody whose number it is: it is said of the number."""
    actor = Actor("patient", letter.row.id)
    for point in letter.owners:
        if wanted is Keyword.STOP:
            talk = conversation.running(session, sender(session, letter, point.patient_id), letter.row.id)
            if talk is not None:
                conversation.stop(session, talk)
            contact.opt_out(session, point.patient_id, point, actor)
        elif wanted is Keyword.START:
            contact.opt_in(session, point.patient_id, point, actor)
    texts = {Keyword.STOP: "sms.stopped", Keyword.START: "sms.started", Keyword.HELP: "sms.help"}
    replies.say(session, _one_sender(session, letter), texts[wanted], f"{wanted}:{letter.row.id}")


def _forward(session: Session, letter: Letter) -> str:
    """Put the words on the list of every unit that may be meant, and reply with the numbers to call."""
    found = [(each, _episode(session, each)) for each in letter.patients]
    reached = [of for _, of in found if of is not None]
    if not reached:
        replies.say_to_unknown(session, letter.row.tenant_id, letter.number)
        return "unknown"
    for of in sorted(reached, key=lambda each: each.id):
        free_text.forward(session, of, letter.words, letter.row.id, shared=len(letter.patients) > 1)
    replies.say_to_text(session, _one_sender(session, letter), str(letter.row.id))
    return "forwarded"


def _episode(session: Session, patient_id: uuid.UUID) -> Episode | None:
    """Return the episode whose unit reads her words: her active one, else her newest."""
    found = episodes_of(session, patient_id)
    return next((each for each in found if each.status == "active"), next(iter(found), None))


def sender(session: Session, letter: Letter, patient_id: uuid.UUID) -> Sender:
    """Return a patient as one who wrote, with the number of the unit whose care she is in."""
    of = _episode(session, patient_id)
    unit = session.get_one(Unit, of.unit_id) if of is not None else None
    calls = (unit.phone,) if unit is not None else tuple(hospital_numbers(session))
    language = replies.language_of(session, patient_id)
    return Sender(letter.row.tenant_id, letter.number, language, calls, patient_id, unit.id if unit else None)


def _one_sender(session: Session, letter: Letter) -> Sender:
    """Return whom one reply goes to: of a shared number the first, with the numbers of all their units."""
    senders = [sender(session, letter, each) for each in letter.patients]
    calls = tuple(dict.fromkeys(number for each in senders for number in each.calls))
    first = senders[0]
    return Sender(first.tenant_id, first.number, first.language, calls, first.patient_id, first.unit_id)
