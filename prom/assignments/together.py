"""Messages to one patient that lead to the same place and are due together go out as one."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from prom.messaging.composing import Later, Withheld
from prom.messaging.models import Kind, Message, State

#: What leads to an assignment by a link.
LEADING = (Kind.ASSIGNMENT, Kind.NEW_LINK, Kind.REMINDER)
#: What she has asked for comes whatever else does.
NEVER_LEFT_OUT = (Kind.NEW_LINK, Kind.ENDED)
#: So long one message waits to see whether the other goes out, looking so often; then it goes by itself.
WAITS, LOOKS_AGAIN = timedelta(minutes=2), timedelta(seconds=10)


def left_out(session: Session, message: Message, now: datetime) -> Withheld | Later | None:
    """Return why a message is not sent because of another, made since it was due, that leads to the same place.

    The same place is the same assignment, or for texts of a pathway her own page, which lists all that wait. Withheld
    only once the other is with the vendor; nothing is left out for one that failed. None = it is to be sent.
    """
    if Kind(message.kind) in NEVER_LEFT_OUT:
        return None
    # The patient's row is locked while words are made, so that of two at once one sees the other's.
    other = session.scalars(
        select(Message)
        .where(Message.patient_id == message.patient_id, Message.id != message.id, _same_place(message))
        .where(Message.composed_at >= message.send_after)
        .where(Message.state.in_((State.LEASED, State.AMBIGUOUS, State.ACCEPTED, State.DELIVERED)))
        .order_by(Message.composed_at.desc())
    ).first()
    if other is None or other.composed_at is None:
        return None
    if other.state in (State.ACCEPTED, State.DELIVERED):
        return Withheld("together")
    # Whoever has words already goes first, so that two never wait for each other.
    may_wait = message.composed_at is None and other.composed_at > now - WAITS
    return Later(now + LOOKS_AGAIN, "together") if may_wait else None


def _same_place(message: Message) -> ColumnElement[bool]:
    if message.kind == Kind.INFORMATION:
        return Message.kind == Kind.INFORMATION
    return (Message.assignment_id == message.assignment_id) & Message.kind.in_(LEADING)
