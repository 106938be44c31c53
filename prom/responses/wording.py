"""Answers, problems and instructions as words for people. Everything comes back with the language it is in."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from prom import language
from prom.patients import phone
from questionnaires.definition import Coding, Item, Quantity, Texts, Value
from questionnaires.problems import Problem
from questionnaires.values import Partial

#: A space that does not break, so that a number to call stays on one line.
_HARD_SPACE = "\u00a0"
_OUT_OF_HOURS = "116 117"


class Words(NamedTuple):
    """A text and the language that it came in."""

    text: str
    language: str


def of(texts: Texts, wanted: str) -> Words:
    """Read a definition's text; a text without a language, such as a bare number, counts as being in the wanted one."""
    text, used = texts.read(wanted)
    return Words(text, wanted if used == "und" else used)


def message(key: str, wanted: str, **values: object) -> Words:
    """Read a catalogue's text."""
    return Words(*language.read(key, wanted, **values))


def question(item: Item, wanted: str) -> Words:
    """Read what a question asks; one without a text, which no published version has, is named by its linkId."""
    return of(item.text, wanted) if item.text is not None else Words(item.link_id, wanted)


def answer(item: Item, value: Value, wanted: str, zone: str) -> Words:
    """Write one answer as she would read it."""
    match value:
        case bool():
            return message("answer.yes" if value else "answer.no", wanted)
        case Coding():
            offered = item.offered(value) or value
            return of(offered.display, wanted) if offered.display else Words(value.code, wanted)
        case Quantity():
            return Words(_measured(value.value, value.unit or value.code, wanted), wanted)
        case Decimal() | int():
            return Words(_measured(value, item.unit, wanted), wanted)
        case datetime():
            return Words(language.as_instant(value, zone, wanted), wanted)
        case date():
            return Words(language.as_date(value, wanted), wanted)
        case time():
            return Words(value.strftime("%H:%M"), wanted)
        case Partial():
            return Words(_part(value, wanted), wanted)
    return Words(str(value), wanted)


def unit(code: str | None, wanted: str) -> str:
    """Write a unit of measurement; one that the catalogue does not know stands as it came."""
    if not code:
        return ""
    key = f"unit.{code}"
    return language.text(key, wanted) if language.has(key, "nb") else code


def problem(what: Problem, wanted: str) -> Words:
    """Write what is wrong with an answer, and what would be right."""
    if what.code == "constraint-broken" and isinstance(said := what.values.get("message"), Texts):
        return of(said, wanted)
    values: Mapping[str, object] = {name: _number(value, wanted) for name, value in what.values.items()}
    key = f"error.answer.{what.code}"
    if what.code in _MOMENTS and isinstance(bound := what.values.get(_MOMENTS[what.code][0]), str):
        key, values = _MOMENTS[what.code][1], {"bound": _moment(bound, wanted)}
    return message(key if language.has(key, "nb") else "error.answer", wanted, **values)


#: Bounds of days and times, which come as they stand in FHIR, have sentences of their own.
_MOMENTS = {"too-low": ("least", "error.answer.too-early"), "too-high": ("most", "error.answer.too-late")}


def _moment(bound: str, wanted: str) -> str:
    try:
        return language.as_date(date.fromisoformat(bound), wanted)
    except ValueError:
        return bound


def instruction(texts: Texts, unit_phone: str, wanted: str) -> Words:
    """Write what a rule tells her to do, with her unit's number (E.164) in its place."""
    words = of(texts, wanted)
    filled = words.text.replace("{unit_phone}", hard(phone.as_spoken(unit_phone)))
    return unbroken(Words(filled, words.language))


def unbroken(words: Words) -> Words:
    """Keep the number of the out-of-hours doctor on one line wherever it is named."""
    return Words(words.text.replace(_OUT_OF_HOURS, hard(_OUT_OF_HOURS)), words.language)


def numbers(instructions: Sequence[Words], unit_phone: str) -> tuple[str, ...]:
    """Return the numbers to call as they are dialled, those that the instructions name first in front."""
    said = " ".join(each.text for each in instructions)
    places = {
        "113": said.find("113"),
        unit_phone: said.find(hard(phone.as_spoken(unit_phone))),
        "116117": said.find(hard(_OUT_OF_HOURS)),
    }
    return tuple(sorted(places, key=lambda number: places[number] if places[number] >= 0 else len(said)))


def calls_113(words: Words) -> bool:
    """Whether an instruction tells her to call the ambulance."""
    return "113" in re.findall(r"\d+", words.text.replace(hard(_OUT_OF_HOURS), ""))


def hard(text: str) -> str:
    """Keep a phone number together on one line."""
    return text.replace(" ", _HARD_SPACE)


def _part(value: Partial, wanted: str) -> str:
    """Write a year, a month of a year, or a day of which the time is not told."""
    parts = value.text.count("-")
    if parts == 0:
        return value.text
    return language.as_date(value.first, wanted) if parts == 2 else language.as_month(value.first, wanted)


def _measured(value: Decimal | int, code: str | None, wanted: str) -> str:
    words = unit(code, wanted)
    return f"{_number(value, wanted)}{_HARD_SPACE}{words}" if words else _number(value, wanted)


def _number(value: object, wanted: str) -> str:
    return language.as_number(float(value), wanted) if isinstance(value, Decimal | int | float) else str(value)
