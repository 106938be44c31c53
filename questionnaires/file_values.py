"""Files and pointers to other resources as answers: kept as they came, and looked into only as far as is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from questionnaires.problems import ValueFault
from questionnaires.values import Attachment, Reference

#: What stands before the id in a reference, relative or with an address in front: "Patient/12", "https://x/Patient/12".
_TYPED = re.compile(r"(?:.*/)?([A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?", re.ASCII)


def _attachment(value: object, _language: str = "") -> Attachment:
    fields = _fields(value, "Attachment")
    for name in ("contentType", "data", "url", "title", "language"):
        _text(fields, name)
    size = fields.get("size")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 0):
        raise ValueFault("wrong-kind", expected="Attachment")
    data = _text(fields, "data")
    held = _bytes(data) if data is not None else None
    return Attachment(_text(fields, "contentType"), held if held is not None else size, fields)


def _bytes(data: str) -> int:
    """How many bytes a text in base 64 holds; every four letters are three of them."""
    letters = sum(not letter.isspace() for letter in data)
    return letters * 3 // 4 - data[-2:].count("=")


def _reference(value: object, _language: str = "") -> Reference:
    fields = _fields(value, "Reference")
    reference, named = _text(fields, "reference"), _text(fields, "type")
    if reference is None and not fields.keys() & {"identifier", "display"}:
        raise ValueFault("no-value", field="Reference.reference")
    found = _TYPED.fullmatch(reference or "")
    return Reference(found[1] if found else named, reference, fields)


def _fields(value: object, expected: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not value:
        raise ValueFault("wrong-kind", expected=expected)
    return value


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    text = fields.get(name)
    if text is not None and not (isinstance(text, str) and text.strip()):
        raise ValueFault("wrong-kind", expected="text")
    return text


FILE_READERS: Mapping[str, Callable[[object, str], Attachment | Reference]] = {
    "Attachment": _attachment,
    "Reference": _reference,
}
