"""The geometry of small charts, for the SVG macros in the templates. PURE: values in, coordinates out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prom.clinic.levels import HIGHEST

WIDTH, HEIGHT, MARGIN = 132.0, 30.0, 4.0
#: Of the line beside a symptom on the list.
SMALL_WIDTH, SMALL_HEIGHT = 40.0, 12.0
#: A line is not drawn over a longer silence than this (a weekly report was left out): nobody knows what was in between.
LONGEST_GAP = timedelta(days=13)


@dataclass(frozen=True)
class Point:
    """One reported value and where it lies."""

    x: float
    y: float
    value: float


@dataclass(frozen=True)
class Trend:
    """A line through reported values, broken where nothing was reported, and the heights of the rules' limits."""

    points: tuple[Point, ...]
    #: The `d` of an SVG path.
    path: str
    limits: tuple[float, ...]
    width: float = WIDTH
    height: float = HEIGHT


def small(values: Sequence[float]) -> str:
    """Return the `d` of a small line through values from 0 on, evenly spaced; empty for fewer than two.

    It reaches up to the highest level of a symptom, and further where a value lies above that.
    """
    if len(values) < 2:
        return ""
    high = max(HIGHEST, *values)
    step = SMALL_WIDTH / (len(values) - 1)
    places = (f"{number * step:.0f} {SMALL_HEIGHT * (1 - value / high):.0f}" for number, value in enumerate(values))
    return "M" + "L".join(places)


def trend(
    series: Sequence[tuple[datetime, float]], limits: Iterable[float], start: datetime, end: datetime, high: float = 3.0
) -> Trend:
    """Place a series (oldest first, values from 0 to `high`) between two instants, with lines where the limits are."""
    points = tuple(Point(_x(at, start, end), _y(value, high), value) for at, value in series)
    return Trend(points, _path(series, points), tuple(_y(limit, high) for limit in limits if limit <= high))


def _path(series: Sequence[tuple[datetime, float]], points: Sequence[Point]) -> str:
    steps: list[str] = []
    before: datetime | None = None
    for (at, _), point in zip(series, points, strict=True):
        connected = before is not None and at - before <= LONGEST_GAP
        steps.append(f"{'L' if connected else 'M'}{point.x:.1f} {point.y:.1f}")
        before = at
    return " ".join(steps)


def _x(at: datetime, start: datetime, end: datetime) -> float:
    length = (end - start).total_seconds()
    share = (at - start).total_seconds() / length if length > 0 else 1.0
    return MARGIN + min(max(share, 0.0), 1.0) * (WIDTH - 2 * MARGIN)


def _y(value: float, high: float) -> float:
    return HEIGHT - MARGIN - min(max(value / high, 0.0), 1.0) * (HEIGHT - 2 * MARGIN)
