"""What registration chooses from."""

from marshmallow import fields

from prom.api.schemas.fields import Shown, Word
from prom.api.schemas.sessions import Unit

#: How a pathway asks: by its plan, when the patient or a nurse wants to, or only when staff fill it in.
KINDS = ("planned", "on-demand", "recorded")


class Asked(Shown):
    """One questionnaire of a pathway."""

    key = fields.String()
    kind = Word(KINDS)
    questionnaire = fields.String(metadata={"description": "url|version"})
    rules = fields.String(allow_none=True, metadata={"description": "url|version; null where nobody judges."})


class Pathway(Shown):
    """A published pathway."""

    pathway = fields.String(metadata={"description": "url|version, as registration takes it."})
    title = fields.String()
    asks = fields.List(fields.Nested(Asked))


class Pathways(Shown):
    """The published pathways."""

    items = fields.List(fields.Nested(Pathway))


class Units(Shown):
    """The caller's units."""

    items = fields.List(fields.Nested(Unit))
