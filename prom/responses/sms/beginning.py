"""Whether an assignment is asked by SMS, and its first question, which takes the place of the message with the link.

Looked at as the message is sent. Everything has to agree: the questionnaire, the pathway, the patient herself and the
number; and nothing else is being asked of her by SMS, or nobody could tell which question she answers.
"""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.rules import RuleSet
from prom import clock
from prom.assignments.models import Assignment
from prom.catalogue import queries as catalogue
from prom.catalogue.declared import not_by_sms
from prom.catalogue.queries import Instrument
from prom.db import new_id
from prom.messaging.composing import Compose, Composed, Later, Withheld
from prom.messaging.models import Kind, Message
from prom.pathways.queries import episode, pathway
from prom.patients.contact import points_of_number
from prom.patients.person_source import Person
from prom.responses.judging import instrument_of
from prom.responses.models import Conversation
from prom.responses.sms import asking, following
from prom.responses.sms.conversation import ASKING, next_question, response_of
from prom.responses.sms.replies import language_of
from prom.settings.queries import effective

log = structlog.get_logger()


def compose(inner: Compose) -> Compose:
    """Return what composes as `inner` does, and asks by SMS: a first message may be the first question."""

    def composed(session: Session, message: Message, person: Person | None) -> Composed | Withheld | Later:
        if message.kind == Kind.QUESTION:
            return following.compose(session, message, person)
        made = inner(session, message, person)
        if message.kind != Kind.ASSIGNMENT or not isinstance(made, Composed) or message.assignment_id is None:
            return made
        question = _begin_or_not(session, session.get_one(Assignment, message.assignment_id), made.to)
        return made if question is None else Composed(made.to, question)

    return composed


def _begin_or_not(session: Session, assignment: Assignment, number: str) -> str | None:
    """Begin; whatever goes wrong with that, she still gets her link."""
    try:
        with session.begin_nested():
            return begin(session, assignment, number)
    except Exception as failure:
        log.error("question could not be asked", failure=type(failure).__name__)
        return None


def begin(session: Session, assignment: Assignment, number: str) -> str | None:
    """Begin a conversation and return the words of its first question; None where it is not asked by SMS.

    Asked again for the same assignment, as when its message is tried once more, it says the same.
    """
    instrument = instrument_of(session, assignment)
    if instrument is None or not may_be_asked(session, assignment, instrument, number):
        return None
    earlier = _of(session, assignment)
    position = next_question(instrument, response_of(session, assignment, instrument), 0)
    if position is None or (earlier is not None and (earlier.state, earlier.position) != (ASKING, position)):
        return None
    if earlier is None:
        session.add(_begun(assignment, position))
        session.flush()
    return asking.question(
        instrument.questionnaire.questions[position - 1], language_of(session, assignment.patient_id)
    )


def may_be_asked(session: Session, assignment: Assignment, instrument: Instrument, number: str) -> bool:
    """Whether all agree that this assignment is asked by SMS over this number."""
    return (
        assignment.origin != "staff"
        and instrument.questionnaire.reveals_nothing
        and not not_by_sms(instrument, _rules(session, assignment))
        and is_agreed(session, assignment)
        and {point.patient_id for point in points_of_number(session, assignment.tenant_id, number)}
        == {assignment.patient_id}
        and not _is_asked_something_else(session, assignment)
    )


def is_agreed(session: Session, assignment: Assignment) -> bool:
    """Whether the number can be answered, the pathway offers it, and the patient herself has said yes."""
    tenant_id, patient_id = assignment.tenant_id, assignment.patient_id
    of = episode(session, assignment.episode_id)
    hers = effective(session, "smsAnswers", tenant_id=tenant_id, patient_id=patient_id)
    return (
        pathway(session, of.pathway_url, of.pathway_version).settings.get("smsAnswers") is True
        and hers.level == "patient"
        and hers.value is True
        and effective(session, "twoWayNumber", tenant_id=tenant_id).value is True
    )


def _rules(session: Session, assignment: Assignment) -> list[RuleSet]:
    return [catalogue.rule_set(session, assignment.rules)] if assignment.rules is not None else []


def _is_asked_something_else(session: Session, assignment: Assignment) -> bool:
    """Whether another conversation is waiting for an answer of hers."""
    others = (
        select(Conversation.id)
        .join(Assignment, Assignment.id == Conversation.assignment_id)
        .where(Conversation.patient_id == assignment.patient_id, Conversation.state == ASKING)
        .where(Conversation.assignment_id != assignment.id, Assignment.status == "open")
        .where(Assignment.begun_expires_at > clock.now())
    )
    return session.scalars(others).first() is not None


def _of(session: Session, assignment: Assignment) -> Conversation | None:
    return session.scalars(select(Conversation).where(Conversation.assignment_id == assignment.id)).first()


def _begun(assignment: Assignment, position: int) -> Conversation:
    return Conversation(
        id=new_id(),
        tenant_id=assignment.tenant_id,
        patient_id=assignment.patient_id,
        assignment_id=assignment.id,
        state=ASKING,
        position=position,
        misread=0,
        asked_at=clock.now(),
    )
