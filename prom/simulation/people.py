"""The people of the synthetic clinic: names that say what they are, and official synthetic identity numbers. PURE."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from prom.patients.national_number import WEIGHTS_1, WEIGHTS_2
from questionnaires.documents import read

#: Everything in the clinic that has words.
WORDS: Mapping[str, Any] = read(Path(__file__).with_name("clinic.yaml"))
#: Ten patients' languages, again and again.
LANGUAGES = ("nb", "nb", "nn", "nb", "en", "nb", "nb", "se", "nb", "nn")
#: Added to the month in the numbers of Skatteetaten's test population, Tenor (clinical.md 5.1).
TENOR_MONTH = 80
YOUNGEST_BORN, OLDEST_BORN = date(2000, 12, 31), date(1940, 1, 1)
#: The first of 9999 mobile numbers that no operator has.
FIRST_MOBILE = 4799990101


@dataclass(frozen=True)
class Person:
    """A synthetic patient before she is registered. `number` counts from 0 and tells her apart."""

    number: int
    given: str
    family: str
    national_number: str
    birth_date: date
    mobile: str
    language: str
    #: Position of her unit in the clinic's list.
    unit: int
    #: Whether somebody close to her answers for her.
    by_proxy: bool
    treatment: Mapping[str, Any]

    def age(self, on: date) -> int:
        """The age in whole years, for choosing who is asked about frailty."""
        return (on - self.birth_date).days // 365


def people(count: int, chance: random.Random) -> list[Person]:
    """Make so many people; raises ValueError for more than there are names."""
    names = [(given, family) for family in WORDS["family"] for given in WORDS["given"]]
    if count > len(names):
        raise ValueError(f"there are names for {len(names)} patients")
    return [_person(number, *names[number], chance) for number in range(count)]


def _person(number: int, given: str, family: str, chance: random.Random) -> Person:
    born = OLDEST_BORN + timedelta(days=chance.randrange((YOUNGEST_BORN - OLDEST_BORN).days))
    # A person's own number within her birth date, so that no two are the same.
    return person(number, given, family, born, next(tenor_numbers(born, first=number)))


def person(number: int, given: str, family: str, born: date, national_number: str) -> Person:
    """Make the person of a number; all else about her follows from it."""
    return Person(
        number=number,
        given=given,
        family=family,
        national_number=national_number,
        birth_date=born,
        mobile=f"+{FIRST_MOBILE + number}",
        language=LANGUAGES[number % len(LANGUAGES)],
        unit=0 if number % 5 < 3 else 1,
        by_proxy=number % 17 == 5,
        treatment=WORDS["treatments"][number % len(WORDS["treatments"])],
    )


def tenor_numbers(born: date, first: int = 0) -> Iterator[str]:
    """Yield the synthetic identity numbers of a birth date from 1900 on, by rising individual number."""
    start = 0 if born.year < 2000 else 500
    for individual in range(start + first, start + 500):
        head = f"{born:%d}{born.month + TENOR_MONTH:02}{born:%y}{individual:03}"
        first_control = _control(head, WEIGHTS_1)
        second_control = _control(f"{head}{first_control}", WEIGHTS_2)
        if first_control < 10 and second_control < 10:
            yield f"{head}{first_control}{second_control}"


def _control(digits: str, weights: tuple[int, ...]) -> int:
    """A control digit; 10 = there is none, and the number is not given out."""
    return -sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False)) % 11
