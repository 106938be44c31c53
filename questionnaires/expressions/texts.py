"""The functions of FHIRPath over texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.nodes import Node, Nodes
from questionnaires.expressions.numbers import bearable_text
from questionnaires.expressions.operators import only, whole, yes
from questionnaires.expressions.patterns import LONGEST_MATCHED, python_pattern


def _text(nodes: Nodes) -> str | None:
    node = only(nodes)
    if node is None:
        return None
    if not isinstance(node.value, str):
        raise NotComputed("a text is wanted")
    return node.value


def _made(text: str) -> Nodes:
    return [Node(bearable_text(text), "String")]


def _changed(change: Callable[[str], str]) -> Callable[[Nodes], Nodes]:
    def worked(nodes: Nodes) -> Nodes:
        text = _text(nodes)
        return [] if text is None else _made(change(text))

    return worked


def _asked(question: Callable[[str, str], bool]) -> Callable[[Nodes, Nodes], Nodes]:
    def worked(nodes: Nodes, other: Nodes) -> Nodes:
        text, part = _text(nodes), _text(other)
        return [] if text is None or part is None else yes(question(text, part))

    return worked


def _found(search: Callable[[str, str], int]) -> Callable[[Nodes, Nodes], Nodes]:
    def worked(nodes: Nodes, part: Nodes) -> Nodes:
        text, wanted = _text(nodes), _text(part)
        return [] if text is None or wanted is None else [Node(search(text, wanted), "Integer")]

    return worked


def _length(nodes: Nodes) -> Nodes:
    text = _text(nodes)
    return [] if text is None else [Node(len(text), "Integer")]


def _substring(nodes: Nodes, start: Nodes, length: Nodes | None = None) -> Nodes:
    text, first = _text(nodes), whole(start)
    if text is None or first is None or not 0 <= first < len(text):
        return []
    number = None if length is None else whole(length)
    return _made(text[first:] if number is None else text[first : first + max(number, 0)])


def _replace(nodes: Nodes, old: Nodes, new: Nodes) -> Nodes:
    text, part, other = _text(nodes), _text(old), _text(new)
    if text is None or part is None or other is None:
        return []
    if (text.count(part) + 1) * len(other) > 100_000:
        raise NotComputed("a text is too long")
    return _made(text.replace(part, other))


def _matches(nodes: Nodes, pattern: Nodes) -> Nodes:
    text, wanted = _text(nodes), _text(pattern)
    if text is None or wanted is None:
        return []
    if len(text) > LONGEST_MATCHED:
        raise NotComputed("a text is too long to be held against a pattern")
    return yes(re.search(python_pattern(wanted), text, re.ASCII | re.DOTALL) is not None)


def _split(nodes: Nodes, separator: Nodes) -> Nodes:
    text, between = _text(nodes), _text(separator)
    if text is None or not between:
        return []
    return [Node(part, "String") for part in text.split(between)]


def _join(nodes: Nodes, separator: Nodes | None = None) -> Nodes:
    if not all(isinstance(node.value, str) for node in nodes):
        raise NotComputed("only texts are joined")
    return _made((_text(separator or []) or "").join(node.value for node in nodes)) if nodes else []


def _letters(nodes: Nodes) -> Nodes:
    return [Node(letter, "String") for letter in _text(nodes) or ""]


FUNCTIONS: Mapping[str, Callable[..., Nodes]] = {
    "contains": _asked(lambda text, part: part in text),
    "endsWith": _asked(str.endswith),
    "indexOf": _found(str.find),
    "join": _join,
    "lastIndexOf": _found(str.rfind),
    "length": _length,
    "lower": _changed(str.lower),
    "matches": _matches,
    "replace": _replace,
    "split": _split,
    "startsWith": _asked(str.startswith),
    "substring": _substring,
    "toChars": _letters,
    "trim": _changed(str.strip),
    "upper": _changed(str.upper),
}
