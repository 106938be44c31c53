"""What clinicians decide for one patient alone: levels that are expected, limits of her own, another baseline."""

from marshmallow import fields

from prom.api.schemas.alerts import Clinician
from prom.api.schemas.fields import Day, Id, Moment, Number, Shown, Text, WholeNumber, Wire, Word
from prom.decisions.models import ENDS, KINDS
from prom.decisions.service import LONGEST_REASON


class HeldBack(Shown):
    """A finding that was expected: stored, and nobody's duty."""

    at = Moment()
    words = fields.String()


class Decision(Shown):
    """One decision. It is never changed: another takes its place."""

    id = Id()
    kind = Word(KINDS)
    words = fields.String(metadata={"description": "What was decided, in words."})
    details = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={
            "description": "The same by name: questionnaire, scale, level, strongest; rules, rule, limit; response."
        },
    )
    reason = fields.String()
    is_standing = fields.Boolean()
    made_at = Moment(metadata={"description": "Reports that are written later are judged by it."})
    made_by = fields.Nested(Clinician)
    ends_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)
    ended_by = fields.Nested(Clinician, allow_none=True)
    ended_because = Word(ENDS, allow_none=True)
    held = fields.List(fields.Nested(HeldBack), metadata={"description": "Of the last 35 days, the newest first."})


class Decisions(Shown):
    """What holds in an episode, and what has ended, the newest first."""

    episode = Id()
    items = fields.List(fields.Nested(Decision))


class Expect(Wire):
    """Which symptom is expected at which level, until when."""

    questionnaire = Text(required=True, metadata={"description": "Its url."})
    scale = Text(required=True, metadata={"description": "The code of one of its levels."})
    level = WholeNumber(required=True, least=1, most=2)
    until = Day(required=True, metadata={"description": "The last day; 30 days ahead at most."})
    reason = Text(required=True, shortest=1, longest=LONGEST_REASON)


class SetLimit(Wire):
    """Which rule gets which limit for her."""

    rules = Text(required=True, metadata={"description": "The url of the rule set."})
    rule = Text(required=True, metadata={"description": "The rule's id."})
    limit = Number(required=True)
    reason = Text(required=True, shortest=1, longest=LONGEST_REASON)


class ChooseBaseline(Wire):
    """Which of her reports later ones are held against."""

    response = Id(required=True)
    reason = Text(required=True, shortest=1, longest=LONGEST_REASON)
