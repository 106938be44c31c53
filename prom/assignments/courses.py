"""Which occurrences of a plan are due, which comes next, and what is left after its days were moved. PURE.

An occurrence is named once: by its number where the timing has a count, so that what was asked as the third is not
asked again as the third of another day, else by its local day and hour.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from prom.assignments.timing import Occurrence, next_occurrence, occurrences
from prom.pathways.definition import Timing

DAY = timedelta(days=1)
#: From how many occurrences the shortest distance between two is taken.
LOOKED_AT = 8


@dataclass(frozen=True)
class Course:
    """A timing with all that turns it into instants: the anchors' days by code, and the unit's zone."""

    timing: Timing
    anchors: Mapping[str, date]
    zone: ZoneInfo

    @property
    def is_counted(self) -> bool:
        """Whether its occurrences are known by their number."""
        return self.timing.count is not None

    def after_asking(self, asked: int) -> Iterator[Occurrence]:
        """Yield what is left of a counted course, named by number, when so many occurrences are behind."""
        for number, each in enumerate(
            islice(occurrences(self.timing, self.anchors, self.zone), asked, None), asked + 1
        ):
            yield each._replace(name=str(number))

    def since(self, day: date) -> Iterator[Occurrence]:
        """Yield the occurrences on a local day and after it."""
        found = next_occurrence(self.timing, self.anchors, self.zone, day - DAY)
        while found is not None:
            yield found
            found = next_occurrence(self.timing, self.anchors, self.zone, found.name)

    def ahead(self, day: date, opens: datetime, asked: int) -> Iterator[Occurrence]:
        """Yield the occurrence that a plan stands at (its day and instant), and all that follow it."""
        if self.is_counted:
            yield from self.after_asking(asked)
            return
        following = self.since(day)
        first = next(following, None)
        while first is not None and first.day == day and first.instant < opens:
            first = next(following, None)
        if first is None or first.instant != opens:  # the plan stands beside its timing: it is asked once, as it stands
            yield Occurrence(day, opens, day.isoformat())
        if first is not None:
            yield first
        yield from following


def first_of(
    course: Course, window: timedelta, since: datetime, asked: int, latest: datetime | None, used: Collection[str] = ()
) -> tuple[Occurrence | None, int]:
    """Return what a plan is to ask next, and how many occurrences are then behind; None where nothing is left.

    `window` is how long an occurrence can be answered; one whose window was over by `since` is not hers. `asked` are
    behind already, and `latest` is when the last one opened: of a course without a count nothing opens within half a
    period of it, nor under a name that is `used`.
    """
    if course.is_counted:
        return _numbered(course, window, since, asked)
    day = (since - window).astimezone(course.zone).date()
    free = latest + shortest(course, day) / 2 if latest is not None else since - window
    for each in course.since(day):
        if each.instant + window > since and each.instant >= free and each.name not in used:
            return each, asked
    return None, asked


def _numbered(course: Course, window: timedelta, since: datetime, asked: int) -> tuple[Occurrence | None, int]:
    """Once one was asked, none is passed over in silence."""
    for each in course.after_asking(asked):
        if asked or each.instant + window > since:
            return each, int(each.name) - 1
    return None, asked


def shortest(course: Course, day: date) -> timedelta:
    """Return the shortest distance between two of the next occurrences; nothing where there is but one."""
    instants = [each.instant for each in islice(course.since(day), LOOKED_AT)]
    return min((later - earlier for earlier, later in pairwise(instants)), default=timedelta())


@dataclass(frozen=True)
class Due:
    """What a plan asks by now, oldest first, and what it asks next."""

    occurrences: tuple[Occurrence, ...]
    following: Occurrence | None


def due(course: Course, day: date, opens: datetime, asked: int, now: datetime) -> Due:
    """Return what is due of a plan that stands at a day and an instant."""
    found: list[Occurrence] = []
    for each in course.ahead(day, opens, asked):
        if each.instant > now:
            return Due(tuple(found), each)
        found.append(each)
    return Due(tuple(found), None)
