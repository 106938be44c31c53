"""Alerts: duties for a nurse, why they were raised, and what was done."""

from marshmallow import fields

from alerts.lifecycle import EARLIER_OUTCOMES, Outcome, Place, State
from alerts.rules import Severity
from prom.api.schemas.fields import Id, Listed, Moment, Shown, Text, Wanted, Wire, Word

SEVERITIES = tuple(severity.word for severity in sorted(Severity, reverse=True))
LONGEST_NOTE = 4000


class Evidence(Shown):
    """One finding that an alert stands on."""

    id = Id()
    title = fields.String(metadata={"description": "What it is about."})
    reason = fields.String(metadata={"description": "Why the rule fired, in words."})
    severity = Word(SEVERITIES)
    instruction = fields.String(allow_none=True, metadata={"description": "What the patient was told to do at once."})
    rule = fields.String()
    rules = fields.String(metadata={"description": "url|version of the rule set"})
    procedure = fields.String(allow_none=True, metadata={"description": "The address of the hospital's own procedure."})
    response = Id(allow_none=True, metadata={"description": "null for silence and for a form that is only begun."})
    assignment = Id(allow_none=True)
    found_at = Moment()
    withdrawn_at = Moment(allow_none=True, metadata={"description": "When its response was entered in error."})


class Clinician(Shown):
    """Somebody who works here."""

    id = Id()
    name = fields.String()


class Alert(Shown):
    """A duty: one patient, one topic, the worst severity, and when something must have happened."""

    id = Id()
    version = fields.Integer(metadata={"description": "Its ETag."})
    patient = Id()
    episode = Id()
    unit = Id()
    title = fields.String(metadata={"description": "What it is about."})
    severity = Word(SEVERITIES)
    state = Word(State)
    raised_at = Moment()
    waiting_since = Moment()
    next_action_at = Moment(allow_none=True, metadata={"description": "null once it is closed."})
    acknowledged_by = fields.Nested(Clinician, allow_none=True)
    acknowledged_at = Moment(allow_none=True)
    escalations = fields.Integer()
    new_evidence = fields.Integer(metadata={"description": "Pieces that came after somebody had acknowledged."})
    closed_at = Moment(allow_none=True)
    evidence = fields.List(fields.Nested(Evidence), metadata={"description": "The gravest first."})


class Event(Shown):
    """One step in an alert's life."""

    at = Moment()
    verb = fields.String(metadata={"description": "raise, join, note, acknowledge, escalate, resolve ..."})
    state = Word(State)
    clinician = fields.Nested(Clinician, allow_none=True, metadata={"description": "null for the system."})
    outcome = Word((*Outcome, *EARLIER_OUTCOMES), allow_none=True)
    place = Word(Place, allow_none=True, metadata={"description": "Where it was handled."})
    note = fields.String()


class AlertWithEvents(Alert):
    """An alert with what was done about it, oldest first."""

    events = fields.List(fields.Nested(Event))


class AlertList(Listed):
    """A part of the alerts, newest first."""

    items = fields.List(fields.Nested(Alert))


class AlertsWanted(Wanted):
    """Which alerts."""

    patient = Id()
    response = Id(metadata={"description": "Those that this response has raised or joined."})
    state = Word(State)
    severity = Word(SEVERITIES)


class Note(Wire):
    """What was done, such as a call that nobody took."""

    note = Text(required=True, shortest=1, longest=LONGEST_NOTE)


class Mistake(Wire):
    """Why it was a mistake."""

    reason = Text(required=True, shortest=1, longest=LONGEST_NOTE)


class Resolution(Wire):
    """What was done, and where: advice, a prescription, a visit and an admission are given somewhere."""

    outcome = Word(Outcome, required=True)
    place = Word(Place, load_default=None)
    words = Text(load_default="", longest=LONGEST_NOTE)
