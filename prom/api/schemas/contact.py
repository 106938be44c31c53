"""How patients are reached, and how they keep up."""

from marshmallow import fields

from prom.api.schemas.fields import Day, Id, Moment, Shown, Word
from prom.clinic.keeping_up import KINDS
from prom.messaging.models import Kind
from prom.patients.contact import CODES


class Entry(Shown):
    """A message to a patient, or from her; never its words."""

    id = Id()
    at = Moment()
    kind = Word([*Kind, "incoming"])
    state = fields.String(metadata={"description": "Where it stands; of hers, what became of it."})
    changed_at = Moment()
    segments = fields.Integer(allow_none=True, metadata={"description": "How many SMS it took."})
    code = fields.String(allow_none=True, metadata={"description": "Why it was not sent, is late or failed."})
    why = fields.String(metadata={"description": "The same in words; empty where all is well."})
    assignment = Id(allow_none=True)
    pathway = fields.String(metadata={"description": "The one that has ended, of a notice of it; empty otherwise."})


class ContactLog(Shown):
    """A patient's messages, newest first, at most a hundred."""

    items = fields.List(fields.Nested(Entry))


class ContactProblem(Shown):
    """That a patient cannot be reached."""

    id = Id()
    patient = Id()
    unit = Id()
    code = Word(CODES)
    text = fields.String(metadata={"description": "The code in words."})
    raised_at = Moment()


class ContactProblems(Shown):
    """Those of the caller's units, oldest first."""

    items = fields.List(fields.Nested(ContactProblem))


class Week(Shown):
    """The worst that became of what one week asked."""

    monday = Day()
    kind = Word([*KINDS, "none"])


class Kept(Shown):
    """How one planned questionnaire went. `asked` is the sum of the four others."""

    key = fields.String()
    title = fields.String()
    asked = fields.Integer()
    on_time = fields.Integer()
    late = fields.Integer()
    missed = fields.Integer()
    open = fields.Integer()
    last_answered_at = Moment(allow_none=True)
    weeks = fields.List(fields.Nested(Week))


class Adherence(Shown):
    """A patient's questionnaires."""

    items = fields.List(fields.Nested(Kept))


class Total(Shown):
    """One questionnaire of one pathway, over its patients."""

    pathway = fields.String(metadata={"description": "Its title."})
    title = fields.String()
    patients = fields.Integer()
    asked = fields.Integer()
    on_time = fields.Integer()
    late = fields.Integer()
    missed = fields.Integer()
    open = fields.Integer()


class Call(Shown):
    """A patient who fell silent."""

    patient = Id()
    episode = Id()
    unit = Id()
    unanswered = fields.Integer(metadata={"description": "Planned questionnaires in a row."})
    since = Moment()
    last_answered_at = Moment(allow_none=True)


class UnitAdherence(Shown):
    """How the patients of the caller's units keep up, and whom to call."""

    totals = fields.List(fields.Nested(Total))
    calls = fields.List(fields.Nested(Call))
