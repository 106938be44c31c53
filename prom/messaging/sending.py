"""Calling the vendor: is the letter there already, and if not, hand it over. No transaction is open meanwhile."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from prom.db import reading
from prom.messaging.models import Kind, Message, MessageCopy, State
from prom.messaging.settling import Outcome
from prom.messaging.taking import Taken
from prom.messaging.transport import Ambiguous, Letter, Refused, Transport


def look_up(transport: Transport, taken: Taken) -> Outcome | None:
    """Look for a letter that may be at the vendor; None = it is not, or never was, and is to be sent.

    Never raises for a vendor's fault.
    """
    if taken.letter is None or taken.perhaps_since is None:
        return None
    try:
        letter = replace(taken.letter, others=_others(taken, taken.perhaps_since))
        vendor_id = transport.find(letter, taken.perhaps_since)
    except Exception as error:
        # Twice on the on-call phone is better than never.
        return None if taken.kind == Kind.ON_CALL else Outcome(State.AMBIGUOUS, failure=word(error))
    if vendor_id is None or _of_another(vendor_id, taken.letter):
        return None
    return Outcome(State.ACCEPTED, vendor_id)


def _others(taken: Taken, since: datetime) -> frozenset[str]:
    """The vendor's ids of the other messages to her, or to staff: two alerts to one phone can have the same words."""
    others = select(Message.id).where(
        Message.accepted_at >= since, Message.patient_id == taken.patient_id, Message.id != taken.id
    )
    named = select(Message.vendor_id).where(Message.id.in_(others))
    copies = select(MessageCopy.vendor_id).where(MessageCopy.message_id.in_(others))
    with reading() as session:
        return frozenset(str(vendor_id) for vendor_id in session.scalars(named.union_all(copies)))


def _of_another(vendor_id: str, letter: Letter) -> bool:
    """Whether this is another message's, which a transport that knows nothing of the others may return."""
    with reading() as session:
        another = select(Message.id).where(Message.vendor_id == vendor_id, Message.id != letter.message_id)
        return session.scalars(another).first() is not None


def send(transport: Transport, letter: Letter) -> Outcome:
    """Hand a letter over, once. Never raises for a vendor's fault."""
    try:
        return Outcome(State.ACCEPTED, transport.send(letter).vendor_id)
    except Refused as refusal:
        return Outcome(State.FAILED if refusal.final else State.PENDING, failure=refusal.code)
    except Exception as error:  # whatever it was, the letter may be out
        return Outcome(State.AMBIGUOUS, failure=word(error))


def word(error: Exception) -> str:
    """Return a short code for the row. The class stands for an error we do not know: its text could hold the number."""
    return error.code if isinstance(error, Refused | Ambiguous) else type(error).__name__
