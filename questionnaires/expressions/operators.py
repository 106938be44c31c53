"""The operators of FHIRPath over whole collections; empty in, mostly empty out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from questionnaires.expressions import numbers
from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.moments import Moment
from questionnaires.expressions.nodes import Amount, Node, Nodes, amount, key


def only(nodes: Nodes) -> Node | None:
    """Return the one value, None for none; raises NotComputed for several."""
    if len(nodes) > 1:
        raise NotComputed("there are several values where one is wanted")
    return nodes[0] if nodes else None


def truth(nodes: Nodes) -> bool | None:
    """Return true, false, or None for nothing; any one value that is no boolean counts as true, as FHIRPath says."""
    node = only(nodes)
    if node is None:
        return None
    return node.value if isinstance(node.value, bool) else True


def whole(nodes: Nodes) -> int | None:
    """Return a whole number or None for nothing; raises NotComputed for anything else."""
    node = only(nodes)
    if node is None:
        return None
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    raise NotComputed("a whole number is wanted")


def yes(value: bool | None) -> Nodes:
    """Return true or false as a collection, and None as an empty one."""
    return [] if value is None else [Node(value, "Boolean")]


def signed(sign: str, nodes: Nodes) -> Nodes:
    """Return a number with its sign."""
    node = only(nodes)
    if node is None:
        return []
    return [numbers.made(-numbers.number(node) if sign == "-" else numbers.number(node))]


def same(one: Node, other: Node) -> bool | None:
    """Whether two values are equal; None where they are too inexactly known."""
    if isinstance(one.value, Moment) or isinstance(other.value, Moment):
        if isinstance(one.value, Moment) and isinstance(other.value, Moment):
            order = one.value.compare(other.value)
            return None if order is None and _agree(one.value, other.value) else order == 0
        raise NotComputed("a date or time is compared with something else")
    if isinstance(one.value, Amount) or isinstance(other.value, Amount):
        return _order(one, other) == 0
    return key(one) == key(other)


def _agree(one: Moment, other: Moment) -> bool:
    return one.compare(other) is None


def equal(left: Nodes, right: Nodes) -> bool | None:
    """Whether two collections are equal, in order; None where one is empty or a date is too inexact."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    answers = [same(one, other) for one, other in zip(left, right, strict=True)]
    return False if False in answers else None if None in answers else True


def _order(one: Node, other: Node) -> int | None:
    mine, theirs = one.value, other.value
    if isinstance(mine, Moment) and isinstance(theirs, Moment):
        return mine.compare(theirs)
    if numbers.is_number(mine) and numbers.is_number(theirs):
        return _sign(mine, theirs)
    if isinstance(mine, str) and isinstance(theirs, str):
        return _sign(mine, theirs)
    first, second = amount(one), amount(other)
    if first is not None and second is not None:
        if (first.unit, first.calendar) != (second.unit, second.calendar):
            raise NotComputed("two units differ")
        return _sign(first.value, second.value)
    raise NotComputed("two values have no order")


def _sign(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def _ordered(*orders: int) -> Callable[[Nodes, Nodes], Nodes]:
    def compared(left: Nodes, right: Nodes) -> Nodes:
        one, other = only(left), only(right)
        if one is None or other is None:
            return []
        order = _order(one, other)
        return yes(None if order is None else order in orders)

    return compared


def _equivalent(left: Nodes, right: Nodes) -> bool:
    if not left or not right:
        return not left and not right
    one, other = only(left), only(right)
    if one is None or other is None:
        return False
    mine, theirs = one.value, other.value
    if isinstance(mine, str) and isinstance(theirs, str):
        return " ".join(mine.casefold().split()) == " ".join(theirs.casefold().split())
    plain = all(isinstance(value, bool | int | str) for value in (mine, theirs))
    if plain:
        return key(one) == key(other)
    raise NotComputed("what is alike is only told of texts, whole numbers, true and false")


def _both(left: Nodes, right: Nodes) -> bool | None:
    one, other = truth(left), truth(right)
    return False if False in (one, other) else None if None in (one, other) else True


def _either(left: Nodes, right: Nodes) -> bool | None:
    one, other = truth(left), truth(right)
    return True if True in (one, other) else None if None in (one, other) else False


def _one_of_two(left: Nodes, right: Nodes) -> bool | None:
    one, other = truth(left), truth(right)
    return None if one is None or other is None else one is not other


def _implied(left: Nodes, right: Nodes) -> bool | None:
    one, other = truth(left), truth(right)
    if one is False or other is True:
        return True
    return None if one is None or other is None else False


def _is_in(left: Nodes, right: Nodes) -> bool | None:
    node = only(left)
    return None if node is None else any(key(node) == key(other) for other in right)


def united(left: Nodes, right: Nodes) -> Nodes:
    """Return what is in either, each once."""
    return list({key(node): node for node in reversed([*left, *right])}.values())[::-1]


def _plus(left: Nodes, right: Nodes) -> Nodes:
    return _added(left, right, 1)


def _added(left: Nodes, right: Nodes, sign: int) -> Nodes:
    one, other = only(left), only(right)
    if one is None or other is None:
        return []
    if isinstance(one.value, Moment) and isinstance(other.value, Amount):
        if not other.value.calendar:
            raise NotComputed("a date is moved by years, months, weeks or days only")
        return [Node(one.value.plus(sign * other.value.value, other.value.unit), "Date")]
    if isinstance(one.value, str) and isinstance(other.value, str) and sign == 1:
        return [Node(numbers.bearable_text(one.value + other.value), "String")]
    return [numbers.made(numbers.sum_of(numbers.number(one), sign * numbers.number(other)))]


def _joined(left: Nodes, right: Nodes) -> Nodes:
    parts = [only(left), only(right)]
    if not all(part is None or isinstance(part.value, str) for part in parts):
        raise NotComputed("only texts are joined by &")
    return [Node(numbers.bearable_text("".join(part.value for part in parts if part is not None)), "String")]


def _arithmetic(work: Callable[[Decimal | int, Decimal | int], Decimal | int | None]) -> Callable[..., Nodes]:
    def worked(left: Nodes, right: Nodes) -> Nodes:
        one, other = only(left), only(right)
        if one is None or other is None:
            return []
        result = work(numbers.number(one), numbers.number(other))
        return [] if result is None else [numbers.made(result)]

    return worked


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


OPERATORS: Mapping[str, Callable[[Nodes, Nodes], Nodes]] = {
    "=": lambda left, right: yes(equal(left, right)),
    "!=": lambda left, right: yes(_opposite(equal(left, right))),
    "~": lambda left, right: yes(_equivalent(left, right)),
    "!~": lambda left, right: yes(not _equivalent(left, right)),
    "<": _ordered(-1),
    ">": _ordered(1),
    "<=": _ordered(-1, 0),
    ">=": _ordered(0, 1),
    "and": lambda left, right: yes(_both(left, right)),
    "or": lambda left, right: yes(_either(left, right)),
    "xor": lambda left, right: yes(_one_of_two(left, right)),
    "implies": lambda left, right: yes(_implied(left, right)),
    "in": lambda left, right: yes(_is_in(left, right)),
    "contains": lambda left, right: yes(_is_in(right, left)),
    "|": united,
    "+": _plus,
    "-": lambda left, right: _added(left, right, -1),
    "&": _joined,
    "*": _arithmetic(numbers.product_of),
    "/": _arithmetic(numbers.quotient_of),
    "div": _arithmetic(numbers.whole_quotient_of),
    "mod": _arithmetic(numbers.remainder_of),
}
