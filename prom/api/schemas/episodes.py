"""Episodes: a patient's stays on pathways."""

from marshmallow import fields

from prom.api.schemas.fields import Day, Id, Moment, Shown, Word
from prom.pathways.service import INTENTS


class Episode(Shown):
    """One stay on a pathway."""

    id = Id()
    patient = Id()
    unit = Id()
    pathway = fields.String(metadata={"description": "url|version"})
    title = fields.String(metadata={"description": "The pathway's name."})
    status = Word(["active", "ended"])
    anchor = Day(metadata={"description": "The first treatment day."})
    treatment_day = fields.Integer(metadata={"description": "Today, counted from the anchor, which is day 1."})
    started_at = Moment()
    ended_at = Moment(allow_none=True)
    diagnosis = fields.String(metadata={"description": "ICD-10"})
    intent = Word(INTENTS)
    regimen = fields.String()
    line = fields.Integer()
    pathway_code = fields.String()


class Episodes(Shown):
    """A patient's episodes at the caller's units, newest first."""

    items = fields.List(fields.Nested(Episode))
