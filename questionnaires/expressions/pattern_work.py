"""How much work a pattern can make of a text of some length, so that none can take for ever.

Python's re goes back and tries again wherever it had a choice: to stay in a repetition or to leave it, or which
alternative to take. A choice is settled where the next sign alone decides it, and a pattern of settled choices takes
time in proportion to the text. Each other choice multiplies the work by the number of its ways. Inside a repetition it
would do so without end, and is refused. The tree is the one that re itself works with (`re._parser`).
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from re import ASCII, _parser
from typing import Any, TypeAlias

from questionnaires.expressions.faults import NotCovered

#: A set of signs: one bit for each code point.
Signs: TypeAlias = int
_Parts: TypeAlias = Sequence[tuple[Any, Any]]

_ALL: Signs = (1 << 0x110000) - 1
#: Stands among the first signs of what may be empty.
_NOTHING: Signs = 1 << 0x110000
#: Each level is walked twice as often as the one around it.
_MOST_DEPTH = 6
_HELD = {"DIGIT": string.digits, "SPACE": string.whitespace, "WORD": string.ascii_letters + string.digits + "_"}


def work_of(pattern: str, length: int) -> int:
    """Return about how many steps a pattern can take from one place of a text of so many signs.

    Raises NotCovered for one whose work cannot be bounded, and re.error for one that is none.
    """
    tree = _parser.parse(pattern, ASCII)
    if tree.state.flags != ASCII.value:
        raise NotCovered("a pattern with flags")
    walk = _Walk(length)
    walk.before(tree, _NOTHING, inside=False, depth=0)
    return walk.ways * max(walk.choices, 1) * max(length, 1)


class _Walk:
    """Counts the choices of one pattern, and the ways of those that the next sign does not settle."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.choices = 0
        self.ways = 1

    def before(self, parts: _Parts, after: Signs, inside: bool, depth: int) -> Signs:
        """Return which signs can come first in a row of parts before what comes after it; count its choices."""
        if depth > _MOST_DEPTH:
            raise NotCovered("a pattern with too many groups in each other")
        behind = after
        for index in range(len(parts) - 1, -1, -1):
            after, behind = self._part(parts, index, after, behind, inside, depth), after
        return after

    def _part(self, parts: _Parts, index: int, after: Signs, behind: Signs, inside: bool, depth: int) -> Signs:
        """Return the first signs of a part; `behind` is what comes after the part that follows it."""
        operator, given = parts[index]
        match str(operator):
            case "AT":
                return after
            case "SUBPATTERN" if not given[1] and not given[2]:
                return self.before(given[3], after, inside, depth + 1)
            case "BRANCH":
                return self._alternatives(given[1], after, inside, depth)
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, body = int(given[0]), int(given[1]), given[2]
                return self._repeated(least, most, body, (after, _after_next(parts, index, behind)), inside, depth)
        return _signs(operator, given)

    def _alternatives(self, branches: Sequence[_Parts], after: Signs, inside: bool, depth: int) -> Signs:
        met: Signs = 0
        settled = True
        for branch in branches:
            first = self.before(branch, after, inside, depth + 1)
            settled = settled and not met & first
            met |= first
        self._choose(settled, len(branches), inside)
        return met

    def _repeated(
        self, least: int, most: int, body: _Parts, follow: tuple[Signs, Signs | None], inside: bool, depth: int
    ) -> Signs:
        after, behind = follow
        first = _Walk(self.length).before(body, _NOTHING, False, depth + 1)
        if most > 1 and first & _NOTHING:
            raise NotCovered("a pattern that repeats what may be empty")
        if least != most:
            overlap = first & after & ~_NOTHING
            # What follows is one of the signs repeated, and then another: only the last of them leaves the repetition.
            last = behind is not None and len(body) == 1 and not after & ~first and not behind & first
            settled = not first & _NOTHING and (not overlap or (last and _is_sign(body)))
            self._choose(settled, min(most, self.length) - min(least, self.length) + 1, inside)
        self.before(body, first | after if most > 1 else after, inside or most > 1, depth + 1)
        return first | after if least == 0 else first & ~_NOTHING | (after if first & _NOTHING else 0)

    def _choose(self, settled: bool, ways: int, inside: bool) -> None:
        self.choices += 1
        if not settled and inside:
            raise NotCovered("a pattern that may take for ever")
        self.ways *= 1 if settled else max(ways, 1)


def _after_next(parts: _Parts, index: int, behind: Signs) -> Signs | None:
    """Return what comes after the next part where that is one sign, which must be there; None where it is not."""
    return behind if _is_sign(parts[index + 1 : index + 2]) else None


def _is_sign(parts: _Parts) -> bool:
    return len(parts) == 1 and str(parts[0][0]) in ("LITERAL", "NOT_LITERAL", "ANY", "IN")


def _signs(operator: Any, given: Any) -> Signs:
    match str(operator):
        case "LITERAL":
            return 1 << int(given)
        case "NOT_LITERAL":
            return _ALL & ~(1 << int(given))
        case "ANY":
            return _ALL
        case "RANGE":
            return (1 << int(given[1]) + 1) - (1 << int(given[0]))
        case "CATEGORY":
            return _category(str(given))
        case "IN":
            found: Signs = 0
            for each, inner in given:
                found |= 0 if str(each) == "NEGATE" else _signs(each, inner)
            return _ALL & ~found if str(given[0][0]) == "NEGATE" else found
    raise NotCovered("a pattern that looks ahead or back")


def _category(name: str) -> Signs:
    found: Signs = 0
    for sign in _HELD[name.rpartition("_")[2]]:
        found |= 1 << ord(sign)
    return _ALL & ~found if "NOT" in name else found
