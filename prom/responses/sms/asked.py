"""Which question of a conversation was asked last, and whether it was out when she wrote, by the outbox's rows."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.messaging.models import OPEN_STATES, Kind, Message, State

#: How the key of a question ends that is asked once more because its answer could not be read.
AGAIN = ":again"
#: Where a question is that went out, for all that is known.
OUT = (State.ACCEPTED, State.DELIVERED)


def last(session: Session, assignment_id: uuid.UUID, *, or_again: bool = False) -> Message | None:
    """Return the message with the question that was asked last; `or_again` counts one that was only repeated.

    The first question lies in the assignment's own message. None where nothing was asked.
    """
    asked = (
        select(Message)
        .where(Message.assignment_id == assignment_id, Message.kind.in_((Kind.ASSIGNMENT, Kind.QUESTION)))
        .order_by(Message.created_at.desc(), Message.id.desc())
    )
    return session.scalars(asked if or_again else asked.where(Message.key.not_like(f"%{AGAIN}"))).first()


def came_before(question: Message | None, received_at: datetime) -> bool:
    """Whether the vendor had taken a question when her message came in; False where it may be out and nobody knows."""
    if question is None or question.accepted_at is None or question.state not in OUT:
        return False
    return question.accepted_at <= received_at


def can_come(question: Message | None) -> bool:
    """Whether a question is out, or still to go out."""
    return question is not None and question.state in (*OUT, *OPEN_STATES)
