"""What the tests of duties share: findings of any severity, raised without a questionnaire."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from alerts.findings import Finding, Reason
from alerts.rules import Severity
from prom.db import new_id, transaction
from prom.worklist import service as worklist
from prom.worklist.models import Alert
from prom.worklist.service import Origin
from questionnaires.definition import Texts
from tests.conftest import Hospital
from tests.prom.steps import Seen, the_alert


def finding(severity: Severity = Severity.SAME_DAY, rule: str = "severe", topic: str = "nausea") -> Finding:
    """A finding as a rule makes it."""
    title = Texts.of({"nb": "Kvalme", "nn": "Kvalme", "en": "Nausea"})
    reason = Reason("threshold", {"name": topic, "value": 3.0})
    return Finding(rule, "urn:prom:rules:test|1.0.0", topic, severity, "rule", title, None, reason)


def origin(hospital: Hospital) -> Origin:
    """Where findings come from: another response to another assignment each time."""
    return Origin(
        tenant_id=hospital.tenant.id,
        patient_id=hospital.patient.id,
        episode_id=hospital.episode.id,
        unit_id=hospital.unit.id,
        assignment_id=new_id(),
        response_id=new_id(),
    )


def put(hospital: Hospital, *findings: Finding, of: Origin | None = None) -> Origin:
    """Raise findings in a transaction of their own; returns where they came from."""
    source = of or origin(hospital)
    with transaction() as session:
        worklist.raise_alerts(session, source, findings or (finding(),))
    return source


def act(hospital: Hospital, verb: Callable[..., None], *words: Any, topic: str = "nausea") -> Seen:
    """Let the nurse do something to the alert of a topic, in its newest version; returns it as it then stands."""
    seen = the_alert(topic)
    with transaction() as session:
        verb(session, _row(session, seen), seen.alert.version, hospital.nurse_actor, *words)
    return the_alert(topic)


def _row(session: Session, seen: Seen) -> Alert:
    return session.get_one(Alert, seen.alert.id)
