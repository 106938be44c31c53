"""Alerts in words: what each is about, why it was raised, and what was done, in the caller's language."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from alerts.rules import Severity
from prom.clinic import reasons
from prom.clinic.queries import units_by_id
from prom.clinic.vocabulary import NAMELESS, Names, Reader, names_of
from prom.responses import wording
from prom.staff.models import Unit
from prom.staff.queries import clinician_names
from prom.worklist.models import Alert
from prom.worklist.queries import OpenedEvent, OpenedEvidence, events_of, evidence_of, still_standing
from questionnaires.definition import Texts


@dataclass(frozen=True)
class _Opened:
    """All that alerts are written from."""

    evidence: Mapping[uuid.UUID, Sequence[OpenedEvidence]]
    names: Mapping[str, Names]
    units: Mapping[uuid.UUID, Unit]
    clinicians: Mapping[uuid.UUID, str]
    language: str

    def clinician(self, clinician_id: uuid.UUID | None) -> dict[str, Any] | None:
        """Return who this is, by name; None for nobody."""
        return {"id": clinician_id, "name": self.clinicians.get(clinician_id, "")} if clinician_id else None


def shown(session: Session, alerts: Sequence[Alert], language: str) -> list[dict[str, Any]]:
    """Open alerts with their evidence, in a fixed number of queries. Whoever shows them writes the audit record."""
    opened = _open(session, alerts, language)
    return [_alert(alert, opened) for alert in alerts]


def with_events(session: Session, alert: Alert, language: str) -> dict[str, Any]:
    """Open one alert with what was done about it. Whoever shows it writes the audit record."""
    events = events_of(session, [alert]).get(alert.id, [])
    opened = _open(session, [alert], language, [event.row.clinician_id for event in events])
    return {**_alert(alert, opened), "events": [_event(event, opened) for event in events]}


def _open(session: Session, alerts: Sequence[Alert], language: str, people: Sequence[uuid.UUID | None] = ()) -> _Opened:
    evidence = evidence_of(session, alerts)
    known = (*people, *(alert.claimed_by for alert in alerts))
    return _Opened(
        evidence=evidence,
        names=names_of(session, (each.row.rules for found in evidence.values() for each in found)),
        units=units_by_id(session, (alert.unit_id for alert in alerts)),
        clinicians=clinician_names(session, [each for each in known if each is not None]),
        language=language,
    )


def _alert(alert: Alert, opened: _Opened) -> dict[str, Any]:
    reader = Reader(opened.language, opened.units[alert.unit_id].zone)
    found = reasons.in_reading_order(opened.evidence.get(alert.id, ()))
    standing = still_standing(found, alert.severity)
    return {
        "id": alert.id,
        "version": alert.version,
        "patient": alert.patient_id,
        "episode": alert.episode_id,
        "unit": alert.unit_id,
        "title": reasons.title_of(standing[0].finding, reader) if standing else "",
        "severity": Severity(alert.severity).word,
        "state": alert.state,
        "raised_at": alert.raised_at,
        "waiting_since": alert.waiting_since,
        "next_action_at": alert.next_action_at,
        "acknowledged_by": opened.clinician(alert.claimed_by),
        "acknowledged_at": alert.acknowledged_at,
        "escalations": alert.escalations,
        "new_evidence": alert.new_evidence,
        "closed_at": alert.closed_at,
        "evidence": [_evidence(each, opened, opened.units[alert.unit_id], reader) for each in found],
    }


def _evidence(evidence: OpenedEvidence, opened: _Opened, unit: Unit, reader: Reader) -> dict[str, Any]:
    row, finding = evidence.row, evidence.finding
    names = opened.names.get(row.rules, NAMELESS)
    why = reasons.explained(finding, names, reader)
    told = finding["instruction"]
    return {
        "id": row.id,
        "title": reasons.title_of(finding, reader),
        "reason": reasons.marked(why, evidence, reader),
        "severity": Severity(row.severity).word,
        "instruction": wording.instruction(Texts.of(told), unit.phone, reader.language).text if told else None,
        "rule": finding["rule"],
        "rules": row.rules,
        "procedure": names.procedures.get(finding["rule"]),
        "response": row.response_id,
        "assignment": row.assignment_id,
        "found_at": row.found_at,
        "withdrawn_at": row.withdrawn_at,
    }


def _event(event: OpenedEvent, opened: _Opened) -> dict[str, Any]:
    return {
        "at": event.row.at,
        "verb": event.row.verb,
        "state": event.row.state,
        "clinician": opened.clinician(event.row.clinician_id),
        "outcome": event.outcome,
        "place": event.place,
        "note": event.note,
    }
