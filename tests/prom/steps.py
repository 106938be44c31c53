"""The steps that tests of services share: asking, answering, and reading what came of it. No pages."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from prom import clock
from prom.assignments import links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment, Visit
from prom.audit.service import Actor
from prom.config import Settings
from prom.db import Base, reading, transaction
from prom.pathways.queries import episode
from prom.patients import sealing
from prom.responses import service as responses
from prom.responses.service import Authorship, Receipt
from prom.worklist.models import Alert, AlertEvent
from prom.worklist.queries import evidence_of
from questionnaires.answers import QuestionnaireResponse
from questionnaires.library import load
from questionnaires.response import build
from tests.conftest import Hospital

RED_FLAGS = ("shivering", "chest-pain", "breathless-at-rest", "bleeding", "confusion", "leg-weakness", "fluids")
#: The first question of each symptom; the others are asked where this is more than 0.
SYMPTOMS = (
    "nausea-frequency",
    "vomiting-frequency",
    "appetite-severity",
    "diarrhoea-frequency",
    "constipation-severity",
    "mouth-sores-severity",
    "breathlessness-severity",
    "cough-severity",
    "fatigue-severity",
    "pain-frequency",
    "numbness-severity",
    "skin-rash-severity",
    "hands-feet-severity",
    "sleep-severity",
    "dizziness-severity",
    "low-mood-frequency",
    "worry-frequency",
)
WELL: dict[str, Any] = {
    "temperature-measured": "no",
    **dict.fromkeys(RED_FLAGS, "no"),
    **dict.fromkeys(SYMPTOMS, "0"),
    "contact": "no",
}
FEVER = {**WELL, "temperature-measured": "yes", "temperature": 39.8}
#: One symptom, rash, at a level that is its severity alone: "2" is level 2, "3" level 3.
RASH = {level: {**WELL, "skin-rash-severity": level} for level in ("1", "2", "3")}

PATIENT = Actor("patient")

Row = TypeVar("Row")


def later(**step: float) -> None:
    """Let time pass."""
    clock.move_to(clock.now() + timedelta(**step))


def rows(query: Select[Row]) -> list[Row]:
    """Return what a query finds, to be looked at after the session has ended."""
    with reading() as session:
        found = list(session.scalars(query))
        session.expunge_all()
    return found


def count(model: type[Base], *conditions: ColumnElement[bool]) -> int:
    """How many rows a table has."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def ask(settings: Settings) -> uuid.UUID:
    """Open all that is due and return the assignment that can be answered now."""
    with transaction() as session:
        while due := assignments.due_plans(session):
            made = assignments.open_planned(session, due[0], settings)
    assert made is not None
    assert made.status == "open"
    return made.id


def ask_again(hospital: Hospital) -> uuid.UUID:
    """Make what "I am worse: report again" asks, and return its id."""
    with transaction() as session:
        return assignments.report_again(session, episode(session, hospital.episode.id), PATIENT).id


def response_of(answers: Mapping[str, Any], name: str = "symptom-check") -> QuestionnaireResponse:
    """Build a complete response to a shipped questionnaire from a flat mapping of answers."""
    return build(load(name).questionnaire, answers, language="nb")


def send(
    assignment_id: uuid.UUID,
    answers: Mapping[str, Any],
    *,
    source: str = "patient",
    actor: Actor = PATIENT,
    authored_at: datetime | None = None,
) -> Receipt:
    """Submit answers to the symptom check in a transaction of their own."""
    with transaction() as session:
        by = Authorship(source, actor, "nb", authored_at)
        return responses.submit(session, assignment_id, response_of(answers), by)


def visit_of(session: Session, assignment_id: uuid.UUID) -> Visit:
    """Begin a visit whose birth date is confirmed already."""
    token = links.begin_visit(session, session.get_one(Assignment, assignment_id), confirmed=True)
    session.flush()
    return links.find_visit(session, token)


@dataclass(frozen=True)
class Seen:
    """An alert with everything about it opened."""

    alert: Alert
    topic: str
    #: The findings that still stand, oldest first.
    findings: tuple[Mapping[str, Any], ...]
    #: The responses that these came from; None for a begun form and for silence.
    responses: frozenset[uuid.UUID | None]
    verbs: tuple[str, ...]

    @property
    def rules(self) -> set[str]:
        """The rules of what still stands."""
        return {finding["rule"] for finding in self.findings}

    @property
    def short(self) -> tuple[str, int, str]:
        """Topic, severity and state."""
        return self.topic, self.alert.severity, self.alert.state


def alerts(topic: str | None = None) -> list[Seen]:
    """Return all alerts, or those of one topic, in the order of their raising; withdrawn evidence is left out."""
    with reading() as session:
        rows = session.scalars(select(Alert).order_by(Alert.raised_at, Alert.id)).all()
        found = [_seen(session, row) for row in rows]
        session.expunge_all()
    return [each for each in found if topic in (None, each.topic)]


def the_alert(topic: str) -> Seen:
    """Return the only alert of a topic."""
    (found,) = alerts(topic)
    return found


def short() -> set[tuple[str, int, str]]:
    """Return topic, severity and state of every alert."""
    return {each.short for each in alerts()}


def _seen(session: Session, row: Alert) -> Seen:
    standing = [each for each in evidence_of(session, [row])[row.id] if each.row.withdrawn_at is None]
    verbs = session.scalars(select(AlertEvent.verb).where(AlertEvent.alert_id == row.id).order_by(AlertEvent.id))
    topic = sealing.open_column(session, row, "topic")["topic"]
    findings = tuple(each.finding for each in standing)
    return Seen(row, topic, findings, frozenset(each.row.response_id for each in standing), tuple(verbs))
