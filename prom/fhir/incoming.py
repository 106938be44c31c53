"""Reading a QuestionnaireResponse that a machine sends: the answers, whose they are, to which Task, and from when."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prom.errors import InvalidResponse
from prom.fhir.head import Head, Person
from prom.fhir.refusals import Unreadable, at, located
from prom.responses.identifiers import Identifier
from questionnaires.answers import QuestionnaireResponse
from questionnaires.documents import faults, loads
from questionnaires.exchange import from_fhir
from questionnaires.problems import Problem, QuestionnaireError, ResponseError


@dataclass(frozen=True)
class Incoming:
    """A QuestionnaireResponse as it came, read but not yet held against what Prom knows."""

    answers: QuestionnaireResponse
    task_id: uuid.UUID | None
    subject: Person | None
    #: patient, proxy or staff; and who, where the document names a patient
    source: str
    source_patient: Person | None
    authored_at: datetime | None
    identifier: Identifier | None


def parse(body: bytes, expected: str = "QuestionnaireResponse") -> Mapping[str, Any]:
    """Read JSON with exact decimals; raises Unreadable for what is none, InvalidResponse for another tree."""
    try:
        document = loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("UTF-8") from None
    except QuestionnaireError as error:
        raise Unreadable(str(error.problems[0].values.get("reason", "JSON"))) from None
    if unsound := faults(document):
        raise InvalidResponse(tuple(unsound))
    if not isinstance(document, Mapping) or document.get("resourceType") != expected:
        raise InvalidResponse((Problem(None, "not-a-resource", "error", {"expected": expected}),))
    return document


def read(document: Mapping[str, Any], base: str, statuses: tuple[str, ...]) -> Incoming:
    """Read a parsed document whole; raises InvalidResponse naming everything that is wrong with it.

    `base` is this door's own address, so that references with it in front are known; `statuses` may come in here.
    """
    head = Head(document, base, [])
    status = document.get("status")
    if status not in statuses:
        head.problems.append(at("status", "status", expected=" | ".join(statuses)))
    source, source_patient = head.source()
    task_id, subject = head.task(), head.person("subject")
    authored_at, identifier = head.authored(), head.identifier()
    head.check_language()
    try:
        answers = from_fhir({**document, "status": statuses[0]})
    except ResponseError as error:
        raise InvalidResponse(located([*head.problems, *error.problems], document, None)) from None
    if head.problems:
        raise InvalidResponse(tuple(head.problems))
    return Incoming(answers, task_id, subject, source, source_patient, authored_at, identifier)
