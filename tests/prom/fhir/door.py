"""The FHIR door as a program uses it, and the documents that such a program sends."""

import uuid
from collections.abc import Mapping
from typing import Any, Protocol, cast

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from questionnaires.documents import dumps
from questionnaires.exchange import to_fhir
from tests.prom.steps import response_of

BASE = "/fhir/R4"
EVERYTHING = "system/QuestionnaireResponse.curs system/Questionnaire.rs system/Task.rs"
SYMPTOM_CHECK = "urn:prom:questionnaire:symptom-check"
BASED_ON = "http://hl7.org/fhir/StructureDefinition/event-basedOn"
INSTRUCTION = "urn:prom:fhir:instruction"


class Answer(Protocol):
    """An HTTP answer; whether its JSON is what a test expects, the test finds out."""

    status_code: int
    headers: Headers
    content_type: str
    data: bytes
    text: str
    json: Any


class Door:
    """One client of the door, with its own token; without one nobody."""

    def __init__(self, client: FlaskClient, headers: Mapping[str, str] | None = None) -> None:
        self.client, self.headers = client, dict(headers or {})

    def get(self, path: str, **headers: str) -> Answer:
        """Read an address below the door, or one that the door itself has named."""
        return cast(Answer, self.client.get(_address(path), headers=self.headers | _named(headers)))

    def send(self, method: str, path: str, document: object, **headers: str) -> Answer:
        """Send a document; text and bytes go as they are."""
        data = document if isinstance(document, str | bytes) else dumps(document)
        named = {"Content-Type": "application/fhir+json", **self.headers, **_named(headers)}
        return cast(Answer, self.client.open(_address(path), method=method, data=data, headers=named))

    def create(self, document: object, **headers: str) -> Answer:
        """Post a response."""
        return self.send("POST", "QuestionnaireResponse", document, **headers)

    def update(self, document: Mapping[str, Any], **headers: str) -> Answer:
        """Put a response to the address of its own id."""
        return self.send("PUT", f"QuestionnaireResponse/{document['id']}", document, **headers)

    def found(self, path: str, **headers: str) -> list[dict[str, Any]]:
        """Search, and return what matches on this page."""
        answer = self.get(path, **headers)
        assert answer.status_code == 200, answer.text
        return [each["resource"] for each in answer.json.get("entry", []) if each["search"]["mode"] == "match"]


def _address(path: str) -> str:
    return path if path.startswith(("/", "http")) else f"{BASE}/{path}"


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def document_of(answers: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A complete response to the symptom check; `more` are elements of its head, `task` the Task it answers."""
    document = {**to_fhir(response_of(answers)), **more}
    task = document.pop("task", None)
    if task is not None:
        document["extension"] = [{"url": BASED_ON, "valueReference": {"reference": f"Task/{task}"}}]
    return document


def of(patient_id: uuid.UUID) -> dict[str, str]:
    """A reference to a patient."""
    return {"reference": f"Patient/{patient_id}"}


def issues(answer: Answer) -> list[dict[str, Any]]:
    """The issues of an OperationOutcome."""
    assert answer.json["resourceType"] == "OperationOutcome", answer.text
    found: list[dict[str, Any]] = answer.json["issue"]
    return found


def codes(answer: Answer) -> list[str]:
    """Prom's own codes of an OperationOutcome's issues."""
    return [each["details"]["coding"][0]["code"] for each in issues(answer)]


def instructions(resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a response asks its patient to do: the parts of each such extension, numbers gathered in a list."""
    found = [each["extension"] for each in resource.get("extension", []) if each["url"] == INSTRUCTION]
    return [_parts(each) for each in found]


def _parts(extensions: list[dict[str, str]]) -> dict[str, Any]:
    parts: dict[str, Any] = {"numbers": []}
    for each in extensions:
        url = each["url"]
        (value,) = (value for name, value in each.items() if name != "url")
        if url == "number":
            parts["numbers"].append(value)
        else:
            parts[url] = value
    return parts
