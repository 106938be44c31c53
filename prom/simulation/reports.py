"""Sending a simulated report through the real way in."""

from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import links
from prom.assignments.models import Assignment
from prom.audit.service import Actor
from prom.catalogue.queries import instrument
from prom.responses.service import Authorship, submit
from prom.simulation.clinic import Enrolled
from prom.simulation.courses import Answers
from questionnaires.response import build

#: The language in which nurses write reports down.
STAFF_LANGUAGE = "nb"


def send(
    session: Session, enrolled: Enrolled, assignment: Assignment, answers: Answers, recorded_by: Actor | None = None
) -> bool:
    """Send her report, or what a nurse writes down while she is on the phone; False when it is too late for it."""
    if not links.is_answerable(assignment, clock.now()):
        return False
    source = "proxy" if enrolled.person.by_proxy else "patient"
    _submit(session, assignment, answers, source, recorded_by or Actor(source), enrolled.person.language)
    return True


def record(session: Session, assignment: Assignment, answers: Answers, nurse: Actor) -> None:
    """Record what a nurse herself has assessed."""
    _submit(session, assignment, answers, "staff", nurse, STAFF_LANGUAGE)


def _submit(
    session: Session, assignment: Assignment, answers: Answers, source: str, actor: Actor, language: str
) -> None:
    used = STAFF_LANGUAGE if actor.kind == "clinician" else language
    questionnaire = instrument(session, assignment.questionnaire).questionnaire
    response = build(questionnaire, answers, status="completed", language=used)
    submit(session, assignment.id, response, Authorship(source, actor, used))
