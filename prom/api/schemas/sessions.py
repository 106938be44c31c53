"""Who calls: signing in, and what a token may do."""

from marshmallow import fields

from prom.api.schemas.fields import Id, Moment, Shown, Text, Wire, Word
from prom.language import STAFF_LANGUAGES
from prom.staff.permissions import Permission, Role


class Credentials(Wire):
    """What a person signs in with."""

    username = Text(required=True)
    password = Text(required=True, longest=1000)


class Session(Shown):
    """A session that has begun. Its token is told this once; it ends after an hour without use."""

    token = fields.String(metadata={"description": "Sent with each request: Authorization: Bearer TOKEN"})
    token_type = Word(["Bearer"])
    expires_at = Moment(metadata={"description": "When it ends at the latest."})


class Unit(Shown):
    """A ward or clinic."""

    id = Id()
    name = fields.String()
    phone = fields.String(metadata={"description": "What patients call, E.164."})
    zone = fields.String(metadata={"description": "The IANA zone of its wall time."})


class Caller(Shown):
    """Whoever calls with this token."""

    kind = Word(["clinician", "client"])
    id = Id()
    name = fields.String()
    role = Word(Role, allow_none=True, metadata={"description": "Of a person."})
    scopes = fields.List(fields.String(), metadata={"description": "Of a machine."})
    permissions = fields.List(Word(Permission), metadata={"description": "What the role or the scopes allow."})
    language = Word(STAFF_LANGUAGES)
    units = fields.List(fields.Nested(Unit), metadata={"description": "Whose patients the caller reaches."})
