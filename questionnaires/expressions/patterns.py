"""The patterns that matches() takes: those that mean the same everywhere and cannot take for ever.

A pattern is a row of single signs and sets of signs, each perhaps repeated, between ^ and $. Groups, alternatives and
references back are what makes a pattern slow, and are not covered; so are \\s, \\b and lazy repetition.
"""

from __future__ import annotations

import re
from functools import lru_cache

from questionnaires.expressions.faults import NotCovered

LONGEST_MATCHED = 2_000
_LONGEST_PATTERN = 300
_MOST_REPETITION = 1_000
#: Each repetition without an end makes the work the length of the text times larger.
_MOST_ENDLESS = 2

_PART = re.compile(
    r"""(?P<one>\\[dw.\-/+*?()\[\]{}|^$\\]|\[\^?(?:\\[dw.\-/+*?()\[\]{}|^$\\]|[^\]\[\\])+\]|[^\\()\[\]{}|*+?^$])
        (?P<often>\*|\+|\?|\{\d{1,4}(?:,\d{0,4})?\})?(?![?+*{])""",
    re.VERBOSE,
)


@lru_cache(maxsize=256)
def python_pattern(pattern: str) -> str:
    """Return a pattern as Python's re takes it; raises NotCovered for one that is not among those above."""
    start, end = pattern.startswith("^"), pattern.endswith("$") and not pattern.endswith("\\$")
    inner = pattern[1 if start else 0 : len(pattern) - 1 if end else None]
    place = endless = 0
    while place < len(inner):
        part = _PART.match(inner, place)
        if part is None or len(pattern) > _LONGEST_PATTERN:
            raise NotCovered("a pattern with groups, alternatives or other than plain signs")
        often = part["often"] or ""
        endless += often in ("*", "+") or often.endswith(",}")
        if any(int(number) > _MOST_REPETITION for number in re.findall(r"\d+", often)):
            raise NotCovered("a pattern that repeats too often")
        place = part.end()
    if endless > _MOST_ENDLESS:
        raise NotCovered(f"a pattern with more than {_MOST_ENDLESS} endless repetitions")
    made = (r"\A" if start else "") + inner + (r"\Z" if end else "")
    try:
        re.compile(made, re.ASCII | re.DOTALL)
    except (re.error, OverflowError):
        raise NotCovered("a pattern that cannot be used") from None
    return made
