"""A scoring key as it is read: which scales a questionnaire is worth, and how each comes out of its items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeAlias

from questionnaires.once import Once
from questionnaires.values import Texts

Method: TypeAlias = Literal["single", "sum", "mean", "percent", "composite"]
Direction: TypeAlias = Literal["high is good", "low is good"]
#: A level is one symptom's 0-3, ours and never a CTCAE grade; a scale is any other number.
ScaleKind: TypeAlias = Literal["level", "scale"]
AttributeKind: TypeAlias = Literal["frequency", "severity", "interference"]


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


@dataclass(frozen=True)
class ScoringKey(Once):
    """One immutable version of the scales of one questionnaire (`questionnaire` is its url), with their source."""

    name: str
    version: str
    questionnaire: str
    source: str
    scales: tuple[Scale, ...]

    def scale(self, code: str) -> Scale | None:
        """Return the scale with this code, or None."""
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> Mapping[str, Scale]:
        return {scale.code: scale for scale in reversed(self.scales)}


@dataclass(frozen=True)
class Score:
    """A scale's value, nothing rounded; or None, and `missing` says why.

    Reasons: "not answered", "too few answered", "not applicable", "not asked", "not on the scale".
    """

    scale: str
    value: float | None
    missing: str | None = None
