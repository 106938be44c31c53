"""What a patient writes in her own words: a duty for her unit the same day, with the words sealed in its evidence."""

import uuid

from sqlalchemy.orm import Session

from alerts.findings import Finding, Reason
from alerts.rules import Severity
from prom import language
from prom.audit.service import Actor
from prom.pathways.models import Episode
from prom.worklist import service as worklist
from questionnaires.definition import Texts

TOPIC = "sms"


def forward(session: Session, of: Episode, words: str, incoming_id: uuid.UUID, *, shared: bool) -> None:
    """Put her words on her unit's list; `shared` where two patients have the number, and either may have written.

    The incoming message is the actor: nobody has confirmed whose hand it was.
    """
    origin = worklist.Origin(of.tenant_id, of.patient_id, of.id, of.unit_id, None)
    worklist.raise_alerts(session, origin, [finding(words, shared=shared)], Actor("patient", incoming_id))


def finding(words: str, *, shared: bool = False) -> Finding:
    """Return the finding that no rule set makes: a nurse makes contact the same working day.

    Nobody has judged it, so it asks for what the design's table asks for where something could not be assessed.
    """
    return Finding(
        rule=TOPIC,
        rule_set="",
        topic=TOPIC,
        severity=Severity.SAME_DAY,
        kind="rule",
        title=_texts("sms.alert.shared" if shared else "sms.alert"),
        instruction=None,
        reason=Reason("sms", {"words": words}),
    )


def _texts(key: str) -> Texts:
    return Texts.of({each: language.text(key, each) for each in language.PATIENT_LANGUAGES if language.has(key, each)})
