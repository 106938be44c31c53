"""An episode's course: where it stands, what is planned, and what can be done to it."""

from marshmallow import fields

from prom.api.schemas.fields import Day, Id, Moment, Shown, Text, Wire, Word
from prom.assignments.episodes import END_REASONS, PAUSE_REASONS
from prom.clinic.acting import offered_ends


class Anchor(Shown):
    """A day that the pathway is reckoned from."""

    code = fields.String()
    title = fields.String()
    day = Day(allow_none=True, metadata={"description": "In the unit's zone; null while it is not known."})


class Coming(Shown):
    """Something that will be asked or told."""

    at = Moment()
    key = fields.String(metadata={"description": "Of the pathway's item."})
    title = fields.String()


class Answerable(Shown):
    """Something that can be answered now."""

    assignment = Id()
    title = fields.String()
    expires_at = Moment()


class NotPlanned(Shown):
    """Something that is not planned yet, because a day is not known."""

    title = fields.String()
    anchor = fields.String(metadata={"description": "The day's title."})


class Askable(Shown):
    """Something that can be asked now."""

    key = fields.String()
    title = fields.String()


class Course(Shown):
    """Where an episode stands, and what it has still to ask."""

    episode = Id()
    patient = Id()
    unit = Id(metadata={"description": "Who receives its alerts."})
    status = Word(["active", "ended"])
    pathway = fields.String(metadata={"description": "url|version"})
    newer = fields.String(allow_none=True, metadata={"description": "A newer published version: url|version."})
    phase = fields.String(allow_none=True)
    anchors = fields.List(fields.Nested(Anchor))
    paused_until = Moment(allow_none=True)
    pause_reason = Word(PAUSE_REASONS, allow_none=True)
    end_reason = Word(END_REASONS, allow_none=True)
    stopped_at = Moment(allow_none=True, metadata={"description": "From then on nothing is asked or sent."})
    open = fields.List(fields.Nested(Answerable))
    coming = fields.List(fields.Nested(Coming), metadata={"description": "The next twelve within half a year."})
    waiting = fields.List(fields.Nested(NotPlanned))
    askable = fields.List(fields.Nested(Askable))


class Pause(Wire):
    """Until when, and why."""

    until = Day(required=True, metadata={"description": "It goes on from this local day; at most 90 days ahead."})
    reason = Word(PAUSE_REASONS, required=True)


class SetAnchor(Wire):
    """Which day, and where it lies."""

    anchor = Text(required=True, metadata={"description": "Its code, one of the course's anchors."})
    day = Day(required=True)


class End(Wire):
    """Why."""

    reason = Word(offered_ends(), required=True, metadata={"description": "A death is registered with /stop."})


class Stop(Wire):
    """Why everything about a patient is stopped for good."""

    reason = Word(["died"], required=True)


class Restore(Wire):
    """Why a patient is followed up again."""

    why = Text(required=True, shortest=1, metadata={"description": "What the mistake was, in words; kept sealed."})


class Ask(Wire):
    """What."""

    key = Text(required=True, metadata={"description": "One of the course's askable."})
