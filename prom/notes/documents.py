"""The note as a FHIR R4 document: what the alert was (DetectedIssue), what she answered, what it was worth.

Everything that it points at lies in it, so that a record system can read it alone.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any

from prom.notes.composing import Answered, Closing, Score, text_of

#: The names under which Norwegian numbers of persons stand in FHIR: birth numbers, and D-numbers, which begin with 4-7.
BIRTH_NUMBER, D_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2"
LOINC, ABSENT = "http://loinc.org", "http://terminology.hl7.org/CodeSystem/data-absent-reason"
SCALE = "urn:prom:scale"
#: R4 knows three severities of an issue: what may end a life, what needs somebody today, and the rest.
SEVERITY = {"emergency": "high", "same-day": "moderate", "next-working-day": "low", "at-visit": "low"}

Resource = dict[str, Any]


def document_of(closing: Closing, note_id: uuid.UUID, replaces: uuid.UUID | None) -> Resource:
    """Return the Bundle of a note; `replaces` is the note that said what was a mistake."""
    responses = [_response(closing, report) for report in closing.reports]
    scores = [_observation(closing, report, score) for report in closing.reports for score in report.scores]
    issue = _issue(closing)
    composition = _composition(closing, note_id, replaces, [issue, *responses, *scores])
    return {
        "resourceType": "Bundle",
        "identifier": _identifier(note_id),
        "type": "document",
        "timestamp": _instant(closing.closed_at),
        "entry": [
            {"fullUrl": _urn(each["id"]), "resource": each}
            for each in (composition, _patient(closing), *_authors(closing), issue, *responses, *scores)
        ],
    }


def _composition(closing: Closing, note_id: uuid.UUID, replaces: uuid.UUID | None, entries: list[Resource]) -> Resource:
    words = "".join(f"<p>{escape(line)}</p>" for line in text_of(closing).splitlines() if line)
    section = {
        "title": closing.heading,
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'},
        "entry": [_reference(each["id"]) for each in entries],
    }
    made: Resource = {
        "resourceType": "Composition",
        "id": str(uuid.uuid5(note_id, "composition")),
        "language": closing.reader.language,
        "identifier": _identifier(note_id),
        "status": "entered-in-error" if closing.is_mistake else "final",
        "type": {"coding": [{"system": LOINC, "code": "11506-3", "display": "Progress note"}]},
        "subject": _reference(closing.person.patient_id),
        "date": _instant(closing.closed_at),
        "author": [_reference(closing.closed_by.id if closing.closed_by is not None else closing.unit.id)],
        "title": closing.reader.text("note.title"),
        "custodian": _reference(closing.unit.id),
        "section": [section],
    }
    if replaces is not None:
        made["relatesTo"] = [{"code": "replaces", "targetIdentifier": _identifier(replaces)}]
    return made


def _patient(closing: Closing) -> Resource:
    person = closing.person
    system = D_NUMBER if person.national_number[:1] in "4567" else BIRTH_NUMBER
    return {
        "resourceType": "Patient",
        "id": str(person.patient_id),
        "identifier": [{"system": system, "value": person.national_number}],
        "name": [{"family": person.family, "given": person.given.split()}],
        "birthDate": person.birth_date.isoformat(),
    }


def _authors(closing: Closing) -> Iterator[Resource]:
    yield {"resourceType": "Organization", "id": str(closing.unit.id), "name": closing.unit.name}
    if closing.closed_by is not None:
        name = closing.closed_by.display_name
        yield {"resourceType": "Practitioner", "id": str(closing.closed_by.id), "name": [{"text": name}]}


def _issue(closing: Closing) -> Resource:
    issue: Resource = {
        "resourceType": "DetectedIssue",
        "id": str(closing.alert.id),
        "status": "entered-in-error" if closing.is_mistake else "final",
        "code": {"text": closing.title or closing.heading},
        "severity": SEVERITY[closing.severity],
        "patient": _reference(closing.person.patient_id),
        "identifiedDateTime": _instant(closing.alert.raised_at),
        "detail": "\n".join(closing.reasons) or closing.heading,
        "mitigation": [
            {"action": {"text": " – ".join(filter(None, (step.what, step.words)))}, "date": _instant(step.at)}
            for step in closing.steps
        ],
        "evidence": [{"detail": [_reference(report.row.id) for report in closing.reports]}],
    }
    # R4 has no empty lists.
    return {name: value for name, value in issue.items() if name not in _empty(closing)}


def _empty(closing: Closing) -> set[str]:
    return {name for name, found in (("mitigation", closing.steps), ("evidence", closing.reports)) if not found}


def _response(closing: Closing, report: Answered) -> Resource:
    row = report.row
    kept = {name: report.document[name] for name in ("item",) if report.document.get(name)}
    source = {"source": _reference(row.patient_id)} if row.source == "patient" else {}
    return {
        "resourceType": "QuestionnaireResponse",
        "id": str(row.id),
        "language": row.language,
        "questionnaire": row.questionnaire,
        "status": row.status,
        "subject": _reference(row.patient_id),
        "authored": _instant(row.authored_at),
        **source,
        **kept,
    }


def _observation(closing: Closing, report: Answered, score: Score) -> Resource:
    # A score that is missing is said to be missing, and is never a number.
    value: Resource = {"dataAbsentReason": {"coding": [{"system": ABSENT, "code": "unknown"}]}}
    if score.value is not None:
        value = {"valueQuantity": {"value": score.value}}
    return {
        "resourceType": "Observation",
        "id": str(uuid.uuid5(report.row.id, score.code)),
        "status": "entered-in-error" if report.row.status == "entered-in-error" else "final",
        "code": {"coding": [{"system": SCALE, "code": score.code}], "text": score.title},
        "subject": _reference(closing.person.patient_id),
        "effectiveDateTime": _instant(report.row.authored_at),
        "derivedFrom": [_reference(report.row.id)],
        **value,
    }


def _identifier(note_id: uuid.UUID) -> Resource:
    return {"system": "urn:ietf:rfc:3986", "value": _urn(note_id)}


def _reference(of: object) -> Resource:
    return {"reference": _urn(of)}


def _urn(of: object) -> str:
    return f"urn:uuid:{of}"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
