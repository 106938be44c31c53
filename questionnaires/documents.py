"""Documents in and out of text with exact decimals, and the one check that a tree is sound JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from questionnaires.problems import Problem, QuestionnaireError
from questionnaires.trees import xml_tree, yaml_tree

#: A real questionnaire nests about ten deep and holds some ten thousand nodes; far beyond is an attack or a slip.
DEEPEST = 120
MOST_NODES = 100_000
#: FHIR asks for 18 digits; what is far larger would only serve to stall arithmetic.
MOST_DIGITS = 30


def read(path: Path) -> Mapping[str, Any]:
    """Read a .json, .xml (FHIR's), .yaml or .yml file: decimals exact, dates as text, no key twice.

    Raises QuestionnaireError for a file that is none of these or not one mapping, OSError where it cannot be opened.
    """
    content = path.read_bytes()
    load = {".json": _from_json, ".xml": xml_tree.load}.get(path.suffix, yaml_tree.load)
    try:
        document = load(content.decode("utf-8-sig"))  # some editors put a mark before the first letter
    except (ValueError, RecursionError) as error:
        raise _unreadable(path.name, error) from None
    if not isinstance(document, Mapping):
        raise _unreadable(path.name, ValueError("it is not one mapping of fields"))
    return document


def loads(text: str) -> Any:
    """Read JSON with numbers as int and Decimal; raises QuestionnaireError for bad JSON, NaN or a key given twice."""
    try:
        return _from_json(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable("JSON", error) from None


def dumps(document: Any) -> str:
    """Write JSON with every Decimal digit for digit (1.10 stays 1.10); raises ValueError for what is no number.

    The names of fields are texts. What Python's own encoder can write exactly, which is nearly every document, it does;
    one number that it cannot, such as 1.10, and the document is written piece by piece.
    """
    try:
        return _encode(document)
    except _DigitsWouldBeLost:
        return _piece_by_piece(document)


def _piece_by_piece(document: Any) -> str:
    if isinstance(document, Mapping):
        fields = (f"{_encode(str(key))}:{_piece_by_piece(value)}" for key, value in document.items())
        return "{" + ",".join(fields) + "}"
    if isinstance(document, list | tuple):
        return "[" + ",".join([_piece_by_piece(value) for value in document]) + "]"
    return _digits(document) if isinstance(document, Decimal) else _encode(document)


def faults(document: Any) -> list[Problem]:
    """Return what keeps a value from being a JSON tree of bearable depth and size; never recurses, never raises."""
    return [] if _surely_sound(document) else _first_fault(document)


def _surely_sound(document: Any) -> bool:
    """Look at a tree level by level, as cheaply as can be; what is not plain JSON through and through is not sure."""
    level, seen = [document], 0
    texts: list[Any] = []
    for _ in range(DEEPEST):
        seen += len(level)
        if seen > MOST_NODES:
            return False
        below: list[Any] = []
        for node in level:
            kind = type(node)
            if kind is str:
                texts.append(node)
            elif kind is list:
                below += node
            elif kind is dict:
                texts += node
                below += node.values()
            elif _leaf_fault(node):
                return False
        if not below:
            return set(map(type, texts)) <= {str} and usable("".join(texts))
        level = below
    return False


def _first_fault(document: Any) -> list[Problem]:
    waiting: list[tuple[Any, int]] = [(document, 1)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST:
            return [Problem(None, "nested-too-deep", "error", {"deepest": DEEPEST})]
        if seen > MOST_NODES:
            return [Problem(None, "document-too-large", "error", {"most": MOST_NODES})]
        if isinstance(node, Mapping):
            if not all(isinstance(key, str) and usable(key) for key in node):
                return [Problem(None, "key-not-text")]
            waiting.extend((child, depth + 1) for child in node.values())
        elif isinstance(node, list):
            waiting.extend((child, depth + 1) for child in node)
        elif code := _leaf_fault(node):
            return [Problem(None, code)]
    return []


def bearable(number: float | Decimal) -> bool:
    """Whether a number is finite and of a size that arithmetic and text can bear."""
    if isinstance(number, int):
        return number.bit_length() <= 3 * MOST_DIGITS
    exact = Decimal(repr(number)) if isinstance(number, float) else number
    _, digits, exponent = exact.as_tuple()
    return isinstance(exponent, int) and len(digits) <= MOST_DIGITS and abs(exponent) <= MOST_DIGITS


#: FHIR forbids control characters but tab and line ends; half a surrogate pair cannot be written as UTF-8 at all.
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def usable(text: str) -> bool:
    """Whether a text can be stored and sent: no control characters, no half characters."""
    return text.isprintable() or _UNUSABLE.search(text) is None


class _DigitsWouldBeLost(Exception):
    """A decimal that neither an int nor a float writes as it stands."""


def _as_python_writes_it(value: object) -> object:
    """Return what the encoder writes as `value` reads: an int or float for a Decimal, a dict for another mapping."""
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    digits = _digits(value)
    if len(digits) <= MOST_DIGITS and "E" not in digits:
        number = float(digits) if "." in digits else int(digits)
        if repr(number) == digits:
            return number
    raise _DigitsWouldBeLost


def _digits(number: Decimal) -> str:
    if number.is_finite():
        return str(number)
    raise ValueError("JSON holds finite numbers only")


#: Made once: a fresh encoder for every document costs more than many a document.
_encode = json.JSONEncoder(
    allow_nan=False, ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_as_python_writes_it
).encode


def _leaf_fault(node: object) -> str | None:
    if isinstance(node, str):
        return None if usable(node) else "unusable-characters"
    if node is None or isinstance(node, bool):
        return None
    if isinstance(node, int | float | Decimal):
        return None if bearable(node) else "number-out-of-range"
    return "not-json"


def _from_json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_each_key_once)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the field {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return made


def _unreadable(name: str, error: Exception) -> QuestionnaireError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return QuestionnaireError([Problem(None, "unreadable", "error", {"file": name, "reason": reason})])
