"""What of FHIRPath is covered. Everything else is refused before anything is worked out, and named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from questionnaires.expressions.conversions import TYPES
from questionnaires.expressions.evaluation import FUNCTIONS, type_named
from questionnaires.expressions.faults import NotCovered
from questionnaires.expressions.looping import LOOPS
from questionnaires.expressions.patterns import python_pattern
from questionnaires.expressions.tree import Binary, Call, Literal, Member, Path, Tree, Typed, Variable, beneath, walk

#: How many arguments each function takes.
_ARGUMENTS: Mapping[str, tuple[int, ...]] = {
    name: numbers
    for numbers, names in (
        (
            (0,),
            """abs allFalse allTrue anyFalse anyTrue avg ceiling children convertsToBoolean convertsToDate
            convertsToDecimal convertsToInteger count descendants distinct empty exp first floor getValue hasValue
            isDistinct last length
            ln lower max min not ordinal single sqrt sum tail toBoolean toChars toDate toDecimal toInteger toString
            today trim truncate upper weight""",
        ),
        (
            (1,),
            """all as combine contains endsWith exclude extension indexOf intersect is lastIndexOf log matches ofType
            power repeat select skip split startsWith subsetOf supersetOf take trace union where""",
        ),
        ((2,), "replace"),
        ((0, 1), "exists join round"),
        ((1, 2), "aggregate substring"),
        ((2, 3), "iif"),
        ((1, 2, 3, 4, 5, 6), "coalesce"),
    )
    for name in names.split()
}
#: Loops inside loops multiply; real expressions have three at the most.
_MOST_LOOPS = 5

COVERED_FUNCTIONS = frozenset(_ARGUMENTS)
_OTHERS = {"as", "is", "ofType", "ordinal", "today", "weight"}
if FUNCTIONS.keys() | LOOPS.keys() | _OTHERS != COVERED_FUNCTIONS:
    raise RuntimeError("a function is covered and not written, or written and not covered")


def check(tree: Tree, variables: Collection[str]) -> None:
    """Raise NotCovered, naming what it is, unless all that an expression asks for is covered and there."""
    for each in walk(tree):
        match each:
            case Variable() if each.name not in variables:
                raise NotCovered(f"%{each.name}")
            case Call():
                _check_call(each)
            case Typed() if each.type not in TYPES:
                raise NotCovered(f"the type {each.type}")
    if _loops(tree) > _MOST_LOOPS:
        raise NotCovered(f"more than {_MOST_LOOPS} loops in each other")


def _check_call(call: Call) -> None:
    numbers = _ARGUMENTS.get(call.name)
    if numbers is None:
        raise NotCovered(f"{call.name}()")
    if len(call.arguments) not in numbers:
        raise NotCovered(f"{call.name}() with {len(call.arguments)} arguments")
    further = _CHECKS.get(call.name)
    if further is not None:
        further(call)


def _check_type(call: Call) -> None:
    name = type_named(call.arguments[0])
    if name not in TYPES:
        raise NotCovered(f"the type {name}" if name else f"{call.name}() with no type")


def _check_pattern(call: Call) -> None:
    match call.arguments[0]:
        case Literal(value=node) if node is not None and isinstance(node.value, str):
            python_pattern(node.value)
        case _:
            raise NotCovered("a pattern that does not stand in the expression")


_CHECKS: Mapping[str, Callable[[Call], None]] = {
    "as": _check_type,
    "is": _check_type,
    "matches": _check_pattern,
    "ofType": _check_type,
}


def _loops(tree: Tree) -> int:
    deepest = max((_loops(each) for each in beneath(tree)), default=0)
    return deepest + (isinstance(tree, Call) and tree.name in LOOPS and tree.name not in ("iif", "coalesce"))


def variables_in(tree: Tree) -> Iterator[str]:
    """Yield the name of every variable that an expression reads."""
    return (each.name for each in walk(tree) if isinstance(each, Variable))


def calls_in(tree: Tree) -> frozenset[str]:
    """Return the names of all functions that an expression calls."""
    return frozenset(each.name for each in walk(tree) if isinstance(each, Call))


def link_ids_in(tree: Tree) -> frozenset[str]:
    """Return the texts that linkIds are held against in an expression."""
    found: set[str] = set()
    for each in walk(tree):
        if isinstance(each, Binary) and each.operator in ("=", "in", "~"):
            for one, other in ((each.left, each.right), (each.right, each.left)):
                last = one.right if isinstance(one, Path) else one
                if isinstance(last, Member) and last.name == "linkId":
                    found |= _texts_in(other)
    return frozenset(found)


def _texts_in(tree: Tree) -> set[str]:
    literals = (each.value for each in walk(tree) if isinstance(each, Literal) and each.value is not None)
    return {node.value for node in literals if isinstance(node.value, str)}
