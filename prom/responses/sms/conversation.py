"""A conversation: one question a message, each answer saved as a page saves it, the last one sent as a page sends it.

It hangs on its assignment. Whatever else happens to that, answered by page, expired, cancelled, locked, ends the
conversation without a word: it is only carried on while the assignment can be answered.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.findings import Finding
from alerts.rules import Severity
from prom import clock
from prom.assignments import links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment
from prom.audit.service import Actor
from prom.catalogue.queries import Instrument
from prom.config import Settings
from prom.errors import InvalidResponse
from prom.messaging import outbox
from prom.messaging.models import Kind
from prom.responses import drafts, service, wording
from prom.responses.judging import instrument_of
from prom.responses.models import Conversation
from prom.responses.places import Kind as Stands
from prom.responses.saving import Answered
from prom.responses.sms import asked, replies
from prom.responses.sms.reading import Unread, read
from prom.responses.sms.replies import Sender
from prom.responses.steps import Steps
from prom.responses.storing import Authorship
from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Item, Value
from questionnaires.response import build

ASKING, DONE, GIVEN_UP = "asking", "done", "given-up"
#: One gentle correction for each question; after it a link.
CORRECTIONS = 1
#: A question that could not be sent by then is not asked any more; the link in a reminder still is.
QUESTION_LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class Talk:
    """A conversation that is going on, its assignment locked, with what it asks and who answers."""

    row: Conversation
    assignment: Assignment
    instrument: Instrument
    sender: Sender
    #: The message that is being acted on.
    incoming_id: uuid.UUID

    @property
    def actor(self) -> Actor:
        """Whoever writes: known by her number, and in the audit log by the message."""
        return Actor("patient", self.incoming_id)

    @property
    def asked(self) -> Item:
        """The question that was asked last."""
        return self.instrument.questionnaire.questions[self.row.position - 1]


def running(session: Session, sender: Sender, incoming_id: uuid.UUID) -> Talk | None:
    """Return the patient's conversation, its assignment locked; None where nothing is asked of her by SMS now."""
    rows = session.scalars(
        select(Conversation)
        .where(Conversation.patient_id == sender.patient_id, Conversation.state == ASKING)
        .order_by(Conversation.asked_at.desc(), Conversation.id.desc())
    ).all()
    for row in rows:
        assignment = assignments.lock(session, row.assignment_id)
        instrument = instrument_of(session, assignment)
        if instrument is not None and links.is_answerable(assignment, clock.now()):
            return Talk(row, assignment, instrument, sender, incoming_id)
        row.state = DONE if assignment.status == "completed" else GIVEN_UP
    session.flush()
    return None


def answer(session: Session, talk: Talk, words: str, received_at: datetime, settings: Settings) -> Unread | None:
    """Take a message as the answer to the question that was asked last; returns why it is none, or None.

    What came in before that question went out may correct an earlier answer or be a slip: a person reads it.
    """
    question = asked.last(session, talk.assignment.id)
    if not asked.came_before(question, received_at):
        if not asked.can_come(question):
            _give_up(session, talk, settings)
        return Unread.WORDS
    value = read(talk.asked, words, talk.sender.language)
    if isinstance(value, Unread) or not _saved(session, talk, value):
        _misread(session, talk, settings)
        return value if isinstance(value, Unread) else Unread.UNCLEAR
    talk.row.misread = 0
    given = response_of(session, talk.assignment, talk.instrument)
    following = next_question(talk.instrument, given, talk.row.position)
    if following is not None:
        ask(session, talk, following)
    else:
        _send(session, talk, settings)
    return None


def response_of(session: Session, assignment: Assignment, instrument: Instrument) -> QuestionnaireResponse:
    """Return what has been answered so far, by SMS or by page."""
    draft = drafts.of_assignment(session, assignment)
    return draft.response if draft is not None else build(instrument.questionnaire, {}, status="in-progress")


