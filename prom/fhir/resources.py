"""Prom's rows as FHIR R4 resources. Nothing here says who a patient is: she is a reference by id."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from prom import language as languages
from prom.assignments.models import Assignment
from prom.catalogue.models import Definition
from prom.fhir import outcome
from prom.fhir.head import BASED_ON
from prom.fhir.instructions import Instruction
from prom.patients import sealing
from prom.responses.models import COUNTS, ReplacedResponse, Response
from questionnaires.documents import loads
from questionnaires.languages import documents

#: What the patient must do at once: R4 has no element for it.
INSTRUCTION = "urn:prom:fhir:instruction"
#: When an assignment can no longer be answered; R4 has only when it is due.
EXPIRES = "urn:prom:fhir:expires"
#: Who answered or recorded, where Prom knows the kind and not the person, or tells only an id.
SOURCE, STAFF, CLIENT = "urn:prom:source", "urn:prom:clinician", "urn:prom:client"
#: Codes of HL7's Structured Data Capture for tasks that ask for a questionnaire.
SDC = "http://hl7.org/fhir/uv/sdc/CodeSystem/temp"

TASK_STATUS = {"completed": "completed", "expired": "failed", "cancelled": "cancelled"}


def response(session: Session, row: Response, asked: Sequence[Instruction]) -> dict[str, Any]:
    """Return a response with its answers opened and what it asks for; whoever sends it writes the record."""
    given = _answers(session, row, row.version, row.updated_at)
    extension = [*(instruction(each) for each in asked), _based_on(row.assignment_id)]
    return {**given, "language": row.language, "questionnaire": row.questionnaire, "extension": extension}


def replaced(session: Session, row: Response, earlier: ReplacedResponse, since: datetime) -> dict[str, Any]:
    """Return a response as it stood before it was amended; what it asked for then is no longer known."""
    given = _answers(session, earlier, earlier.version, since)
    return {**given, "id": str(row.id), "questionnaire": row.questionnaire, "extension": [_based_on(row.assignment_id)]}


def _answers(session: Session, row: Response | ReplacedResponse, version: int, since: datetime) -> dict[str, Any]:
    return {
        **loads(sealing.open_column(session, row, "document")),
        "id": str(row.id),
        "meta": {"versionId": str(version), "lastUpdated": instant(since)},
        "status": row.status,
        "subject": patient(row.patient_id),
        "authored": instant(row.authored_at),
        "author": _author(row),
        "source": _source(row),
    }


def _based_on(assignment_id: uuid.UUID) -> dict[str, Any]:
    return {"url": BASED_ON, "valueReference": {"reference": f"Task/{assignment_id}"}}


def instruction(asked: Instruction) -> dict[str, Any]:
    """Return the extension that holds one instruction: its words, their language, how grave it is, whom to call."""
    return {
        "url": INSTRUCTION,
        "extension": [
            {"url": "severity", "valueCode": asked.severity.word},
            {"url": "text", "valueString": outcome.breakable(asked.words.text)},
            {"url": "language", "valueCode": asked.words.language},
            *({"url": "number", "valueString": number} for number in asked.numbers),
        ],
    }


def advice(asked: Sequence[Instruction], code: str, language: str) -> dict[str, Any]:
    """Return an OperationOutcome that says what was done and, as warnings, what the patient must be told to do."""
    done = outcome.issue("information", "informational", code, languages.text(f"fhir.{code}", language))
    told = [outcome.issue("warning", "informational", "instruction", each.words.text) for each in asked]
    return outcome.document([*told, done])


def _author(row: Response | ReplacedResponse) -> dict[str, Any]:
    if row.author == "clinician":
        return _somebody("Practitioner", STAFF, str(row.author_id))
    if row.author == "client":
        return _somebody("Device", CLIENT, str(row.author_id))
    return patient(row.patient_id)


def _source(row: Response | ReplacedResponse) -> dict[str, Any]:
    if row.source == "patient":
        return patient(row.patient_id)
    return _somebody("RelatedPerson" if row.source == "proxy" else "Practitioner", SOURCE, row.source)


def _somebody(kind: str, system: str, value: str) -> dict[str, Any]:
    return {"type": kind, "identifier": {"system": system, "value": value}}


def patient(patient_id: uuid.UUID) -> dict[str, str]:
    """Return the reference to a patient."""
    return {"reference": f"Patient/{patient_id}"}


def instant(moment: datetime) -> str:
    """Write an instant as FHIR does, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def questionnaire(row: Definition) -> dict[str, Any]:
    """Return a published questionnaire's document as it came, with its id here and the status it was given here.

    Of several language versions it is the first.
    """
    document = dict(documents(loads(row.document))[0])
    changed = {"lastUpdated": instant(row.published_at or row.imported_at)}
    return {**document, "id": str(row.id), "meta": {**document.get("meta", {}), **changed}, "status": row.status}


def tasks(session: Session, rows: Sequence[Assignment], language: str) -> list[dict[str, Any]]:
    """Return assignments with the answers they got; whoever sends them writes the record."""
    answered = session.scalars(select(Response).where(Response.assignment_id.in_([row.id for row in rows]), COUNTS))
    answers = {row.assignment_id: row.id for row in answered}
    return [_task(row, answers.get(row.id), language) for row in rows]


def task_status(row: Assignment) -> str:
    """Return R4's status of a task: an open assignment is in progress once an answer of it is saved."""
    if row.status in TASK_STATUS:
        return TASK_STATUS[row.status]
    if row.locked_at is not None:
        return "on-hold"
    return "in-progress" if row.begun_at is not None else "requested"


def _task(row: Assignment, response_id: uuid.UUID | None, language: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "resourceType": "Task",
        "id": str(row.id),
        "status": task_status(row),
        "intent": "order",
        "code": _sdc("complete-questionnaire"),
        "for": patient(row.patient_id),
        # R4: the restriction ends when it is due, and the execution is what was really done.
        "extension": [{"url": EXPIRES, "valueDateTime": instant(row.expires_at)}],
        "authoredOn": instant(row.opens_at),
        "restriction": {"period": {"start": instant(row.opens_at), "end": instant(row.due_at)}},
        "input": [{"type": _sdc("questionnaire"), "valueCanonical": row.questionnaire}],
    }
    done = {"start": row.begun_at, "end": row.completed_at}
    if any(done.values()):
        document["executionPeriod"] = {name: instant(moment) for name, moment in done.items() if moment}
    if row.status == "expired":
        document["statusReason"] = {"text": languages.text("fhir.expired", language)}
    if row.status == "open" and row.locked_at is not None:
        document["statusReason"] = {"text": languages.text("fhir.locked", language)}
    if response_id is not None:
        reference = {"reference": f"QuestionnaireResponse/{response_id}"}
        document["output"] = [{"type": _sdc("questionnaire-response"), "valueReference": reference}]
    return document


def _sdc(code: str) -> dict[str, Any]:
    return {"coding": [{"system": SDC, "code": code}]}
