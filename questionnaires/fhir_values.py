"""The value[x] of FHIR R4 <-> Value: strict about kinds, exact about numbers, silent about nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from questionnaires.problems import Problem
from questionnaires.values import Coding, Quantity, Texts, Uri, Value

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2})?", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}(\.\d+)?", re.ASCII)
_INSTANT = re.compile(rf"{_DATE.pattern}T{_TIME.pattern}(Z|[+-]\d{{2}}:\d{{2}})", re.ASCII)
#: FHIR's integer is signed and of 32 bits.
LARGEST_INTEGER = 2**31 - 1


class ValueFault(Exception):
    """Why a value could not be read: a problem's code and values."""

    def __init__(self, code: str, **values: str | int) -> None:
        self.code = code
        self.values: Mapping[str, str | int] = values
        super().__init__(code)

    def problem(self, link_id: str | None) -> Problem:
        """Return the problem it makes at an item."""
        return Problem(link_id, self.code, "error", self.values)


def read_value(node: Mapping[str, Any], prefix: str, language: str = "und") -> Value:
    """Return the one `<prefix>Integer`, `<prefix>Coding` ... of a node; raises ValueFault for none, two or a wrong one.

    `language` is what a coding's display is taken to be in.
    """
    kinds = [key.removeprefix(prefix) for key in node if key.startswith(prefix) and key[len(prefix) :][:1].isupper()]
    if len(kinds) != 1:
        raise ValueFault("no-value" if not kinds else "several-values", field=f"{prefix}[x]")
    reader = _READERS.get(kinds[0])
    if reader is None:
        raise ValueFault("unsupported-value", kind=kinds[0])
    return reader(node[prefix + kinds[0]], language)


def write_value(value: Value, prefix: str = "value") -> dict[str, Any]:
    """Return a value as {"valueInteger": 5}; decimals stay Decimal, so write the document with documents.dumps()."""
    if isinstance(value, Coding):
        return {f"{prefix}Coding": _without_none(_coding_fields(value))}
    if isinstance(value, Quantity):
        fields = {"value": value.value, "unit": value.unit, "system": value.system, "code": value.code}
        return {f"{prefix}Quantity": _without_none(fields)}
    for kind, name in _NAMES:
        if isinstance(value, kind):
            return {prefix + name: value.isoformat() if isinstance(value, date | time) else value}
    raise TypeError(f"{type(value).__name__} is no answer")


#: First match counts: a bool is an int, an instant is a date, an address is a text.
_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "Boolean"),
    (int, "Integer"),
    (Decimal, "Decimal"),
    (Uri, "Uri"),
    (str, "String"),
    (datetime, "DateTime"),
    (date, "Date"),
    (time, "Time"),
)


def exact_number(value: object) -> Decimal:
    """Return a JSON number as Decimal, a float by the digits it prints; raises ValueFault for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueFault("wrong-kind", expected="decimal")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueFault("not-a-number")
    return number


def whole_number(value: object) -> int:
    """Return a JSON number that is written as a whole one; raises ValueFault for True, 5.9, 5.0 and beyond 32 bits."""
    number = exact_number(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < 0:
        raise ValueFault("not-an-integer")
    if abs(number) > LARGEST_INTEGER:
        raise ValueFault("number-out-of-range")
    return int(number)


def _boolean(value: object, _language: str) -> Value:
    if not isinstance(value, bool):
        raise ValueFault("wrong-kind", expected="boolean")
    return value


def _text(value: object, _language: str = "") -> str:
    if not isinstance(value, str):
        raise ValueFault("wrong-kind", expected="text")
    if not value.strip():
        raise ValueFault("blank-text")
    return value


def _matching(value: object, pattern: re.Pattern[str], expected: str) -> str:
    text = _text(value)
    if pattern.fullmatch(text) is None:
        partial = expected != "time" and (_PARTIAL_DATE.fullmatch(text) or _DATE.fullmatch(text))
        raise ValueFault("partial-date" if partial else "wrong-kind", expected=expected)
    return text


def _moment(value: object, pattern: re.Pattern[str], kind: type[date | time], expected: str) -> Value:
    text = _matching(value, pattern, expected)
    try:
        return kind.fromisoformat(text)
    except ValueError:
        raise ValueFault("no-such-moment", expected=expected) from None


def _coding(value: object, language: str) -> Value:
    fields = _fields(value, "Coding")
    if "code" not in fields:
        raise ValueFault("coding-without-code")
    display = _optional(fields, "display")
    texts = Texts(language, {language: display}) if display else None
    return Coding(_optional(fields, "system"), _text(fields["code"]), texts)


def _quantity(value: object, _language: str) -> Value:
    fields = _fields(value, "Quantity")
    if "comparator" in fields:
        raise ValueFault("unsupported-value", kind="Quantity with a comparator")
    if "value" not in fields:
        raise ValueFault("no-value", field="Quantity.value")
    unit, system, code = (_optional(fields, name) for name in ("unit", "system", "code"))
    return Quantity(exact_number(fields["value"]), unit, system, code)


def _fields(value: object, expected: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueFault("wrong-kind", expected=expected)
    return value


def _optional(fields: Mapping[str, Any], name: str) -> str | None:
    return _text(fields[name]) if name in fields else None


def _coding_fields(coding: Coding) -> dict[str, Any]:
    display = str(coding.display) if coding.display else None
    return {"system": coding.system, "code": coding.code, "display": display}


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


_READERS: Mapping[str, Callable[[object, str], Value]] = {
    "Boolean": _boolean,
    "Decimal": lambda value, _: exact_number(value),
    "Integer": lambda value, _: whole_number(value),
    "Date": lambda value, _: _moment(value, _DATE, date, "date"),
    "DateTime": lambda value, _: _moment(value, _INSTANT, datetime, "dateTime"),
    "Time": lambda value, _: _moment(value, _TIME, time, "time"),
    "String": _text,
    "Uri": lambda value, _: Uri(_text(value)),
    "Coding": _coding,
    "Quantity": _quantity,
}
