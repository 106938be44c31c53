"""The worklist: who is sickest, why, and who has her."""

from marshmallow import fields

from alerts.lifecycle import State
from prom.api.schemas.alerts import SEVERITIES
from prom.api.schemas.fields import Day, Flag, Id, Moment, Number, Shown, Wire, Word
from prom.clinic.rows import SECTIONS


class WorklistWanted(Wire):
    """Which part of the list."""

    unit = Id()
    mine = Flag(load_default=False, metadata={"description": "Only what the signed-in person has acknowledged."})
    unassigned = Flag(load_default=False, metadata={"description": "Only what nobody has acknowledged."})


class Level(Shown):
    """A symptom's level, 0-3, and the one before it."""

    value = Number()
    earlier = Number(allow_none=True)
    at = Moment()


class Chip(Shown):
    """One alert in short."""

    title = fields.String()
    severity = Word(SEVERITIES)
    level = fields.Nested(Level, allow_none=True)
    answer = Number(allow_none=True, metadata={"description": "A single strong answer that the level does not show."})
    is_new = Flag()


class Waiting(Shown):
    """An open alert on the row, as its verbs need it."""

    id = Id()
    version = fields.Integer()
    severity = Word(SEVERITIES)
    state = Word(State)


class Row(Shown):
    """A patient on the list. Where her seals do not open she stands there without name and age."""

    patient = Id()
    name = fields.String(allow_none=True)
    birth_date = Day(allow_none=True)
    age = fields.Integer(allow_none=True)
    unit = Id()
    section = Word(SECTIONS, metadata={"description": "To contact, silent (to call), or for the next visit."})
    severity = Word(SEVERITIES)
    state = Word(State)
    waiting_since = Moment()
    next_action_at = Moment(allow_none=True)
    is_late = Flag()
    is_escalated = Flag()
    share_used = Number(metadata={"description": "How much of the time until the next action is used, 0-1."})
    new_evidence = fields.Integer()
    owners = fields.List(fields.String(), metadata={"description": "Who has her."})
    reasons = fields.List(fields.String(), metadata={"description": "Why, in words."})
    chips = fields.List(fields.Nested(Chip))
    alerts = fields.List(fields.Nested(Waiting), metadata={"description": "The most urgent first."})


class Worklist(Shown):
    """The whole list, section by section, in triage order. It is one whole: its order is."""

    items = fields.List(fields.Nested(Row))
    counts = fields.Dict(
        keys=fields.String(), values=fields.Integer(), metadata={"description": "Patients per severity, and silent."}
    )
