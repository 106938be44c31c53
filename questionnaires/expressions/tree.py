"""An expression as a tree: what it is made of, and how to walk it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from questionnaires.expressions.nodes import Node


@dataclass(frozen=True)
class Literal:
    """A value that stands in the expression; None is the empty collection."""

    value: Node | None


@dataclass(frozen=True)
class Variable:
    """`%name`."""

    name: str


@dataclass(frozen=True)
class Special:
    """`$this`, `$index` or `$total`."""

    name: str


@dataclass(frozen=True)
class Member:
    """The element with this name, or the resource of this type."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function and its arguments, not yet worked out."""

    name: str
    arguments: tuple[Tree, ...]


@dataclass(frozen=True)
class Path:
    """What stands right of a dot, worked out for what stands left of it."""

    left: Tree
    right: Tree


@dataclass(frozen=True)
class Indexed:
    """One of several, counted from 0."""

    left: Tree
    index: Tree


@dataclass(frozen=True)
class Signed:
    """A number with its sign before it."""

    sign: str
    operand: Tree


@dataclass(frozen=True)
class Binary:
    """Two sides and what stands between them."""

    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Typed:
    """`is` or `as` with the name of a type."""

    operator: str
    operand: Tree
    type: str


Tree: TypeAlias = Literal | Variable | Special | Member | Call | Path | Indexed | Signed | Binary | Typed


def beneath(tree: Tree) -> tuple[Tree, ...]:
    """Return the trees that a tree is made of, from left to right."""
    match tree:
        case Call():
            return tree.arguments
        case Path() | Binary():
            return (tree.left, tree.right)
        case Indexed():
            return (tree.left, tree.index)
        case Signed() | Typed():
            return (tree.operand,)
    return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield a tree and everything in it."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(beneath(each)))


def depth(tree: Tree) -> int:
    """Return how deep a tree is; a leaf is 1 deep. Never recurses."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [inner for each in level for inner in beneath(each)]
    return deepest
