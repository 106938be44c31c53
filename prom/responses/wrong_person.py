"""Five wrong birth dates: the link is locked, and the clinic is told that somebody else may have her phone."""

from sqlalchemy.orm import Session

from alerts.findings import Finding, Reason
from alerts.rules import Severity
from prom import language
from prom.assignments.links import WRONG_BIRTH_DATES
from prom.assignments.models import Assignment
from prom.assignments.service import origin_of
from prom.audit.service import Actor
from prom.worklist import service as worklist
from questionnaires.definition import Texts

TOPIC = "wrong-person"


def tell_clinic(session: Session, assignment: Assignment, actor: Actor) -> None:
    """Put the locked link on the unit's list; the caller holds the lock on the assignment."""
    worklist.raise_alerts(session, origin_of(assignment), [finding()], actor)


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
