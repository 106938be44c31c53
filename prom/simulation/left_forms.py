"""Forms that the patients of a simulation begin and leave: some are finished later, some never."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.rules import Severity
from prom import clock
from prom.assignments.models import Assignment, Visit
from prom.catalogue.queries import instrument
from prom.pathways.definition import Pathway
from prom.responses import drafts
from prom.simulation.filling_in import filled_in
from prom.simulation.lives import Life

#: How often a form is left in the middle, how often she comes back to it, and within how many hours.
LEAVES, COMES_BACK, WITHIN_HOURS = 0.08, 0.5, 60


@dataclass(frozen=True)
class Left:
    """A form that she left: when she last saved an answer, and whether what she had typed is an emergency."""

    at: datetime
    is_emergency: bool


def leaves(chance: random.Random) -> bool:
    """Whether she leaves the form that she has just opened."""
    return chance.random() < LEAVES


def back_after(chance: random.Random) -> timedelta | None:
    """How long after leaving it she comes back; None = never."""
    luck, hours = chance.random(), chance.uniform(0.2, WITHIN_HOURS)
    return timedelta(hours=hours) if luck < COMES_BACK else None


def leave(session: Session, life: Life, visit: Visit, pathway: Pathway) -> Left | None:
    """Let her answer some questions, page by page as they are saved, and go; returns how it was left.

    Returns None where she goes on and sends after all: she has nothing to answer, so that nothing is begun; or what she
    told of is something the pathway asks about again, whose day is counted from her answer.
    """
    person, chance = life.fate.person, life.fate.chance
    form = instrument(session, session.get_one(Assignment, visit.assignment_id).questionnaire).questionnaire
    given = filled_in(form, chance, person.language, life.fate.worse).flat()
    pages = list(given)[: chance.randint(1, max(len(given) - 1, 1))]
    if not pages:
        return None
    asked_again = {after.finding for after in pathway.after_answers}
    found = [each for page in pages for each in drafts.save_answer(session, visit, page, given[page], person.language)]
    if any(each.rule in asked_again for each in found):
        return None
    return Left(clock.now(), any(each.severity == Severity.EMERGENCY for each in found))
