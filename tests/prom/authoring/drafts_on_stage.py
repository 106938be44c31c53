"""Forms that tests of the authors' pages put forward: one plain, one that asks about danger."""

from typing import Any

from sqlalchemy.orm import Session

from prom.catalogue.models import Definition
from prom.catalogue.service import take_in

URL = "urn:prom:test:danger"
CANONICAL = f"{URL}|1"


def _option(code: int, text: str) -> dict[str, Any]:
    ordinal = {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": code}
    return {"valueCoding": {"system": "urn:test", "code": str(code), "display": text, "extension": [ordinal]}}


FORM: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": URL,
    "version": "1",
    "status": "draft",
    "language": "nb",
    "title": "Hvordan går det?",
    "item": [
        {
            "linkId": "danger",
            "type": "choice",
            "text": "Er du trygg?",
            "answerOption": [_option(0, "Ja"), _option(1, "Litt usikker"), _option(2, "Nei")],
        },
        {
            "linkId": "who",
            "type": "string",
            "text": "Hvem er hos deg?",
            "enableWhen": [
                {"question": "danger", "operator": "=", "answerCoding": {"system": "urn:test", "code": "2"}}
            ],
        },
    ],
}
KEY: dict[str, Any] = {
    "name": "danger",
    "version": "1",
    "questionnaire": URL,
    "source": "made up",
    "scales": [
        {
            "code": "danger",
            "title": {"nb": "Utrygghet"},
            "kind": "scale",
            "method": "single",
            "items": ["danger"],
            "direction": "low is good",
        }
    ],
    "safety": {"item": "danger", "above": 0},
}
ADVICE: dict[str, Any] = {
    "name": "danger",
    "version": "1",
    "scales": {},
    "general": {"nb": "Ring oss"},
    "crisis": {"nb": "Du er ikke alene. Ring 113."},
}
RULES: dict[str, Any] = {
    "url": "urn:prom:test:rules:danger",
    "version": "1",
    "name": "danger",
    "title": {"nb": "Fare"},
    "questionnaire": URL,
    "questionnaireVersions": ["1"],
    "rules": [
        {
            "id": "danger",
            "kind": "threshold",
            "topic": "danger",
            "reads": {"answer": "danger"},
            "compare": ">",
            "value": 0,
            "severity": "emergency",
            "title": {"nb": "Utrygg"},
            "instruction": {"nb": "Ring 113 nå."},
            "whenMissing": "could not be assessed",
            "source": "made up",
        }
    ],
}


def put_forward(session: Session, kind: str, document: dict[str, Any], author: str = "author") -> Definition:
    """Take one part of the form in as a draft."""
    url = document["url"] if kind == "rule-set" else URL
    return take_in(session, kind, url, "1", "danger", document, author)


def changed_rule(**fields: Any) -> dict[str, Any]:
    """The rules with their only rule changed."""
    return {**RULES, "rules": [{**RULES["rules"][0], **fields}]}
