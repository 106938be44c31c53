"""A scoring key as it is read: which scales a questionnaire is worth, and how each comes out of its items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeAlias

from questionnaires.keys.exact import Exact
from questionnaires.once import Once
from questionnaires.values import Texts

#: single: the item itself. sum: with some missing, the others stand in for them. total: what was answered, added up.
#: mean, percent (the mean as 0-100 of its bounds), weighted (the sum of number times weight), weighted-mean.
#: composite: a level from attributes. digits: the answers written one after the other. counts: of each answer how many.
Method: TypeAlias = Literal[
    "single", "sum", "mean", "percent", "composite", "total", "weighted", "weighted-mean", "digits", "counts"
]
Direction: TypeAlias = Literal["high is good", "low is good", "no direction"]
#: A level is one symptom's 0-3, ours and never a CTCAE grade; a scale is any other number.
ScaleKind: TypeAlias = Literal["level", "scale"]
AttributeKind: TypeAlias = Literal["frequency", "severity", "interference"]
Comparison: TypeAlias = Literal["from", "above", "to", "below"]


@dataclass(frozen=True)
class CutOff:
    """A limit that was published for a scale: what it marks, the value, and on which side of it that lies."""

    meaning: str
    comparison: Comparison
    value: Decimal

    def reached(self, value: float) -> bool:
        """Whether a value of the scale lies on the marked side: `from` and `to` include the limit itself."""
        match self.comparison:
            case "from":
                return value >= self.value
            case "above":
                return value > self.value
            case "to":
                return value <= self.value
        return value < self.value


@dataclass(frozen=True)
class Safety:
    """An item whose answer alone is an emergency when it is above a number, whatever the scales say."""

    item: str
    above: Decimal


@dataclass(frozen=True)
class Scale:
    """One number: its items by linkId, how they are put together, and how many of them must be answered."""

    code: str
    title: Texts
    method: Method
    items: tuple[str, ...]
    minimum_answered: int
    low: Decimal | None = None
    high: Decimal | None = None
    direction: Direction = "low is good"
    kind: ScaleKind = "scale"
    reverse: frozenset[str] = frozenset()
    #: What each item asks for, in the order of `items`; only for composites.
    attribute_kinds: tuple[AttributeKind, ...] = ()
    #: Item -> the numbers that it may have; an item that is not named here is held by the bounds alone.
    permitted: Mapping[str, frozenset[Exact]] = field(default_factory=dict, hash=False)
    #: Item -> number -> what it counts. A number without points is not on the scale.
    points: Mapping[str, Mapping[Exact, Exact]] = field(default_factory=dict, hash=False)
    weights: Mapping[str, Exact] = field(default_factory=dict, hash=False)
    #: The scales of the same key that stand in place of items, by code.
    of: tuple[str, ...] = ()
    #: For a scale of scales: how many items beneath must be answered in all.
    minimum_items: int = 0
    #: What comes after the items are put together: times, plus, plus again where any item is above its lowest, a table.
    times: Exact = 1
    plus: Exact = 0
    plus_if_any: Exact = 0
    table: Mapping[Exact, Exact] = field(default_factory=dict, hash=False)
    #: Whether it is missing where an item was asked and not answered, however many were.
    all_asked: bool = False
    #: A composite whose first attribute is 0 is 0 whatever else is known.
    first_nought_decides: bool = True
    #: The bounds of the scale itself.
    lowest: Decimal | None = None
    highest: Decimal | None = None
    cut_offs: tuple[CutOff, ...] = ()
    minimal_difference: Decimal | None = None
    #: Other names of this scale, and what is known of it in words: cut-offs' sources, caveats.
    aliases: tuple[str, ...] = ()
    note: str = ""

    @cached_property
    def plain(self) -> bool:
        """Whether nothing is done after the items are put together."""
        return not (self.table or self.plus or self.plus_if_any or self.times != 1)

    @cached_property
    def adds_several(self) -> bool:
        """Whether an item with several answers counts them all."""
        return self.method == "total"


@dataclass(frozen=True)
class ScoringKey(Once):
    """One immutable version of the scales of one questionnaire (`questionnaire` is its url), with their source."""

    name: str
    version: str
    questionnaire: str
    source: str
    scales: tuple[Scale, ...]
    safety: tuple[Safety, ...] = ()
    #: The instrument key `name|version` that these scales were bound from.
    instrument: str | None = None
    #: Option code -> number, for options that bring none of their own.
    answers: Mapping[str, Exact] = field(default_factory=dict, hash=False)

    def scale(self, code: str) -> Scale | None:
        """Return the scale with this code, or None."""
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> Mapping[str, Scale]:
        return {scale.code: scale for scale in reversed(self.scales)}

    @cached_property
    def derived(self) -> tuple[Scale, ...]:
        """The scales of scales, in the order of the key; those that they are made of stand before them."""
        return tuple(scale for scale in self.scales if scale.of)


@dataclass(frozen=True)
class Score:
    """A scale's value, nothing rounded; or None, and `missing` says why.

    Reasons: "not answered", "too few answered", "not applicable", "not asked", "not on the scale".
    """

    scale: str
    value: float | None
    missing: str | None = None
