"""Assignments: what patients are asked, and the messages that went out for it."""

from marshmallow import fields

from prom.api.schemas.fields import Id, Listed, Moment, Shown, Wanted, Word
from prom.messaging.models import Kind, State

STATUSES = ("open", "completed", "expired", "cancelled")
ORIGINS = ("planned", "patient", "staff")


class Message(Shown):
    """An SMS that went out, or is to go out. Its words stay sealed."""

    kind = Word(Kind)
    state = Word(State)
    created_at = Moment()
    settled_at = Moment(allow_none=True)
    failure = fields.String(allow_none=True, metadata={"description": "A code, such as twilio-21610."})


class Assignment(Shown):
    """One questionnaire for one patient in one window."""

    id = Id()
    patient = Id()
    episode = Id()
    unit = Id()
    origin = Word(ORIGINS)
    questionnaire = fields.String(metadata={"description": "url|version"})
    title = fields.String(metadata={"description": "The questionnaire's name."})
    rules = fields.String(allow_none=True, metadata={"description": "url|version; null where nobody judges."})
    status = Word(STATUSES)
    opens_at = Moment()
    due_at = Moment()
    overdue_at = Moment()
    expires_at = Moment()
    begun_at = Moment(allow_none=True)
    completed_at = Moment(allow_none=True)
    locked_at = Moment(allow_none=True, metadata={"description": "After too many wrong birth dates."})


class AssignmentWithMessages(Assignment):
    """An assignment with what went out for it, oldest first."""

    messages = fields.List(fields.Nested(Message))


class AssignmentList(Listed):
    """A part of the assignments, newest first."""

    items = fields.List(fields.Nested(Assignment))


class AssignmentsWanted(Wanted):
    """Which assignments."""

    patient = Id()
    status = Word(STATUSES)
