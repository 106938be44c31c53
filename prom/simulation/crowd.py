"""The people of a clinic of any size, what will befall each of them, and how they are with messages. PURE."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from prom.simulation.people import FIRST_MOBILE, OLDEST_BORN, WORDS, YOUNGEST_BORN, Person, person, tenor_numbers

#: Numbers of those 9999 that no operator has; in a larger clinic several share one, as families do.
MOBILES = 9800
#: Of a hundred patients in a year: so many die, want no SMS, are moved to another unit, and end the pathway early.
DIE, OPT_OUT, MOVE, END = 6, 4, 5, 6
#: Of a hundred, so many are admitted or away once; and of those, so many come back sooner than planned.
PAUSE, BACK_SOONER = 30, 40
#: Of a hundred, so many often leave a question unanswered.
OFTEN_SILENT = 12


@dataclass(frozen=True)
class Fate:
    """What befalls a patient, as the time after she was registered; None for what does not."""

    person: Person
    #: When she is registered, as a share of the time in which patients come.
    comes: float
    chance: random.Random = field(repr=False, compare=False)
    often_silent: bool = False
    #: Above 1 for those who fare worse.
    worse: float = 1.0
    dies: timedelta | None = None
    opts_out: timedelta | None = None
    moves: timedelta | None = None
    ends: timedelta | None = None
    pauses: timedelta | None = None
    pause_lasts: timedelta = timedelta(days=7)
    back_after: timedelta | None = None


def crowd(count: int, days: float, seed: int) -> list[Fate]:
    """Make so many people with what befalls them in so many days; the same for the same seed."""
    chance, taken = random.Random(f"{seed} crowd"), set[str]()
    return [_fate(number, days, random.Random(f"{seed} fate {number}"), chance, taken) for number in range(count)]


def shared_out(people: Sequence[Fate], part: int, parts: int) -> Sequence[Fate]:
    """Return one part of the people; the parts have equally much to do, though people take the pathways in turn."""
    if parts == 1:
        return people
    return random.Random(parts).sample(people, len(people))[part::parts]


def _fate(number: int, days: float, own: random.Random, chance: random.Random, taken: set[str]) -> Fate:
    within = timedelta(days=days)
    fate = Fate(
        person=_person(number, chance, taken),
        comes=own.random() * (0.05 if own.random() < 0.7 else 1.0),
        chance=own,
        often_silent=own.random() * 100 < OFTEN_SILENT,
        worse=own.choice((0.5, 1.0, 1.0, 1.0, 2.0)),
        dies=_once(own, DIE * days / 365, within),
        opts_out=_once(own, OPT_OUT * days / 365, within),
        moves=_once(own, MOVE * days / 365, within),
        ends=_once(own, END * days / 365, within),
        pauses=_once(own, PAUSE, within),
        pause_lasts=timedelta(days=own.randint(2, 14), hours=own.randint(0, 23)),
    )
    if own.random() * 100 < BACK_SOONER:
        return replace(fate, back_after=fate.pause_lasts * own.random())
    return fate


def _once(own: random.Random, percent: float, within: timedelta) -> timedelta | None:
    """A moment within the time, for so many of a hundred."""
    luck, share = own.random() * 100, own.random()
    return within * share if luck < percent else None


def _person(number: int, chance: random.Random, taken: set[str]) -> Person:
    names = [(given, family) for family in WORDS["family"] for given in WORDS["given"]]
    given, family = names[number % len(names)]
    again = number // len(names)
    born = OLDEST_BORN + timedelta(days=chance.randrange((YOUNGEST_BORN - OLDEST_BORN).days))
    national_number = next(each for each in tenor_numbers(born) if each not in taken)
    taken.add(national_number)
    made = person(number, given, f"{family} {again + 1}" if again else family, born, national_number)
    return replace(made, mobile=f"+{FIRST_MOBILE + number % MOBILES}")
