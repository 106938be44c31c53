"""The evidence that alerts stand on: how a finding is stored, and when one is the same as another."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from alerts.findings import Finding, Kind
from alerts.lifecycle import State, is_open
from prom import clock
from prom.db import new_id
from prom.patients import sealing
from prom.worklist.models import Alert, Evidence


@dataclass(frozen=True)
class Origin:
    """Where findings come from: ids only. `response_id` is None for a half-filled form and for silence.

    `assignment_id` is None for what she wrote of her own accord, which is new each time.
    """

    tenant_id: uuid.UUID
    patient_id: uuid.UUID
    episode_id: uuid.UUID
    unit_id: uuid.UUID
    assignment_id: uuid.UUID | None
    response_id: uuid.UUID | None = None


#: Rule, topic and kind: a rule that could not be assessed and then fires for real gives two findings, not one.
FindingIdentity = tuple[str, str, str]
#: The same, and the answers that the finding was made over.
FindingOverAnswers = tuple[FindingIdentity, tuple[tuple[str, Any], ...]]

UNASSESSED: Kind = "could not be assessed"


def identity_of(finding: Finding) -> FindingIdentity:
    """Return what makes a finding the same as another of the same report."""
    return finding.rule, finding.topic, finding.kind


def identity_in(document: Mapping[str, Any]) -> FindingIdentity:
    """Return the same of a finding as it was stored."""
    return document["rule"], document["topic"], document["kind"]


def beyond(findings: Iterable[Finding], earlier: Iterable[Finding]) -> list[Finding]:
    """Return what the earlier findings do not hold: of another rule, or over another answer (38.0, then 40.5)."""
    held = {over_answers(as_document(each)) for each in earlier}
    return [each for each in findings if over_answers(as_document(each)) not in held]


def over_answers(document: Mapping[str, Any]) -> FindingOverAnswers:
    """Return what a stored finding is and over which answers it was made."""
    answers = ((name, value) for name, value in document["reason"]["values"].items() if name.endswith("value"))
    return identity_in(document), tuple(sorted(answers))


_OF_THIS_FORM = (
    select(Evidence, Alert.state)
    .join(Alert, Alert.id == Evidence.alert_id)
    .where(Evidence.assignment_id == bindparam("assignment"), Evidence.withdrawn_at.is_(None))
    .where(or_(Evidence.response_id.is_(None), Evidence.response_id == bindparam("response")))
    .order_by(Evidence.found_at, Evidence.id)
)


def known_evidence(session: Session, origin: Origin) -> dict[FindingOverAnswers, Evidence]:
    """The evidence that this form has given: by saving, by silence, or by this very response when it is judged again.

    What could not be assessed says nothing of the answers, so it is known only for the same response, or for what was
    saved while its alert is still open: a whole report that nobody can judge is more than a begun one. What a clinician
    has called a mistake while she was answering, and she sends all the same, is news.
    """
    rows = session.execute(_OF_THIS_FORM, {"assignment": origin.assignment_id, "response": origin.response_id})
    known = {}
    for row, state in rows:
        if state == State.ENTERED_IN_ERROR and row.response_id is None and origin.response_id is not None:
            continue
        document = sealing.open_column(session, row, "finding")
        of_this_response = row.response_id is not None
        of_this_begun_form = origin.response_id is None and is_open(State(state))
        if document["kind"] != UNASSESSED or of_this_response or of_this_begun_form:
            known[over_answers(document)] = row
    return known


def of_finding(session: Session, origin: Origin, alert: Alert, finding: Finding) -> Evidence:
    """Make the row of a finding that an alert stands on, sealed; the caller writes it."""
    return _row(session, origin, finding, alert.id, None)


def held(session: Session, origin: Origin, finding: Finding, decision_id: uuid.UUID) -> Evidence:
    """Make the row of a finding that a decision holds back, sealed; the caller writes it."""
    return _row(session, origin, finding, None, decision_id)


def _row(
    session: Session, origin: Origin, finding: Finding, alert_id: uuid.UUID | None, decision_id: uuid.UUID | None
) -> Evidence:
    evidence = Evidence(
        id=new_id(),
        tenant_id=origin.tenant_id,
        patient_id=origin.patient_id,
        alert_id=alert_id,
        held_by=decision_id,
        response_id=origin.response_id,
        assignment_id=origin.assignment_id,
        rules=finding.rule_set,
        severity=finding.severity,
        found_at=clock.now(),
    )
    sealing.seal(session, evidence, "finding", as_document(finding))
    return evidence


def as_document(finding: Finding) -> dict[str, Any]:
    """Write a finding as the JSON document that is sealed."""
    return {
        "rule": finding.rule,
        "topic": finding.topic,
        "kind": finding.kind,
        "title": dict(finding.title.by_language),
        "instruction": dict(finding.instruction.by_language) if finding.instruction else None,
        "reason": {"code": finding.reason.code, "values": dict(finding.reason.values)},
    }
