"""From what a page posts for one item to the item's values, and from values back to what its control holds."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from prom.errors import Invalid, InvalidResponse
from questionnaires.definition import AnswerOption, Coding, Item, ItemType, Quantity, Texts, Value
from questionnaires.problems import Problem

#: How people write a number: 38,5 and 38.5 are the same. No thousands, no exponent: neither is typed on purpose.
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}([.,][0-9]{1,12})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]{1,12}", re.ASCII)
#: The control that an item is answered with; what is not here is a line of text.
_CONTROLS = {
    ItemType.BOOLEAN: "radios",
    ItemType.CHOICE: "radios",
    ItemType.OPEN_CHOICE: "radios",
    ItemType.DECIMAL: "number",
    ItemType.INTEGER: "number",
    ItemType.QUANTITY: "number",
    ItemType.DATE: "date",
    ItemType.DATE_TIME: "datetime-local",
    ItemType.TIME: "time",
    ItemType.TEXT: "textarea",
    ItemType.URL: "url",
}


@dataclass(frozen=True)
class Choice:
    """One answer that a page offers: what its control posts, and its words, or a catalogue key of them."""

    key: str
    texts: Texts | None = None
    message: str | None = None


def control(item: Item) -> str:
    """Return the name of the item's control: radios, checkboxes, number, textarea, text, date, time ..."""
    kind = _CONTROLS.get(item.type, "text")
    return "checkboxes" if kind == "radios" and item.repeats else kind


def choices(item: Item) -> tuple[Choice, ...]:
    """Return what is offered for an item of choices, in the order of the document; empty for any other item."""
    if item.type is ItemType.BOOLEAN:
        return Choice("true", message="answer.yes"), Choice("false", message="answer.no")
    return tuple(_choice(item, option) for option in item.options)


def read(item: Item, posted: Sequence[str], other: str, zone: str) -> tuple[Value, ...]:
    """Return the values that were posted for an item; blank ones are none.

    `other` is the line of one's own beside an open choice, `zone` whose wall time a date with a time is in. Raises
    InvalidResponse for what cannot be a value of the item; whether it is allowed is for `validate()`.
    """
    texts = [text.replace("\r\n", "\n").strip() for text in posted]
    if item.type is ItemType.OPEN_CHOICE and other.strip():
        return (*(_option(item, text) for text in texts if text and item.repeats), other.strip())
    return tuple(_value(item, text, zone) for text in texts if text)


def held(item: Item, values: Sequence[Value], language: str, zone: str) -> tuple[str, ...]:
    """Return what the item's control holds for values that were saved."""
    return tuple(_held(item, value, language, zone) for value in values)


def own_words(item: Item, values: Sequence[Value]) -> str:
    """Return what was written beside the options of an open choice, if anything was."""
    offered = [option.value for option in item.options]
    own = (value for value in values if isinstance(value, str) and value not in offered)
    return next(own, "") if item.type is ItemType.OPEN_CHOICE else ""


def birth_date(day: str, month: str, year: str) -> date:
    """Return the date of three typed fields; raises Invalid where they are no date with a year of four digits."""
    parts = [part.strip() for part in (year, month, day)]
    if not all(_WHOLE.fullmatch(part) for part in parts) or len(parts[0]) != 4:
        raise Invalid("birth_date")
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        raise Invalid("birth_date") from None


def _choice(item: Item, option: AnswerOption) -> Choice:
    value = option.value
    if isinstance(value, Coding):
        return Choice(_key(item, value), value.display or Texts.of({"und": value.code}))
    return Choice(_key(item, value), Texts.of({"und": str(value)}))


def _key(item: Item, value: Value) -> str:
    if not isinstance(value, Coding):
        return str(value)
    return value.code if item.option(value.code) == value else f"{value.system}|{value.code}"


def _option(item: Item, text: str) -> Value:
    for option in item.options:
        if _key(item, option.value) == text:
            return option.value
    raise _refused(item, "option-not-offered")


def _value(item: Item, text: str, zone: str) -> Value:
    if item.type in (ItemType.CHOICE, ItemType.OPEN_CHOICE):
        return _option(item, text)
    reader = _READERS.get(item.type)
    try:
        return reader(item, text, ZoneInfo(zone)) if reader is not None else text
    except ValueError:
        raise _refused(item, "no-such-moment") from None


def _boolean(item: Item, text: str, _zone: ZoneInfo) -> Value:
    if text not in ("true", "false"):
        raise _refused(item, "option-not-offered")
    return text == "true"


def _whole(item: Item, text: str, _zone: ZoneInfo) -> Value:
    if not _WHOLE.fullmatch(text):
        raise _refused(item, "not-an-integer" if _NUMBER.fullmatch(text) else "not-a-number")
    return int(text)


def _decimal(item: Item, text: str, _zone: ZoneInfo) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise _refused(item, "not-a-number")
    return Decimal(text.replace(",", "."))


def _quantity(item: Item, text: str, zone: ZoneInfo) -> Value:
    return Quantity(_decimal(item, text, zone), unit=item.unit, code=item.unit)


#: Readers of the types that are not plain text; a ValueError of theirs means that there is no such day or time.
_READERS: Mapping[ItemType, Callable[[Item, str, ZoneInfo], Value]] = {
    ItemType.BOOLEAN: _boolean,
    ItemType.INTEGER: _whole,
    ItemType.DECIMAL: _decimal,
    ItemType.QUANTITY: _quantity,
    ItemType.DATE: lambda _item, text, _zone: date.fromisoformat(text),
    ItemType.DATE_TIME: lambda _item, text, zone: datetime.fromisoformat(text).replace(tzinfo=zone),
    ItemType.TIME: lambda _item, text, _zone: time.fromisoformat(text),
}


def _held(item: Item, value: Value, language: str, zone: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Coding():
            return _key(item, value)
        case Quantity():
            return _held(item, value.value, language, zone)
        case Decimal():
            return str(value) if language == "en" else str(value).replace(".", ",")
        case datetime():
            return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
        case date() | time():
            return value.isoformat()
    return str(value)


def _refused(item: Item, code: str) -> InvalidResponse:
    return InvalidResponse((Problem(item.link_id, code),))
