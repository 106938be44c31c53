"""The questions after the first, made as they are sent: all is looked at once more, as with every message to a patient.

A question that is withheld ends its conversation. After a pause she gets her link; otherwise a reminder may bring it.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom.assignments import composing
from prom.assignments.models import Assignment
from prom.messaging import outbox
from prom.messaging.composing import Composed, Withheld
from prom.messaging.models import Kind, Message
from prom.patients import sealing
from prom.patients.person_source import Person
from prom.patients.queries import points_of
from prom.responses.judging import instrument_of
from prom.responses.models import Conversation
from prom.responses.sms import asked, asking
from prom.responses.sms.conversation import ASKING, GIVEN_UP
from prom.responses.sms.replies import language_of


def compose(session: Session, message: Message, person: Person | None) -> Composed | Withheld:
    """Return the words of a question after the first, or why it is not asked any more.

    `message` is of kind `question`. Raises NoResultFound for one whose assignment has no conversation.
    """
    assignment = session.get_one(Assignment, message.assignment_id, populate_existing=True)
    row = session.scalars(select(Conversation).where(Conversation.assignment_id == assignment.id)).one()
    newest = asked.last(session, assignment.id, or_again=True)
    if row.state != ASKING or newest is None or newest.id != message.id:
        return Withheld("answered" if row.state != GIVEN_UP else "cancelled")
    withheld = composing.withheld(session, message, person)
    if withheld is not None:
        _end(session, row, assignment, withheld.code)
        return withheld
    return _composed(session, message, row, assignment)


def _composed(session: Session, message: Message, row: Conversation, assignment: Assignment) -> Composed | Withheld:
    instrument = instrument_of(session, assignment)
    if instrument is None:
        raise ValueError("a conversation without questions")
    item = instrument.questionnaire.questions[row.position - 1]
    again = message.key.endswith(asked.AGAIN)
    point = points_of(session, [assignment.patient_id])[assignment.patient_id]
    words = asking.question(item, language_of(session, assignment.patient_id), again=again)
    return Composed(sealing.open_column(session, point, "value"), words)


def _end(session: Session, row: Conversation, assignment: Assignment, code: str) -> None:
    """End a conversation; her link follows as soon as a pause is over, under the rules of every first message."""
    row.state = GIVEN_UP
    session.flush()
    if code == "paused":
        letter = outbox.Letter(
            tenant_id=assignment.tenant_id,
            kind=Kind.ASSIGNMENT,
            key=f"assignment:{assignment.id}:link",
            patient_id=assignment.patient_id,
            unit_id=assignment.unit_id,
            assignment_id=assignment.id,
            expires_at=assignment.begun_expires_at,
        )
        outbox.put(session, letter)
