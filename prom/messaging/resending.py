"""An operator's word that a message be tried anew, after whatever stood in its way was set right."""

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import clock
from prom.audit.service import Actor
from prom.messaging.models import Kind, Message, State
from prom.messaging.recording import record
from prom.messaging.settling import note_copy

#: Whose words are made as they are sent.
COMPOSED_KINDS = frozenset({Kind.ASSIGNMENT, Kind.NEW_LINK, Kind.REMINDER, Kind.INFORMATION, Kind.ENDED})
#: For how long one that failed for good may be sent again.
LASTS = timedelta(days=1)
#: These are out, or are not to go out.
NEVER = (State.ACCEPTED, State.DELIVERED, State.CANCELLED)


def resend(session: Session, message_id: uuid.UUID, actor: Actor) -> str | None:
    """Let a message be tried anew, now; returns why not, as a sentence in English, where that cannot be.

    One that waits is only brought forward. One that failed for good gets a day more: what it says is looked for at the
    vendor first, and where its words are blanked they are made anew, if a composer made them.
    """
    message = session.scalars(select(Message).where(Message.id == message_id).with_for_update()).first()
    if message is None:
        return "There is no message with this id."
    refusal = _refusal(message)
    if refusal is None:
        if message.state == State.FAILED:
            _revive(session, message)
        message.try_at = clock.now()
        record(session, "message.put", message, actor, "operation")
    return refusal


def _refusal(message: Message) -> str | None:
    if message.state in NEVER:
        return f"It is {message.state}, and is not sent again."
    if message.state == State.LEASED and message.try_at > clock.now():
        return "A worker has it in hand at this moment."
    if message.state == State.FAILED and message.letter_sealed is None and message.kind not in COMPOSED_KINDS:
        return "Its words are gone, and nothing makes them anew."
    return None


def _revive(session: Session, message: Message) -> None:
    if message.vendor_id is not None:
        note_copy(session, message, message.vendor_id)  # so that it is erased there
    message.state = State.PENDING if message.letter_sealed is None else State.AMBIGUOUS
    message.settled_at = message.vendor_id = message.accepted_at = message.erased_at = None
    message.expires_at = clock.now() + LASTS
