"""Five wrong birth dates: the link is locked, and the clinic is told that somebody else may have her phone."""

from sqlalchemy.orm import Session

from alerts.findings import Finding, Reason
from alerts.rules import Severity
from prom import language
from prom.assignments import personal
from prom.assignments.links import WRONG_BIRTH_DATES
from prom.assignments.models import Assignment
from prom.assignments.service import origin_of
from prom.audit.service import Actor
from prom.pathways.queries import active_episode
from prom.worklist import service as worklist
from questionnaires.definition import Texts

TOPIC = "wrong-person"


def tell_clinic(session: Session, assignment: Assignment, actor: Actor) -> None:
    """Put the locked link on the unit's list; the caller holds the lock on the assignment."""
    worklist.raise_alerts(session, origin_of(assignment), [finding()], actor)


def tell_clinic_of_own_link(session: Session, token: str) -> None:
    """Put on the unit's list that the last wrong birth date has just ended her own link; else nothing happens."""
    link = personal.ended_by_guessing(session, token)
    of = active_episode(session, link.patient_id) if link is not None else None
    if link is not None and of is not None:
        origin = worklist.Origin(of.tenant_id, of.patient_id, of.id, of.unit_id, None)
        worklist.raise_alerts(session, origin, [finding()], Actor("patient", link.id))


def finding() -> Finding:
    """Return the finding that no rule set makes: a nurse looks on the next working day."""
    return Finding(
        rule=TOPIC,
        rule_set="",
        topic=TOPIC,
        severity=Severity.NEXT_WORKING_DAY,
        kind="rule",
        title=_texts("wrong-person.title"),
        instruction=None,
        reason=Reason(TOPIC, {"tries": float(WRONG_BIRTH_DATES)}),
    )


def _texts(key: str) -> Texts:
    return Texts.of({each: language.text(key, each) for each in language.PATIENT_LANGUAGES if language.has(key, each)})
