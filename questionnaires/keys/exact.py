"""Numbers of which nothing is lost: an int where it is whole, since those cost a tenth of a Fraction."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

Exact: TypeAlias = int | Fraction


def exact(number: int | Decimal) -> Exact:
    """Return a finite number without losing any of it."""
    whole = int(number)
    return whole if whole == number else Fraction(number)
