"""Exports."""

from marshmallow import fields

from prom.api.schemas.fields import Shown, Text, Wire, Word
from prom.exports.writing import Format


class Exportable(Shown):
    """A questionnaire whose answers can be taken out."""

    questionnaire = fields.String()


class Exports(Shown):
    """What can be taken out."""

    items = fields.List(fields.Nested(Exportable))


class ExportWanted(Wire):
    """Whose answers."""

    questionnaire = Text(required=True, shortest=1, metadata={"description": "One of GET /exports."})
    format = Word(Format, load_default="csv", metadata={"description": "`sav` is SPSS, `dta` Stata, `ndjson` FHIR."})
