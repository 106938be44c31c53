"""Amounts in different units, compared only where one unit is an exact number of the other.

The units and their sizes are those of the Unified Code for Units of Measure (UCUM 2.1, tables 1 to 7), whose
codes FHIR uses. Only units that a form about people may ask for stand here; of all others nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal

UCUM = "http://unitsofmeasure.org"

#: Enough digits that no product is rounded.
_EXACT = Context(prec=100)
_PREFIXES: Mapping[str, int] = {"k": 3, "h": 2, "da": 1, "": 0, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9}
#: Units that take a prefix, and what they measure.
_METRIC: Mapping[str, str] = {"m": "length", "g": "mass", "L": "volume", "l": "volume", "s": "time"}
#: Units that take none: what they measure, and how many of the unit above they are.
_OTHERS: Mapping[str, tuple[str, str]] = {
    "min": ("time", "60"),
    "h": ("time", "3600"),
    "d": ("time", "86400"),
    "wk": ("time", "604800"),
    "[in_i]": ("length", "0.0254"),
    "[ft_i]": ("length", "0.3048"),
    "[mi_i]": ("length", "1609.344"),
    "[lb_av]": ("mass", "453.59237"),
    "[oz_av]": ("mass", "28.349523125"),
    "1": ("number", "1"),
    "%": ("number", "0.01"),
}


def _known() -> Mapping[str, tuple[str, Decimal]]:
    metric = {
        prefix + unit: (kind, Decimal(1).scaleb(power))
        for unit, kind in _METRIC.items()
        for prefix, power in _PREFIXES.items()
    }
    return metric | {unit: (kind, Decimal(size)) for unit, (kind, size) in _OTHERS.items()}


#: UCUM code -> what it measures, and how many of its kind's first unit it is.
_UNITS = _known()


def compare(one: Decimal, unit: str | None, other: Decimal, other_unit: str | None) -> int | None:
    """Return -1, 0 or 1 for two amounts with UCUM codes, or None where it is not sure how the units relate."""
    left, right = _UNITS.get(unit or ""), _UNITS.get(other_unit or "")
    if left is None or right is None or left[0] != right[0]:
        return None
    first, second = _EXACT.multiply(one, left[1]), _EXACT.multiply(other, right[1])
    return int(first > second) - int(first < second)