def next_question(instrument: Instrument, given: QuestionnaireResponse, after: int) -> int | None:
    """Return the position (from 1) of the next question that is asked and not answered; None when all are.

    Those after the last one come first; then what was left open before it.
    """
    stops = [stop for stop in Steps(instrument.questionnaire, given).stops if stop.kind is Stands.QUESTION]
    places = {item.link_id: at for at, item in enumerate(instrument.questionnaire.questions, start=1)}
    open_ones = [places[stop.item.link_id] for stop in stops if not stop.values]
    return next((place for place in open_ones if place > after), next(iter(open_ones), None))


def ask(session: Session, talk: Talk, position: int, *, again: bool = False) -> None:
    """Put a question into the outbox, whose words are made as it is sent; one that still waits there is not asked."""
    talk.row.position, talk.row.asked_at = position, clock.now()
    session.flush()
    letter = outbox.Letter(
        tenant_id=talk.row.tenant_id,
        kind=Kind.QUESTION,
        key=f"question:{talk.row.id}:{talk.incoming_id}{asked.AGAIN if again else ''}",
        patient_id=talk.row.patient_id,
        unit_id=talk.assignment.unit_id,
        assignment_id=talk.assignment.id,
        expires_at=min(clock.now() + QUESTION_LASTS, talk.assignment.begun_expires_at),
    )
    outbox.put(session, letter)


def stop(session: Session, talk: Talk) -> None:
    """End a conversation because she wants no messages; what she answered is judged when its time is over."""
    talk.row.state = GIVEN_UP
    outbox.cancel(session, talk.assignment.id)


def _saved(session: Session, talk: Talk, value: Value) -> bool:
    """Save one answer as a page does, and tell her at once where it asks for a call; False where it is refused."""
    given = [Answered(talk.asked, (), (value,))]
    try:
        found = drafts.save_typed(session, talk.assignment, talk.instrument, given, talk.sender.language, talk.actor)
    except InvalidResponse:
        return False
    _tell(session, talk, found)
    return True


def _tell(session: Session, talk: Talk, found: Iterable[Finding]) -> None:
    """Tell her to call, once for each message of hers, in words that do not say why."""
    texts = [each.instruction for each in found if each.instruction is not None and each.severity is Severity.EMERGENCY]
    if texts:
        calls = (wording.instruction(each, talk.sender.calls[0], talk.sender.language) for each in texts)
        key = "sms.call.113" if any(wording.calls_113(each) for each in calls) else "sms.call.unit"
        replies.say(session, talk.sender, key, f"call:{talk.incoming_id}")


def _misread(session: Session, talk: Talk, settings: Settings) -> None:
    """Ask once more, gently; the second time she is sent a link instead."""
    talk.row.misread += 1
    if talk.row.misread <= CORRECTIONS:
        ask(session, talk, talk.row.position, again=True)
    else:
        _give_up(session, talk, settings)


def _give_up(session: Session, talk: Talk, settings: Settings) -> None:
    talk.row.state = GIVEN_UP
    session.flush()
    assignments.send_links(session, [talk.assignment], Kind.NEW_LINK, settings)


def _send(session: Session, talk: Talk, settings: Settings) -> None:
    """Send what she answered, as the last page does; she is told that it is received when the outbox tells her."""
    given = drafts.finished(talk.instrument.questionnaire, response_of(session, talk.assignment, talk.instrument))
    by = Authorship("patient", talk.actor, talk.sender.language)
    try:
        with session.begin_nested():
            receipt = service.submit(session, talk.assignment.id, given, by)
    except InvalidResponse:
        _give_up(session, talk, settings)
        return
    talk.row.state = DONE
    session.flush()
    # In one transaction with the submit: what tells her that it is received exists exactly when the answer does.
    _tell(session, talk, receipt.findings)
    replies.say(session, talk.sender, "sms.received", f"received:{talk.assignment.id}")
