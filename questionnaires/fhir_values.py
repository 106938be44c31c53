"""The value[x] of FHIR R4 <-> Value: strict about kinds, exact about numbers, silent about nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from questionnaires.file_values import FILE_READERS
from questionnaires.problems import ValueFault
from questionnaires.values import Attachment, Coding, Partial, Quantity, Reference, Texts, Uri, Value

__all__ = ["LARGEST_INTEGER", "ValueFault", "exact_number", "read_value", "whole_number", "write_value"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2})?", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}(\.\d+)?", re.ASCII)
_INSTANT = re.compile(rf"{_DATE.pattern}T{_TIME.pattern}(Z|[+-]\d{{2}}:\d{{2}})", re.ASCII)
#: FHIR's integer is signed and of 32 bits.
LARGEST_INTEGER = 2**31 - 1


def read_value(node: Mapping[str, Any], prefix: str, language: str = "und", *, files: bool = False) -> Value:
    """Return the one `<prefix>Integer`, `<prefix>Coding` ... of a node; raises ValueFault for none, two or a wrong one.

    `language` is what a coding's display is taken to be in. With `files`, attachments and references are read too.
    """
    start = len(prefix)
    fields = [field for field in node if field.startswith(prefix) and field[start : start + 1].isupper()]
    if len(fields) != 1:
        raise ValueFault("no-value" if not fields else "several-values", field=f"{prefix}[x]")
    kind = fields[0][start:]
    reader = _READERS.get(kind) or (FILE_READERS.get(kind) if files else None)
    if reader is None:
        raise ValueFault("unsupported-value", kind=kind)
    return reader(node[fields[0]], language)


def write_value(value: Value, prefix: str = "value") -> dict[str, Any]:
    """Return a value as {"valueInteger": 5}; decimals stay Decimal, so write the document with documents.dumps()."""
    name = _NAMES.get(type(value)) or next((name for kind, name in _NAMES.items() if isinstance(value, kind)), None)
    if name is None:
        raise TypeError(f"{type(value).__name__} is no answer")
    if isinstance(value, Partial):
        return {prefix + value.of[0].upper() + value.of[1:]: value.text}
    written: object = value
    if isinstance(value, Attachment | Reference):
        written = value.document
    elif isinstance(value, Coding):
        written = _coding_fields(value)
    elif isinstance(value, Quantity):
        written = _quantity_fields(value)
    elif isinstance(value, date | time):
        written = value.isoformat()
    return {prefix + name: written}


#: Of a kind that is none of these the first match counts: a bool is an int, an instant is a date, an address is a text.
_NAMES: Mapping[type, str] = {
    Coding: "Coding",
    Quantity: "Quantity",
    bool: "Boolean",
    int: "Integer",
    Decimal: "Decimal",
    Uri: "Uri",
    str: "String",
    datetime: "DateTime",
    date: "Date",
    time: "Time",
    Partial: "Date",
    Attachment: "Attachment",
    Reference: "Reference",
}


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


def _moment(value: object, pattern: re.Pattern[str], kind: type[date | time], expected: str) -> Value:
    text = _text(value)
    if expected != "time" and (_PARTIAL_DATE.fullmatch(text) or (expected == "dateTime" and _DATE.fullmatch(text))):
        return _part(text, "dateTime" if expected == "dateTime" else "date")
    if pattern.fullmatch(text) is None:
        raise ValueFault("wrong-kind", expected=expected)
    try:
        return kind.fromisoformat(text)
    except ValueError:
        raise ValueFault("no-such-moment", expected=expected) from None


def _part(text: str, of: Literal["date", "dateTime"]) -> Value:
    partial = Partial(text, of)
    try:
        _ = partial.first
    except ValueError:
        raise ValueFault("no-such-moment", expected=of) from None
    return partial


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
    fields = {"system": coding.system, "code": coding.code, "display": str(coding.display) if coding.display else None}
    return _without_none(fields)


def _quantity_fields(quantity: Quantity) -> dict[str, Any]:
    fields = {"value": quantity.value, "unit": quantity.unit, "system": quantity.system, "code": quantity.code}
    return _without_none(fields)


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
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
