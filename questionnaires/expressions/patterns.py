"""The patterns that matches() and the regex of an item take: none that can take for ever.

matches() takes those that mean the same everywhere: a row of single signs and sets of signs, each perhaps repeated,
between ^ and $. Groups, alternatives, references back, \\s, \\b and lazy repetition are not covered. The regex of an
item is Python's. Of both, `pattern_work.py` says how much work they can make.
"""

from __future__ import annotations

import re
from functools import lru_cache

from questionnaires.expressions.faults import NotCovered
from questionnaires.expressions.pattern_work import work_of

#: The longest text that matches() is worked out for.
LONGEST_MATCHED = 1_000
#: About 50 ms of one core at the worst.
MOST_WORK = 5_000_000
#: 4,000 steps for the longest text.
_WORK_OF_A_STEP = 250
_LONGEST_PATTERN = 300
_MOST_REPETITION = 1_000
_LONGEST_REGEX = 1_000
#: How long an answer to an item without a maxLength is taken to be.
_LONGEST_ANSWER = 10_000

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
    place = 0
    while place < len(inner):
        part = _PART.match(inner, place)
        if part is None or len(pattern) > _LONGEST_PATTERN:
            raise NotCovered("a pattern with groups, alternatives or other than plain signs")
        often = part["often"] or ""
        if any(int(number) > _MOST_REPETITION for number in re.findall(r"\d+", often)):
            raise NotCovered("a pattern that repeats too often")
        place = part.end()
    # What begins with .* is found from the first place or from none.
    start = start or inner.startswith(".*")
    made = (r"\A" if start else "") + inner + (r"\Z" if end else "")
    _check(made, LONGEST_MATCHED, places=1 if start else LONGEST_MATCHED)
    return made


def check_regex(pattern: str, longest: int | None) -> None:
    """Raise NotCovered for the regex of an item that cannot be used, or could take too long.

    `longest` is the number of signs that an answer may have, where there is such a limit.
    """
    if len(pattern) > _LONGEST_REGEX:
        raise NotCovered("a pattern that is too long")
    _check(pattern, _LONGEST_ANSWER if longest is None else longest, places=1)


def _check(pattern: str, length: int, places: int) -> None:
    try:
        re.compile(pattern, re.ASCII | re.DOTALL)
        work = work_of(pattern, length) * places
    except (re.error, OverflowError, RecursionError):
        raise NotCovered("a pattern that cannot be used") from None
    if work > MOST_WORK:
        raise NotCovered("a pattern that may take too long")


def work_for(text: object) -> int:
    """Return for how many steps of an expression it counts to hold a text against a pattern, at the worst."""
    return min(len(text), LONGEST_MATCHED) ** 2 // _WORK_OF_A_STEP if isinstance(text, str) else 0
