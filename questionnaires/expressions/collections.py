"""The functions of FHIRPath over collections as such."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.nodes import Node, Nodes, child, children, key
from questionnaires.expressions.operators import truth, united, whole, yes


def _count(nodes: Nodes) -> Nodes:
    return [Node(len(nodes), "Integer")]


def _distinct(nodes: Nodes) -> Nodes:
    return united(nodes, [])


def _single(nodes: Nodes) -> Nodes:
    if len(nodes) > 1:
        raise NotComputed("single found several values")
    return nodes


def _skip(nodes: Nodes, number: Nodes) -> Nodes:
    return nodes[max(whole(number) or 0, 0) :]


def _take(nodes: Nodes, number: Nodes) -> Nodes:
    return nodes[: max(whole(number) or 0, 0)]


def _keys(nodes: Nodes) -> set[object]:
    return {key(node) for node in nodes}


def _intersect(nodes: Nodes, other: Nodes) -> Nodes:
    wanted = _keys(other)
    return [node for node in _distinct(nodes) if key(node) in wanted]


def _exclude(nodes: Nodes, other: Nodes) -> Nodes:
    unwanted = _keys(other)
    return [node for node in nodes if key(node) not in unwanted]


def _not(nodes: Nodes) -> Nodes:
    value = truth(nodes)
    return yes(None if value is None else not value)


def _booleans(nodes: Nodes) -> list[bool]:
    if not all(isinstance(node.value, bool) for node in nodes):
        raise NotComputed("a value is neither true nor false")
    return [node.value for node in nodes]


def _extension(nodes: Nodes, url: Nodes) -> Nodes:
    wanted = url[0].value if url else None
    found = [each for node in nodes for each in child(node, "extension")]
    return [each for each in found if isinstance(each.value, Mapping) and each.value.get("url") == wanted]


def _children(nodes: Nodes) -> Nodes:
    return [each for node in nodes for each in children(node)]


def _descendants(nodes: Nodes) -> Nodes:
    found: Nodes = []
    level = _children(nodes)
    while level:
        found += level
        level = _children(level)
    return found


def _has_value(nodes: Nodes) -> Nodes:
    return yes(len(nodes) == 1 and not isinstance(nodes[0].value, Mapping))


def _get_value(nodes: Nodes) -> Nodes:
    return nodes if len(nodes) == 1 and not isinstance(nodes[0].value, Mapping) else []


FUNCTIONS: Mapping[str, Callable[..., Nodes]] = {
    "allFalse": lambda nodes: yes(not any(_booleans(nodes))),
    "allTrue": lambda nodes: yes(all(_booleans(nodes))),
    "anyFalse": lambda nodes: yes(not all(_booleans(nodes))),
    "anyTrue": lambda nodes: yes(any(_booleans(nodes))),
    "children": _children,
    "combine": lambda nodes, other: [*nodes, *other],
    "count": _count,
    "descendants": _descendants,
    "distinct": _distinct,
    "empty": lambda nodes: yes(not nodes),
    "exclude": _exclude,
    "extension": _extension,
    "first": lambda nodes: nodes[:1],
    "getValue": _get_value,
    "hasValue": _has_value,
    "intersect": _intersect,
    "isDistinct": lambda nodes: yes(len(_keys(nodes)) == len(nodes)),
    "last": lambda nodes: nodes[-1:],
    "not": _not,
    "single": _single,
    "skip": _skip,
    "subsetOf": lambda nodes, other: yes(_keys(nodes) <= _keys(other)),
    "supersetOf": lambda nodes, other: yes(_keys(nodes) >= _keys(other)),
    "tail": lambda nodes: nodes[1:],
    "take": _take,
    "trace": lambda nodes, _: nodes,
    "union": united,
}
