"""From what a page posts for one item to the item's values, and from values back to what its control holds."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from prom.errors import Invalid, InvalidResponse
from prom.responses import typed
from prom.responses.choices import Choice, choices, key, unit_held, unit_key, units
from questionnaires.definition import Coding, Item, ItemType, Quantity, Uri, Value
from questionnaires.problems import Problem

__all__ = [
    "OWN",
    "Choice",
    "birth_date",
    "choices",
    "control",
    "held",
    "own_words",
    "read",
    "unit_held",
    "units",
]

#: What the choice "something else" posts, beside a line for one's own words.
OWN = "prom:own-words"
_DIGITS = re.compile(r"[0-9]{1,4}", re.ASCII)
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
_LISTS = ("drop-down", "autocomplete")


def control(item: Item) -> str:
    """Return the name of the item's control: radios, checkboxes, select, slider, number, textarea, text, date ..."""
    kind = "radios" if item.options else _CONTROLS.get(item.type, "text")
    if kind == "radios" and item.type is not ItemType.BOOLEAN:
        if item.repeats:
            return "checkboxes"
        return "select" if item.item_control in _LISTS else kind
    if kind == "number" and item.item_control == "slider" and not item.repeats:
        return "slider"
    return "text" if kind == "date" and item.item_control in ("year", "yearMonth") else kind


def read(item: Item, posted: Sequence[str], other: str, zone: str, unit: str = "") -> tuple[Value, ...]:
    """Return the values that were posted for an item; blank ones are none.

    `other` is the line of one's own beside an open choice, `zone` whose wall time a date with a time is in, `unit` the
    chosen unit of a quantity. Raises InvalidResponse for what cannot be a value of the item; whether it is allowed is
    for `validate()`.
    """
    texts = [text for text in (each.replace("\r\n", "\n").strip() for each in posted) if text]
    if item.type is ItemType.OPEN_CHOICE:
        return _open_choice(item, texts, other.strip())
    if item.units and texts:
        return tuple(_measured(item, text, unit) for text in texts)
    return tuple(_value(item, text, zone) for text in texts)


def held(item: Item, values: Sequence[Value], language: str, zone: str) -> tuple[str, ...]:
    """Return what the item's control holds for values that were saved."""
    return tuple(_held(item, value, language, zone) for value in values)


def own_words(item: Item, values: Sequence[Value]) -> str:
    """Return what was written beside the options of an open choice, if anything was; several stand on lines."""
    if item.type is not ItemType.OPEN_CHOICE:
        return ""
    offered = [option.value for option in item.options]
    return "\n".join(value for value in values if isinstance(value, str) and value not in offered)


def birth_date(day: str, month: str, year: str) -> date:
    """Return the date of three typed fields; raises Invalid where they are no date with a year of four digits."""
    parts = [part.strip() for part in (year, month, day)]
    if not all(_DIGITS.fullmatch(part) for part in parts) or len(parts[0]) != 4:
        raise Invalid("birth_date")
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        raise Invalid("birth_date") from None


def _open_choice(item: Item, texts: Sequence[str], own: str) -> tuple[Value, ...]:
    chosen = [text for text in texts if text != OWN]
    if OWN in texts and not own:
        raise _refused(item, "own-words-missing")
    if own and chosen and not item.repeats:  # which of the two she means is not for us to guess
        raise _refused(item, "option-and-own-words")
    # Several of one's own stand on lines, as the API joins them and as a page shows them again.
    written = own.splitlines() if item.repeats else [own]
    return (*(_option(item, text) for text in chosen), *(text.strip() for text in written if text.strip()))


def _option(item: Item, text: str) -> Value:
    for option in item.options:
        if key(item, option.value) == text:
            return option.value
    raise _refused(item, "option-not-offered")


def _measured(item: Item, text: str, unit: str) -> Value:
    value = _value(item, text, "UTC")
    if not isinstance(value, Quantity):
        return value
    chosen = next((each for each in item.units if unit_key(each) == unit), None)
    if chosen is None:
        raise _refused(item, "unit-missing")
    return Quantity(value.value, str(chosen.display or chosen.code), chosen.system, chosen.code)


def _value(item: Item, text: str, zone: str) -> Value:
    if item.options or item.type is ItemType.CHOICE:
        return _option(item, text)
    reader = _READERS.get(item.type)
    try:
        value = reader(item, text, ZoneInfo(zone)) if reader is not None else text
    except typed.Unreadable as fault:
        raise _refused(item, fault.code) from None
    _refuse_between_steps(item, value)
    return value


def _refuse_between_steps(item: Item, value: Value) -> None:
    """Refuse a number that the slider cannot stand on; it may be typed beside it."""
    if control(item) != "slider" or item.slider_step is None or item.slider_step <= 0:
        return
    number = value.value if isinstance(value, Quantity) else value
    start = item.min_value if isinstance(item.min_value, int | Decimal) else 0
    if isinstance(number, int | Decimal) and (Decimal(number) - Decimal(start)) % item.slider_step:
        raise _refused(item, "between-steps", step=item.slider_step)


def _boolean(item: Item, text: str, _zone: ZoneInfo) -> Value:
    if text not in ("true", "false"):
        raise _refused(item, "option-not-offered")
    return text == "true"


def _quantity(item: Item, text: str, _zone: ZoneInfo) -> Value:
    return Quantity(typed.number(text), unit=item.unit, code=item.unit)


def _date(item: Item, text: str, _zone: ZoneInfo) -> Value:
    if item.item_control == "year":
        return typed.year(text)
    return typed.month(text) if item.item_control == "yearMonth" else typed.day(text)


#: Readers of the types that are not plain text; they raise typed.Unreadable.
_READERS: Mapping[ItemType, Callable[[Item, str, ZoneInfo], Value]] = {
    ItemType.BOOLEAN: _boolean,
    ItemType.INTEGER: lambda _item, text, _zone: typed.whole(text),
    ItemType.DECIMAL: lambda _item, text, _zone: typed.number(text),
    ItemType.QUANTITY: _quantity,
    ItemType.DATE: _date,
    ItemType.DATE_TIME: lambda _item, text, zone: typed.instant(text, zone),
    ItemType.TIME: lambda _item, text, _zone: typed.time_of_day(text),
    ItemType.URL: lambda _item, text, _zone: Uri(text),
}


def _held(item: Item, value: Value, language: str, zone: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Coding():
            return key(item, value)
        case Quantity():
            return _held(item, value.value, language, zone)
        case Decimal():
            return str(value) if language == "en" else str(value).replace(".", ",")
        case datetime():
            return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
        case time():
            return value.isoformat("seconds" if value.second else "minutes")
        case date():
            return value.isoformat()
    return str(value)


def _refused(item: Item, code: str, **values: Decimal) -> InvalidResponse:
    return InvalidResponse((Problem(item.link_id, code, "error", values),))
