"""The level of a symptom, 0-3, out of up to three attributes of 0-4: frequency, severity, interference.

The table is that of the PRO-CTCAE composite grades, as set down in clinical.md 1.2: Basch 2021, Clin Trials, PMID
33258687, read from cran/ProAE@529b0ee. It is the table only: the items it is used on here are worded by this project,
and a level is never called a CTCAE grade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from questionnaires.keys.scales import AttributeKind

HIGHEST_ATTRIBUTE = 4
ATTRIBUTES = frozenset(range(HIGHEST_ATTRIBUTE + 1))

#: One attribute: its level for 0..4.
_ONE: Mapping[tuple[AttributeKind, ...], str] = {
    ("frequency",): "01123",
    ("severity",): "01233",
    ("interference",): "01122",
}

#: Two attributes: a row for each first attribute 1..4, in it the level for each second 0..4.
_TWO: Mapping[tuple[AttributeKind, ...], tuple[str, ...]] = {
    ("frequency", "severity"): ("11122", "11222", "11233", "11233"),
    ("frequency", "interference"): ("11122", "11122", "11233", "11233"),
    ("severity", "interference"): ("11122", "11223", "12233", "22233"),
}

#: Frequency, severity, interference: a row for each frequency 1..4, in it a cell for each severity 0..4, in it the
#: level for each interference 0..4. It is not even: 1,0,0 and 2,0,0 give 0, but 3,0,0 gives 1.
_THREE: Mapping[tuple[AttributeKind, ...], tuple[tuple[str, ...], ...]] = {
    ("frequency", "severity", "interference"): (
        ("01122", "11122", "12223", "22233", "22333"),
        ("01122", "11122", "22233", "22233", "22333"),
        ("11122", "11122", "22233", "22333", "22333"),
        ("11122", "11223", "22233", "22333", "22333"),
    ),
}

#: Every set of attributes that has a level, each in the order it is asked in.
ATTRIBUTE_SETS = frozenset({*_ONE, *_TWO, *_THREE})


def level(kinds: tuple[AttributeKind, ...], attributes: Sequence[int]) -> int:
    """Return the level, 0-3, of attributes of 0-4 in the order of `kinds`; a first attribute of 0 gives 0.

    Raises KeyError for a set of kinds that has no level, ValueError for an attribute outside 0-4.
    """
    if kinds not in ATTRIBUTE_SETS:
        raise KeyError(kinds)
    if len(attributes) != len(kinds) or not ATTRIBUTES.issuperset(attributes):
        raise ValueError("a composite takes one value of 0-4 for each of its attributes")
    first, *others = attributes
    if first == 0:
        return 0
    if not others:
        return int(_ONE[kinds][first])
    if len(others) == 1:
        return int(_TWO[kinds][first - 1][others[0]])
    return int(_THREE[kinds][first - 1][others[0]][others[1]])
