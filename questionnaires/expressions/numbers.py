"""Arithmetic as FHIRPath has it, in decimals of 28 digits: no number is a float, and none grows without end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, TypeAlias

from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.nodes import MOST_DIGITS, Node, Nodes, plain

Number: TypeAlias = Decimal | int

_LARGEST: int = 10**28
_LONGEST_TEXT = 100_000
_CONTEXT = Context(prec=MOST_DIGITS, Emax=60, Emin=-60, traps=[InvalidOperation, DivisionByZero, Overflow])


def is_number(value: object) -> bool:
    """Whether it is a number; true and false are none."""
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def number(node: Node) -> Number:
    """Return the number that a node is; raises NotComputed where it is none."""
    if not is_number(node.value):
        raise NotComputed("a number is wanted")
    found: Number = node.value
    return found


def made(value: Number) -> Node:
    """Make a node of a number, exact; raises NotComputed for one too large to be exact."""
    if not -_LARGEST < value < _LARGEST:
        raise NotComputed("a number is too large")
    kind = "Decimal" if isinstance(value, Decimal) else "Integer"
    return Node(plain(value) if isinstance(value, Decimal) else value, kind)


def bearable_text(text: str) -> str:
    """Return a text that is not too long; raises NotComputed otherwise."""
    if len(text) > _LONGEST_TEXT:
        raise NotComputed("a text is too long")
    return text


def sum_of(one: Number, other: Number) -> Number:
    """Return one + other."""
    return one + other if _whole(one, other) else _CONTEXT.add(Decimal(one), Decimal(other))


def product_of(one: Number, other: Number) -> Number:
    """Return one * other."""
    return one * other if _whole(one, other) else _CONTEXT.multiply(Decimal(one), Decimal(other))


def quotient_of(one: Number, other: Number) -> Number | None:
    """Return one / other, None for a division by 0; always a decimal."""
    return None if other == 0 else _CONTEXT.divide(Decimal(one), Decimal(other))


def whole_quotient_of(one: Number, other: Number) -> Number | None:
    """Return how often other goes into one, towards 0."""
    return None if other == 0 else int(_CONTEXT.divide_int(Decimal(one), Decimal(other)))


def remainder_of(one: Number, other: Number) -> Number | None:
    """Return what is left of one, with its sign."""
    if other == 0:
        return None
    left = _CONTEXT.remainder(Decimal(one), Decimal(other))
    return int(left) if _whole(one, other) else left


def _whole(*numbers: Number) -> bool:
    return all(isinstance(each, int) for each in numbers)


def _rounded(value: Decimal, places: int) -> Decimal:
    # A half goes up, also below 0: that is what "0.5 or higher will round to 1" does to -2.5.
    scaled = _CONTEXT.scaleb(value, places)
    return _CONTEXT.scaleb(_CONTEXT.add(scaled, Decimal("0.5")).to_integral_value(ROUND_FLOOR), -places)


def _given(nodes: Nodes) -> Number | None:
    if len(nodes) > 1:
        raise NotComputed("there are several values where one is wanted")
    return number(nodes[0]) if nodes else None


def _of_one(work: Callable[[Decimal], Number | None]) -> Callable[[Nodes], Nodes]:
    def worked(nodes: Nodes) -> Nodes:
        value = _given(nodes)
        result = None if value is None else work(Decimal(value))
        return [] if result is None else [made(result)]

    return worked


def _absolute(nodes: Nodes) -> Nodes:
    value = _given(nodes)
    return [] if value is None else [made(abs(value))]


def _round(nodes: Nodes, places: Nodes | None = None) -> Nodes:
    value, digits = _given(nodes), 0 if places is None else _given(places)
    if value is None or digits is None:
        return []
    if not isinstance(digits, int) or not 0 <= digits <= 20:
        raise NotComputed("round takes 0 to 20 places")
    return [made(_rounded(Decimal(value), digits))]


def _power(nodes: Nodes, exponent: Nodes) -> Nodes:
    base, power = _given(nodes), _given(exponent)
    if base is None or power is None:
        return []
    if base < 0 and power != int(power):
        return []
    result = _CONTEXT.power(Decimal(base), Decimal(power))
    exact = _whole(base, power) and power >= 0
    return [made(int(result) if exact and abs(result) < _LARGEST else result)]


def _log(nodes: Nodes, base: Nodes) -> Nodes:
    value, root = _given(nodes), _given(base)
    if value is None or root is None:
        return []
    result = _CONTEXT.divide(_logarithm(Decimal(value)), _logarithm(Decimal(root)))
    # 8.log(2) is 3, and not a hair beside it.
    return [made(result.quantize(Decimal("1e-20"), context=_CONTEXT))]


def _logarithm(value: Decimal) -> Decimal:
    if value <= 0:
        raise NotComputed("there is no logarithm of 0 or less")
    return _CONTEXT.ln(value)


def _root(value: Decimal) -> Decimal | None:
    return None if value < 0 else _CONTEXT.sqrt(value)


def _sum(nodes: Nodes) -> Nodes:
    if not nodes:
        return []
    total: Number = 0
    for node in nodes:
        total = sum_of(total, number(node))
    return [made(total)]


def _average(nodes: Nodes) -> Nodes:
    total = _sum(nodes)
    return [made(_CONTEXT.divide(Decimal(number(total[0])), Decimal(len(nodes))))] if total else []


def _extreme(choose: Callable[..., Any]) -> Callable[[Nodes], Nodes]:
    return lambda nodes: [choose(nodes, key=number)] if nodes else []


FUNCTIONS: Mapping[str, Callable[..., Nodes]] = {
    "abs": _absolute,
    "avg": _average,
    "ceiling": _of_one(lambda value: int(value.to_integral_value(ROUND_CEILING))),
    "exp": _of_one(_CONTEXT.exp),
    "floor": _of_one(lambda value: int(value.to_integral_value(ROUND_FLOOR))),
    "ln": _of_one(_logarithm),
    "log": _log,
    "max": _extreme(max),
    "min": _extreme(min),
    "power": _power,
    "round": _round,
    "sqrt": _of_one(_root),
    "sum": _sum,
    "truncate": _of_one(lambda value: int(value.to_integral_value(ROUND_DOWN))),
}
