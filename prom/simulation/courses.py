"""How a patient fares week by week, as answers to the symptom check. PURE, and repeatable: chance is given.

The courses are invented for a lively list and describe no real treatment.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

#: One symptom's questions in the order they are asked, by linkId; the later ones only where the first is above 0.
Symptom = tuple[str, ...]
Answers = dict[str, str | float]

RED_FLAGS = ("shivering", "chest-pain", "breathless-at-rest", "bleeding", "confusion", "leg-weakness", "fluids")
WORST = 4
FEVER = (38.0, 39.4)
NO_FEVER = (36.2, 37.5)


class Kind(StrEnum):
    """The shape of a course."""

    STEADY = "steady"
    #: Worse in the week after each treatment, every third week.
    CYCLIC = "cyclic"
    WORSENING = "worsening"
    IMPROVING = "improving"
    #: Quiet, with one bad fortnight.
    STORM = "storm"
    #: Often does not answer.
    SILENT = "silent"


#: Ten patients' courses, again and again.
KINDS = (
    Kind.STEADY, Kind.CYCLIC, Kind.STEADY, Kind.WORSENING, Kind.STEADY, Kind.SILENT, Kind.CYCLIC, Kind.IMPROVING,
    Kind.STEADY, Kind.STORM,
)  # fmt: skip


@dataclass(frozen=True)
class Course:
    """One patient's course: her own symptoms with their weight (0-4), and what else she is likely to tell."""

    kind: Kind
    #: How strong each of her symptoms is on an ordinary week.
    burdens: Mapping[Symptom, float]
    #: Symptoms that she does not have, but is asked about.
    others: Sequence[Symptom]
    storm_week: int
    weight: float
    weight_lost_weekly: float
    free_texts: Sequence[str] = field(default=())

    def week(self, week: int, chance: random.Random) -> Answers:
        """Return a complete, valid report for a week of treatment, counted from 0."""
        answers: Answers = {**_no_red_flag(chance)}
        for symptom, burden in self.burdens.items():
            answers |= _asked(symptom, burden * self._strength(week) + chance.gauss(0, 0.35), chance)
        for symptom in self.others:
            answers |= _asked(symptom, 1.0 if chance.random() < 0.04 else 0.0, chance)
        answers |= self._closing(week, chance)
        if chance.random() < 0.012:
            answers |= _red_flag(chance)
        return answers

    def mild(self, chance: random.Random) -> Answers:
        """Return a report in which nothing calls for anybody; what is to be told is put on top of it."""
        answers: Answers = {**_no_red_flag(chance), "contact": "no"}
        for position, symptom in enumerate((*self.burdens, *self.others)):
            answers |= _asked(symptom, 1.0 if position == 0 else 0.0, chance, steady=True)
        return answers

    def _strength(self, week: int) -> float:
        match self.kind:
            case Kind.CYCLIC:
                return 1.45 if week % 3 == 0 else 0.75
            case Kind.WORSENING:
                return 0.6 + 0.13 * week
            case Kind.IMPROVING:
                return max(1.8 - 0.13 * week, 0.3)
            case Kind.STORM:
                return 2.3 if week in (self.storm_week, self.storm_week + 1) else 0.6
            case _:
                return 0.85

    def _closing(self, week: int, chance: random.Random) -> Answers:
        answers: Answers = {"contact": "no"}
        if chance.random() < 0.6:
            answers["weight"] = round(self.weight - self.weight_lost_weekly * week + chance.gauss(0, 0.3), 1)
        if self.free_texts and chance.random() < 0.04:
            answers["free-text"] = chance.choice(self.free_texts)
        if chance.random() < 0.03:
            answers["contact"] = "can-wait"
        return answers


def course(number: int, symptoms: Sequence[Symptom], free_texts: Sequence[str], chance: random.Random) -> Course:
    """Make the course of the patient with this number."""
    own = chance.sample(list(symptoms), chance.randint(3, 5))
    return Course(
        kind=KINDS[number % len(KINDS)],
        burdens={symptom: chance.uniform(0.6, 1.5) for symptom in own},
        others=[symptom for symptom in symptoms if symptom not in own],
        storm_week=chance.randint(2, 9),
        weight=round(chance.uniform(52, 98), 1),
        weight_lost_weekly=chance.choice((0.0, 0.0, 0.1, 0.4)),
        free_texts=free_texts,
    )


def _asked(symptom: Symptom, burden: float, chance: random.Random, *, steady: bool = False) -> Answers:
    first = _step(burden)
    answers: Answers = {symptom[0]: str(first)}
    if first > 0:
        # The attributes of one symptom go together, give or take one step.
        answers |= {
            item: str(max(_step(first + (0 if steady else chance.choice((-1, 0, 0)))), 1)) for item in symptom[1:]
        }
    return answers


def _step(burden: float) -> int:
    return min(max(round(burden), 0), WORST)


def _no_red_flag(chance: random.Random) -> Answers:
    answers: Answers = dict.fromkeys(RED_FLAGS, "no")
    if chance.random() < 0.35:
        return {"temperature-measured": "yes", "temperature": round(chance.uniform(*NO_FEVER), 1), **answers}
    return {"temperature-measured": "no", **answers}


def _red_flag(chance: random.Random) -> Answers:
    if chance.random() < 0.5:
        return {"temperature-measured": "yes", "temperature": round(chance.uniform(*FEVER), 1)}
    return {chance.choice(RED_FLAGS): chance.choice(("last-24-hours", "now"))}
