"""The automatic replies: each tells whom to call, none tells why she might have to. They go out by the outbox."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from prom import clock, crypto
from prom.errors import Invalid
from prom.language import text
from prom.messaging import outbox
from prom.messaging.models import Kind, Message, State
from prom.patients import phone
from prom.patients.queries import identity
from prom.responses.queries import hospital_numbers

#: What is not sent by then is too late to be an answer.
LASTS = timedelta(hours=12)
#: One automatic reply to free text an hour is enough, and no two machines may write to each other for ever.
TO_TEXT_EVERY = timedelta(hours=1)
MOST_A_DAY = 20
MOST_A_DAY_TO_UNKNOWN = 3
#: What causes of this kind say is "call now", which is never one too many.
CALL = "call:"
#: What became of a reply that never reached her.
LOST = (State.FAILED.value, State.CANCELLED.value)
#: The language of whoever nobody knows.
USUAL = "nb"


@dataclass(frozen=True)
class Sender:
    """Who wrote from which number (E.164), and whom she calls. `patient_id` is None for whoever nobody knows."""

    tenant_id: uuid.UUID
    number: str = field(repr=False)
    language: str
    #: The numbers to call in plain hours, E.164; the first is her unit's.
    calls: tuple[str, ...]
    patient_id: uuid.UUID | None = None
    unit_id: uuid.UUID | None = None


def language_of(session: Session, patient_id: uuid.UUID) -> str:
    """Return the language that a patient is written to in."""
    return identity(session, patient_id).language


def say(session: Session, to: Sender, key: str, cause: str) -> None:
    """Put one reply into the outbox, by its text's key; `cause` makes it the only one, in which no number may stand."""
    capped = to.patient_id is not None and not cause.startswith(CALL)
    if capped and _since(session, to.patient_id, timedelta(days=1)) >= MOST_A_DAY:
        return
    numbers = ", ".join(phone.as_spoken(each) for each in to.calls)
    _put(session, to, text(key, to.language, phone=numbers), f"reply:{cause}")


def say_to_text(session: Session, to: Sender, cause: str) -> None:
    """Reply to free text: at most once an hour to a patient, who has the numbers from the last one that went out."""
    if to.patient_id is not None and not _since(session, to.patient_id, TO_TEXT_EVERY, "reply:text:", LOST):
        say(session, to, "sms.reply", f"text:{cause}")


def say_to_unknown(session: Session, tenant_id: uuid.UUID, number: str) -> None:
    """Reply to a number that nobody knows, at most three times a day; what is no phone number gets none."""
    try:
        phone.any_phone(number)
    except Invalid:
        return
    # By a keyed hash, since a key stands in clear; by its place in the day, so that two workers make no fourth.
    day = clock.now().date().isoformat()
    place = f"unknown:{crypto.keyed_hash(tenant_id, 'phone', number).hex()[:24]}:{day}:"
    written = _since(session, None, timedelta(days=1), f"reply:{place}")
    if written < MOST_A_DAY_TO_UNKNOWN:
        nobody = Sender(tenant_id, number, USUAL, tuple(hospital_numbers(session)))
        say(session, nobody, "sms.unknown", f"{place}{written}")


def _since(
    session: Session,
    patient_id: uuid.UUID | None,
    within: timedelta,
    prefix: str = "reply:",
    but: tuple[str, ...] = (),
) -> int:
    """Count the replies since then whose keys begin so, `but` those in a state; of nobody known without a patient."""
    whose = Message.patient_id.is_(None) if patient_id is None else Message.patient_id == patient_id
    made = select(func.count()).where(
        whose,
        Message.created_at > clock.now() - within,
        Message.kind == Kind.REPLY.value,
        Message.key.startswith(prefix, autoescape=True),
        Message.state.not_in(but),
    )
    return session.scalar(made) or 0


def _put(session: Session, to: Sender, body: str, key: str) -> None:
    letter = outbox.Letter(
        tenant_id=to.tenant_id,
        kind=Kind.REPLY,
        key=key,
        to=to.number,
        body=body,
        patient_id=to.patient_id,
        unit_id=to.unit_id,
        expires_at=clock.now() + LASTS,
    )
    outbox.put(session, letter)
