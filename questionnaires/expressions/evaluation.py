"""What an expression's tree is worth for one focus: step by step, with an end to the steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from questionnaires.expressions import operators
from questionnaires.expressions.collections import FUNCTIONS as OF_COLLECTIONS
from questionnaires.expressions.conversions import FUNCTIONS as OF_CONVERSIONS
from questionnaires.expressions.conversions import is_of_type
from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.looping import LOOPS, Work
from questionnaires.expressions.moments import Moment
from questionnaires.expressions.nodes import Node, Nodes, child
from questionnaires.expressions.numbers import FUNCTIONS as OF_NUMBERS
from questionnaires.expressions.patterns import work_for
from questionnaires.expressions.texts import FUNCTIONS as OF_TEXTS
from questionnaires.expressions.tree import (
    Binary,
    Call,
    Indexed,
    Literal,
    Member,
    Path,
    Signed,
    Special,
    Tree,
    Typed,
    Variable,
)

#: Looks up a variable; raises KeyError for one that there is not.
Variables: TypeAlias = Callable[[str], Nodes]
#: Returns what the option counts that an answer's value is, or None; the node is the value, its parent the answer.
Weights: TypeAlias = Callable[[Node], Decimal | None]

#: Enough for a form of 1,000 items with an expression each; about two seconds of one core.
MOST_STEPS = 250_000


class Budget:
    """How many steps may still be taken, over all expressions of one response."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.left = steps

    def take(self, steps: int = 1) -> None:
        """Take steps; raises NotComputed when there are none left."""
        self.left -= steps
        if self.left < 0:
            raise NotComputed("it takes too many steps")


def _no_weight(_: Node) -> Decimal | None:
    return None


@dataclass(frozen=True)
class Surroundings:
    """What an expression may ask for beside its focus."""

    variables: Variables
    weights: Weights = _no_weight
    today: date | None = None
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True)
class _Frame(Work):
    """Where a part of an expression stands: what `$this`, `$index` and `$total` are."""

    around: Surroundings
    this: Nodes
    index: int | None = None
    total: Nodes = field(default_factory=list)

    def value(self, tree: Tree) -> Nodes:
        self.around.budget.take()
        made = _EVALUATORS[type(tree)](tree, self)
        self.around.budget.take(len(made))
        return made

    def value_for(self, tree: Tree, this: Node, index: int, total: Nodes | None = None) -> Nodes:
        inside = self.total if total is None else total
        return replace(self, this=[this], index=index, total=inside).value(tree)


def evaluate(tree: Tree, focus: Nodes, around: Surroundings) -> Nodes:
    """Return what an expression is worth; raises NotComputed, with the reason, and nothing else."""
    try:
        return _Frame(around, focus).value(tree)
    except (ArithmeticError, RecursionError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotComputed(f"a value does not fit ({type(error).__name__})") from None


def _literal(tree: Literal, _: _Frame) -> Nodes:
    return [] if tree.value is None else [tree.value]


def _variable(tree: Variable, frame: _Frame) -> Nodes:
    return frame.around.variables(tree.name)


def _special(tree: Special, frame: _Frame) -> Nodes:
    if tree.name == "$index":
        return [] if frame.index is None else [Node(frame.index, "Integer")]
    return frame.this if tree.name == "$this" else frame.total


def _member(tree: Member, frame: _Frame) -> Nodes:
    return _named(frame.this, tree.name)


def _named(nodes: Nodes, name: str) -> Nodes:
    return [found for node in nodes for found in child(node, name)]


def _path(tree: Path, frame: _Frame) -> Nodes:
    left = frame.value(tree.left)
    match tree.right:
        case Member():
            return _named(left, tree.right.name)
        case Call():
            return _invoke(tree.right, left, frame)
    return frame.value(tree.right)


def _call(tree: Call, frame: _Frame) -> Nodes:
    return _invoke(tree, frame.this, frame)


def _invoke(tree: Call, nodes: Nodes, frame: _Frame) -> Nodes:
    frame.around.budget.take(1 + len(nodes))
    if tree.name in LOOPS:
        return LOOPS[tree.name](frame, nodes, tree.arguments)
    if tree.name == "today":
        if frame.around.today is None:
            raise NotComputed("nobody said what day it is")
        return [Node(Moment.of_date(frame.around.today), "Date")]
    if tree.name in ("weight", "ordinal"):
        found = [frame.around.weights(node) for node in nodes]
        return [Node(weight, "Decimal") for weight in found if weight is not None]
    if tree.name in ("is", "as", "ofType"):
        return _typed_as(tree.name, nodes, type_named(tree.arguments[0]))
    arguments = [frame.value(argument) for argument in tree.arguments]
    frame.around.budget.take(sum(map(len, arguments)))
    if tree.name == "matches":
        frame.around.budget.take(sum(work_for(node.value) for node in nodes))
    return FUNCTIONS[tree.name](nodes, *arguments)


def type_named(tree: Tree) -> str:
    """Return the name of a type that stands as an argument: "Coding", "System.Integer"; empty where there is none."""
    match tree:
        case Member():
            return tree.name
        case Path(left=Member() as space, right=Member() as name):
            return f"{space.name}.{name.name}"
    return ""


def _typed_as(operator: str, nodes: Nodes, name: str) -> Nodes:
    if operator == "ofType":
        return [node for node in nodes if is_of_type(node, name)]
    if len(nodes) > 1:
        raise NotComputed(f"{operator} was given several values")
    if operator == "is":
        return [Node(is_of_type(node, name), "Boolean") for node in nodes]
    return [node for node in nodes if is_of_type(node, name)]


def _typed(tree: Typed, frame: _Frame) -> Nodes:
    return _typed_as(tree.operator, frame.value(tree.operand), tree.type)


def _indexed(tree: Indexed, frame: _Frame) -> Nodes:
    nodes, index = frame.value(tree.left), operators.whole(frame.value(tree.index))
    return [] if index is None or not 0 <= index < len(nodes) else [nodes[index]]


def _signed(tree: Signed, frame: _Frame) -> Nodes:
    return operators.signed(tree.sign, frame.value(tree.operand))


def _binary(tree: Binary, frame: _Frame) -> Nodes:
    left, right = frame.value(tree.left), frame.value(tree.right)
    frame.around.budget.take(len(left) + len(right))
    return operators.OPERATORS[tree.operator](left, right)


FUNCTIONS: Mapping[str, Callable[..., Nodes]] = {**OF_COLLECTIONS, **OF_CONVERSIONS, **OF_NUMBERS, **OF_TEXTS}

_EVALUATORS: Mapping[type, Callable[..., Nodes]] = {
    Literal: _literal,
    Variable: _variable,
    Special: _special,
    Member: _member,
    Call: _call,
    Path: _path,
    Indexed: _indexed,
    Signed: _signed,
    Binary: _binary,
    Typed: _typed,
}
