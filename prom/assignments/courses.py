"""Which occurrences of a plan are due, which comes next, and what is left after its days were moved. PURE.

An occurrence is known by its local day, and hour. After a move each day of the moved course is asked by itself, unless
what was asked before stands for it; what that means in each case stands as a table in docs/pathways.md.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from prom.assignments.timing import Occurrence, next_occurrence, occurrences
from prom.pathways.definition import Timing

DAY = timedelta(days=1)
#: From how many occurrences the shortest distance between two is taken.
LOOKED_AT = 8
#: For how long an answer stands for what is asked but once.
ONCE_LASTS = timedelta(days=28)
#: Whoever has just answered, or was just asked by hand, is not asked the same by plan within so long. Our proposal: of
#: a course that asks twice a day it passes over none but what follows at once.
JUST_NOW = timedelta(hours=3)
#: What comes as seldom as this, or but once, is asked after a pause that covered its whole window.
SELDOM = timedelta(days=28)


class Before(NamedTuple):
    """What was asked of her before: when it opened, and when she answered it, or began to; None for not at all."""

    opens: datetime
    answered: datetime | None = None


@dataclass(frozen=True)
class Course:
    """A timing with all that turns it into instants: the anchors' days by code, and the unit's zone."""

    timing: Timing
    anchors: Mapping[str, date]
    zone: ZoneInfo

    @property
    def period(self) -> timedelta | None:
        """The shortest distance between two of its first occurrences; None where there is but one."""
        instants = [each.instant for each in islice(occurrences(self.timing, self.anchors, self.zone), LOOKED_AT)]
        return min((later - earlier for earlier, later in pairwise(instants)), default=None)

    def since(self, day: date) -> Iterator[Occurrence]:
        """Yield the occurrences on a local day and after it."""
        found = next_occurrence(self.timing, self.anchors, self.zone, day - DAY)
        while found is not None:
            yield found
            found = next_occurrence(self.timing, self.anchors, self.zone, found.name)

    def near(self, instant: datetime, distance: timedelta) -> bool:
        """Whether one of its occurrences lies less than a distance from an instant."""
        for each in self.since((instant - distance).astimezone(self.zone).date()):
            if each.instant >= instant + distance:
                return False
            if each.instant > instant - distance:
                return True
        return False

    def ahead(self, day: date, opens: datetime) -> Iterator[Occurrence]:
        """Yield the occurrence that a plan stands at (its day and instant), and all that follow it."""
        following = self.since(day)
        first = next(following, None)
        while first is not None and first.day == day and first.instant < opens:
            first = next(following, None)
        if first is None or first.instant != opens:  # the plan stands beside its timing: it is asked once, as it stands
            yield Occurrence(day, opens, day.isoformat())
        if first is not None:
            yield first
        yield from following


def reach(course: Course, window: timedelta) -> timedelta:
    """Return how far from an occurrence something asked still is that very occurrence: half a period, or its window."""
    period = course.period
    return window if period is None else period / 2


def first_of(
    course: Course, window: timedelta, now: datetime, before: Sequence[Before] = (), used: Collection[str] = ()
) -> Occurrence | None:
    """Return what a plan is to ask next: the newest that can be answered now, else the first ahead; None for nothing.

    `window` is how long an occurrence can be answered. Nothing is asked that what was asked `before` stands for, nor
    under a name that is `used`. What lies further back was never due: nobody is told of it.
    """
    period, newest = course.period, None
    for each in course.since((now - window).astimezone(course.zone).date()):
        if each.instant + window <= now or each.name in used:
            continue
        if any(_stands_for(course, period, window, one, each) for one in before):
            continue
        if each.instant > now:
            return newest or each
        newest = each
    return newest


def _stands_for(course: Course, period: timedelta | None, window: timedelta, before: Before, slot: Occurrence) -> bool:
    if period is None:
        return _stands_for_once(course, window, before, slot)
    free = before.opens + period / 2
    if before.answered is not None:  # what comes every day is asked in the morning after a late answer too
        free = max(free, before.answered + (period - DAY) / 2)
    return slot.instant < free


def _stands_for_once(course: Course, window: timedelta, before: Before, slot: Occurrence) -> bool:
    """An answer from before the day that is counted from says nothing of how she is after it."""
    apart = abs(slot.instant - before.opens)
    if before.answered is None:
        return apart < window
    anchor = course.anchors[course.timing.start.anchor]
    is_too_early = before.answered.astimezone(course.zone).date() <= anchor < slot.day
    return apart < ONCE_LASTS and not is_too_early


@dataclass(frozen=True)
class Due:
    """What a plan asks by now, oldest first, and what it asks next."""

    occurrences: tuple[Occurrence, ...]
    following: Occurrence | None


def due(course: Course, day: date, opens: datetime, now: datetime) -> Due:
    """Return what is due of a plan that stands at a day and an instant."""
    found: list[Occurrence] = []
    for each in course.ahead(day, opens):
        if each.instant > now:
            return Due(tuple(found), each)
        found.append(each)
    return Due(tuple(found), None)


def after_pause(course: Course, found: Due, window: timedelta, now: datetime) -> Due:
    """Let the newest open now, after a pause that covered its whole window, where it comes seldom or but once.

    Not where the next one comes soon, nor where it belongs before the day that is counted from and that has come.
    """
    period, newest = course.period, found.occurrences[-1]
    if newest.instant + window > now or (period is not None and period < SELDOM):
        return found
    if period is not None and found.following is not None and found.following.instant - now < period / 2:
        return found
    if newest.day < course.anchors[course.timing.start.anchor] <= now.astimezone(course.zone).date():
        return found
    return replace(found, occurrences=(*found.occurrences[:-1], newest._replace(instant=now)))
