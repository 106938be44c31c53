"""Settings: what applies, where it was chosen, and what it stands before."""

from typing import Any

from marshmallow import fields

from prom.api.schemas.fields import LONGEST, Coded, Flag, Id, Moment, Shown, Wire, Word
from prom.settings.known import DEFAULT, KNOWN, LEVELS


class Plain(Coded, fields.Raw):
    """A text, a whole number, yes, no or null."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if value is not None and not isinstance(value, str | int | bool):
            raise self.make_error("invalid")
        if isinstance(value, str) and (len(value) > LONGEST or not value.isprintable()):
            raise self.make_error("invalid")
        return value


class ChosenAt(Shown):
    """One choice at one level."""

    value = Plain(allow_none=True)
    level = Word([*LEVELS, DEFAULT])
    set_by = Id(allow_none=True)
    set_at = Moment(allow_none=True)


class Setting(Shown):
    """A setting: what applies first, then what that stands before."""

    name = Word(KNOWN)
    choices = fields.List(fields.Nested(ChosenAt))


class Settings(Shown):
    """All that can be chosen at a level."""

    items = fields.List(fields.Nested(Setting))


class Choose(Wire):
    """What to choose, or `inherit` to let what lies further out apply again."""

    name = Word(KNOWN, required=True)
    value = Plain(load_default=None, allow_none=True)
    inherit = Flag(load_default=False)
