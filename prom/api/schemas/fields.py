"""Fields that refuse what they are not, by a code whose words stand in the catalogue (`api.fault.<code>`)."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from prom.api import paging
from prom.api.problems import on_the_wire

#: A text that no field names a limit for is no longer than this.
LONGEST = 200


#: Marshmallow's own reasons for a refusal -> the codes that a caller gets.
CODES: dict[str, Any] = {
    "required": "missing",
    **dict.fromkeys(("null", "invalid", "invalid_uuid", "invalid_utf8", "invalid_awareness"), "wrong"),
    **dict.fromkeys(("too_large", "special", "format", "type", "validator_failed"), "wrong"),
}


class Coded(fields.Field[Any]):
    """A field whose refusals are codes."""

    def __init__(self, **more: Any) -> None:
        super().__init__(error_messages=CODES, **more)


class Text(Coded, fields.String):
    """A text that every database and file can hold: no NUL, no half of a character."""

    def __init__(self, *, longest: int = LONGEST, shortest: int = 0, **more: Any) -> None:
        length = validate.Length(min=shortest or None, max=longest, error="too-long")
        if shortest:
            length = validate.Length(min=shortest, max=longest, error="length")
        super().__init__(validate=length, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text):
            raise self.make_error("invalid")
        return text


class WholeNumber(Coded, fields.Integer):
    """A whole number: 5 and 5.0 are one, 5.9 and "5" are none (marshmallow's own would take 5.9 as 5)."""

    def __init__(self, *, least: int, most: int, **more: Any) -> None:
        super().__init__(validate=validate.Range(min=least, max=most, error="out-of-range"), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        if isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid")
        return int(value)


class WholeNumberInAddress(WholeNumber):
    """The same in an address, where everything is text: digits and nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, str) or not value.isascii() or not value.isdecimal() or len(value) > LONGEST:
            raise self.make_error("invalid")
        return super()._deserialize(int(value), attr, data, **more)


class Id(Coded, fields.UUID):
    """An id."""


class Day(Coded, fields.Date):
    """A day, ISO 8601."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **more)


class Moment(Coded, fields.AwareDateTime):
    """An instant with its zone, ISO 8601; what comes out is UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **more)


class Flag(Coded, fields.Boolean):
    """Yes or no. In an address: `true` or `false`."""

    truthy = {True, "true"}  # noqa: RUF012 (marshmallow names and reads it so)
    falsy = {False, "false"}  # noqa: RUF012 (marshmallow names and reads it so)


class Word(Coded, fields.String):
    """One of a few words."""

    def __init__(self, words: Iterable[str | Enum], **more: Any) -> None:
        known = [str(each.value) if isinstance(each, Enum) else each for each in words]
        super().__init__(validate=validate.OneOf(known, error="not-offered"), **more)


class Number(Coded, fields.Float):
    """A number, decimals and all."""


class Cursor(Coded, fields.String):
    """Where a part of a list begins. Nobody needs to know what it is made of."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        try:
            return paging.read(super()._deserialize(value, attr, data, **more))
        except ValueError:
            raise self.make_error("invalid") from None


class Wire(Schema):
    """The parent of all: snake_case here, camelCase on the wire, and nothing unknown in between."""

    class Meta:
        """Unknown fields are refused."""

        unknown = RAISE

    error_messages = {"unknown": "unknown", "type": "wrong"}  # noqa: RUF012 (marshmallow names and reads it so)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Name each field as it stands on the wire."""
        field_obj.data_key = on_the_wire(field_obj.data_key or field_name)


class Shown(Wire):
    """The parent of what is sent: every field is there, if only as null."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Say so in the document."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = True


class Listed(Shown):
    """The parent of a part of a list."""

    next_cursor = fields.String(
        allow_none=True, metadata={"description": "What to ask with for the part that follows; null at the end."}
    )


class Wanted(Wire):
    """Which part of a list is wanted."""

    cursor = Cursor(metadata={"description": "The nextCursor of the part before.", "maxLength": 22})
    limit = WholeNumberInAddress(
        least=1, most=paging.MOST, load_default=paging.USUAL, metadata={"description": "How many at most."}
    )
