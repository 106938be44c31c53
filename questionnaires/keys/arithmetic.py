"""How a scale comes out of numbers: exactly, and with the reason where it does not come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from questionnaires.keys.composites import ATTRIBUTES, level
from questionnaires.keys.exact import Exact, exact
from questionnaires.keys.numbers import NOT_ANSWERED, NOT_ON_THE_SCALE, Number
from questionnaires.keys.scales import Method, Scale

#: Items, or scales where a scale is made of scales, with the number of each that has one.
Given = Mapping[str, Exact]


#: A scale's exact value or None, the reason where it is None, and how many of its items were answered.
Worth: TypeAlias = tuple[Exact | None, str | None, int]


def worth(scale: Scale, numbers: Mapping[str, Number]) -> Worth:
    """Work out a scale of items; `numbers` holds every one of them."""
    composite = scale.method == "composite"
    if composite and scale.first_nought_decides and numbers[scale.items[0]].value == 0:
        return 0, None, len(numbers)
    given = {item: number.value for item, number in numbers.items() if number.value is not None}
    if len(given) < scale.minimum_answered or (scale.all_asked and NOT_ANSWERED in numbers.values()):
        reasons = [number.missing for number in numbers.values() if number.missing]
        return None, why_missing(scale, reasons), len(given)
    value = _level(scale, list(given.values())) if composite else _combined(scale, given)
    return value, None if value is not None else NOT_ON_THE_SCALE.missing, len(given)


def worth_of_scales(scale: Scale, parts: Mapping[str, Worth]) -> Worth:
    """Work out a scale of scales from those, by code."""
    used = [(code, *parts[code]) for code in scale.of]
    given = {code: value for code, value, _, _ in used if value is not None}
    answered = sum(number for _, _, _, number in used)
    if len(given) < scale.minimum_answered or answered < scale.minimum_items:
        reasons = [missing for _, _, missing, _ in used if missing]
        return None, why_missing(scale, reasons), answered
    value = _combined(scale, given)
    return value, None if value is not None else NOT_ON_THE_SCALE.missing, answered


def worths(scales: Iterable[tuple[Scale, Mapping[str, Number]]]) -> dict[str, Worth]:
    """Work out all scales of a key, each after those that it is made of; a scale of scales needs no numbers."""
    made: dict[str, Worth] = {}
    for scale, numbers in scales:
        made[scale.code] = worth_of_scales(scale, made) if scale.of else worth(scale, numbers)
    return made


def why_missing(scale: Scale, reasons: Sequence[str]) -> str:
    """Return the one reason that stands for those of the items."""
    # In a composite the first gap explains the ones after it, which were not asked because of it.
    alike = len(reasons) == len(scale.of or scale.items) and len(set(reasons)) == 1
    return reasons[0] if alike or scale.method == "composite" else "too few answered"


def _level(scale: Scale, values: Sequence[Exact]) -> int | None:
    if not ATTRIBUTES.issuperset(values):
        return None
    return level(scale.attribute_kinds, [int(value) for value in values])


def _combined(scale: Scale, given: Given) -> Exact | None:
    """Put together what was answered; None where the result has no place in the scale's table."""
    value = _METHODS[scale.method](scale, _counted(scale, given))
    if scale.plain or value is None:
        return value
    value = value * scale.times + scale.plus
    if scale.plus_if_any and any(number != scale.low for number in given.values()):
        value += scale.plus_if_any
    return scale.table.get(value) if scale.table else value


def _counted(scale: Scale, given: Given) -> Given:
    """Return what each number counts: its points, or itself, turned where the scale turns it."""
    if scale.points:
        given = {item: scale.points[item][number] if item in scale.points else number for item, number in given.items()}
    if not scale.reverse or scale.low is None or scale.high is None:
        return given
    ends = exact(scale.low) + exact(scale.high)
    return {item: ends - number if item in scale.reverse else number for item, number in given.items()}


def _mean(scale: Scale, given: Given) -> Fraction:
    return Fraction(sum(given.values())) / len(given)


def _sum(scale: Scale, given: Given) -> Exact:
    # With some missing, the others stand in for them: the mean of what was answered, times all the items.
    return _mean(scale, given) * len(scale.of or scale.items)


def _percent(scale: Scale, given: Given) -> Exact:
    if scale.low is None or scale.high is None:
        return _mean(scale, given)
    return (_mean(scale, given) - exact(scale.low)) / (exact(scale.high) - exact(scale.low)) * 100


def _weighted(scale: Scale, given: Given) -> Fraction:
    return Fraction(sum(number * scale.weights[item] for item, number in given.items()))


def _weighted_mean(scale: Scale, given: Given) -> Exact:
    return _weighted(scale, given) / sum(scale.weights[item] for item in given)


def _digits(scale: Scale, given: Given) -> Exact | None:
    digits = "".join(str(given[item]) for item in scale.items)
    return int(digits) if len(digits) == len(scale.items) else None


def _counts(scale: Scale, given: Given) -> Exact:
    """Write how many items have each number from low to high: 21111 is 41000."""
    if scale.low is None or scale.high is None:
        return 0
    values = list(given.values())
    return int("".join(str(values.count(number)) for number in range(int(scale.low), int(scale.high) + 1)))


_METHODS: Mapping[Method, Callable[[Scale, Given], Exact | None]] = {
    "single": _mean,
    "sum": _sum,
    "total": lambda scale, given: sum(given.values()),
    "mean": _mean,
    "percent": _percent,
    "weighted": _weighted,
    "weighted-mean": _weighted_mean,
    "digits": _digits,
    "counts": _counts,
}
