"""The functions of FHIRPath that work an argument out again for each of several values, or only perhaps."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TypeAlias

from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.nodes import Node, Nodes, key
from questionnaires.expressions.operators import truth
from questionnaires.expressions.tree import Tree


class Work:
    """What works out an argument."""

    @abstractmethod
    def value(self, tree: Tree) -> Nodes:
        """Return what an argument is worth where the function stands."""

    @abstractmethod
    def value_for(self, tree: Tree, this: Node, index: int, total: Nodes | None = None) -> Nodes:
        """Return what an argument is worth for one of the values."""


Arguments: TypeAlias = tuple[Tree, ...]


def _holds(nodes: Nodes) -> bool:
    return truth(nodes) is True


def _where(work: Work, nodes: Nodes, arguments: Arguments) -> Nodes:
    return [node for index, node in enumerate(nodes) if _holds(work.value_for(arguments[0], node, index))]


def _select(work: Work, nodes: Nodes, arguments: Arguments) -> Nodes:
    return [made for index, node in enumerate(nodes) for made in work.value_for(arguments[0], node, index)]


def _exists(work: Work, nodes: Nodes, arguments: Arguments) -> Nodes:
    return [Node(bool(_where(work, nodes, arguments) if arguments else nodes), "Boolean")]


def _all(work: Work, nodes: Nodes, arguments: Arguments) -> Nodes:
    return [Node(len(_where(work, nodes, arguments)) == len(nodes), "Boolean")]


def _repeat(work: Work, nodes: Nodes, arguments: Arguments) -> Nodes:
    found: Nodes = []
    met: set[object] = set()
    waiting = nodes
    while waiting:
        made = _select(work, waiting, arguments)
        waiting = []
        for node in made:
            if key(node) not in met:
                met.add(key(node))
                waiting.append(node)
        found += waiting
    return found


def _aggregate(work: Work, nodes: Nodes, arguments: Arguments) -> Nodes:
    total = work.value(arguments[1]) if len(arguments) > 1 else []
    for index, node in enumerate(nodes):
        total = work.value_for(arguments[0], node, index, total)
    return total


def _iif(work: Work, nodes: Nodes, arguments: Arguments) -> Nodes:
    # Called on one value, $this is that value; called on none or by itself, it stays what it was.
    if len(nodes) > 1:
        raise NotComputed("iif was given several values")

    def worth(tree: Tree) -> Nodes:
        return work.value_for(tree, nodes[0], 0) if nodes else work.value(tree)

    if truth(worth(arguments[0])) is True:
        return worth(arguments[1])
    return worth(arguments[2]) if len(arguments) > 2 else []


def _coalesce(work: Work, _: Nodes, arguments: Arguments) -> Nodes:
    return next((made for made in map(work.value, arguments) if made), [])


LOOPS: Mapping[str, Callable[[Work, Nodes, Arguments], Nodes]] = {
    "aggregate": _aggregate,
    "all": _all,
    "coalesce": _coalesce,
    "exists": _exists,
    "iif": _iif,
    "repeat": _repeat,
    "select": _select,
    "where": _where,
}
