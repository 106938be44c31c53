"""Which stretches of time nobody covers. PURE."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Stretch(NamedTuple):
    """From an instant until another."""

    start: datetime
    end: datetime


def holes(covered: Iterable[Stretch], since: datetime, until: datetime) -> list[Stretch]:
    """Return what lies between two instants and in none of the stretches, in order."""
    found, reached = [], since
    for each in sorted(covered):
        if each.start >= until:
            break
        if each.start > reached:
            found.append(Stretch(reached, each.start))
        reached = max(reached, each.end)
    if reached < until:
        found.append(Stretch(reached, until))
    return found
