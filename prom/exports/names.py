"""Names of columns that CSV, R, SPSS and Stata all take. PURE."""

from collections.abc import Sequence

#: Stata's limit, the shortest of all.
LONGEST = 32
#: Words that SPSS or Stata keep for themselves, in small letters.
RESERVED = frozenset(
    (
        *("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"),
        *("byte", "double", "float", "if", "in", "int", "long", "str", "strl", "using"),
    )
)


def column_name(link_id: str) -> str:
    """Return letters, digits and underscores of ASCII with a letter first, at most LONGEST; not necessarily unique."""
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in link_id)
    name = name if name[:1].isalpha() and name.lower() not in RESERVED else f"q_{name}"
    return name[:LONGEST]


def distinct(names: Sequence[str]) -> list[str]:
    """Return the names with a number behind those that an earlier one already has: SPSS tells no a from an A."""
    taken: set[str] = set()
    return [_free(name, taken) for name in names]


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        ending = f"_{number}"
        free = name[: LONGEST - len(ending)] + ending
    taken.add(free.lower())
    return free
