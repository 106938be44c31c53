"""Where each plan of an episode is to stand, by what its pathway asks, the days it is reckoned from, and the past."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from prom.assignments.before import Past
from prom.assignments.courses import Course, first_of
from prom.assignments.models import Plan
from prom.assignments.telling import INFORMATION, telling
from prom.assignments.timing import Occurrence
from prom.pathways.definition import Asked, InformationItem, Pathway


@dataclass(frozen=True)
class Planned:
    """What the planning of an episode needs to know. A new one has neither plans nor a past."""

    pathway: Pathway
    #: Local days by the anchors' codes.
    anchors: Mapping[str, date]
    zone: ZoneInfo
    now: datetime
    #: Keys of what is asked from an age that she has not reached.
    too_young: frozenset[str] = frozenset()
    plans: Mapping[str, Plan] = field(default_factory=dict)
    past: Mapping[str, Past] = field(default_factory=dict)


def stands(of: Planned, moved: str | None = None) -> Iterator[tuple[str, Occurrence | None]]:
    """Yield the plans that are to stand somewhere, by key, and where; None for never, of a plan that there is.

    `moved` is the anchor that was moved: texts that are reckoned from it are given once more on their new day.
    """
    wanted = {after.plan_key for after in of.pathway.after_answers}  # what an answer asked for stands by itself
    for asked in of.pathway.items:
        if asked.timing is not None and asked.key not in of.too_young:
            wanted.add(asked.key)
            yield from _item(of, asked, Course(asked.timing, of.anchors, of.zone))
    for item in of.pathway.information:
        wanted.add(f"{INFORMATION}{item.key}")
        yield from _text(of, item, is_moved=item.start.anchor == moved)
    for key in of.plans.keys() - wanted:
        yield key, None


def _item(of: Planned, asked: Asked, course: Course) -> Iterator[tuple[str, Occurrence | None]]:
    past = of.past.get(asked.key) or _under_another_key(of, asked)
    following = first_of(course, asked.window.expires, of.now, past.before, past.names)
    if following is not None or asked.key in of.plans:
        yield asked.key, following


def _text(of: Planned, item: InformationItem, *, is_moved: bool) -> Iterator[tuple[str, Occurrence | None]]:
    """A text that was given stands nowhere again, but where its day `is_moved` and lies ahead."""
    key = f"{INFORMATION}{item.key}"
    plan, given = of.plans.get(key), telling(item, of.anchors, of.zone)
    if given is None or (plan is not None and plan.opened and not (is_moved and given.opens > of.now)):
        return
    if given.ends > of.now:
        yield key, Occurrence(given.day, given.opens, given.day.isoformat())
    elif plan is not None:
        yield key, None


def _under_another_key(of: Planned, asked: Asked) -> Past:
    """What was asked of the same questionnaire under a key that another version of the pathway has given up."""
    url, kept = asked.questionnaire.partition("|")[0], {each.key for each in of.pathway.items}
    given_up = [past for key, past in of.past.items() if key not in kept and url in past.urls]
    return Past(before=tuple(each for past in given_up for each in past.before))
