"""A refusal, as it is described; prom.api.problems writes it."""

from marshmallow import fields

from prom.api.schemas.fields import Wire


class Fault(Wire):
    """One thing that is wrong in what was sent."""

    field = fields.String(metadata={"description": "The field, by its name on the wire."})
    link_id = fields.String(metadata={"description": "The question, where the fault is in an answer."})
    code = fields.String(required=True)
    detail = fields.String(required=True, metadata={"description": "What is wrong, in the caller's language."})


class Problem(Wire):
    """A refusal (RFC 9457)."""

    type = fields.String(
        required=True,
        metadata={"description": "urn:prom:problem: and the code.", "example": "urn:prom:problem:not-found"},
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "What is wrong, in the caller's language."})
    errors = fields.List(fields.Nested(Fault), metadata={"description": "Everything that is wrong, each by its place."})
    request_id = fields.String(metadata={"description": "What the server's log knows this request by."})
