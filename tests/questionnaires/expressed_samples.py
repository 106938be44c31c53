"""Short words for questionnaires with expressions, and for responses with repetitions."""

from __future__ import annotations

from typing import Any

from questionnaires.answers import Answer, QuestionnaireResponse, ResponseItem
from questionnaires.definition import Questionnaire, Value
from tests.questionnaires.samples import HL7, Node

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
HELSENORGE = "http://ehelse.no/fhir/StructureDefinition/"


def expression(text: str, language: str = "text/fhirpath", **fields: str) -> Node:
    """A FHIRPath expression."""
    return {"language": language, "expression": text, **fields}


def expressed(name: str, text: str, **fields: str) -> Node:
    """One of SDC's extensions that hold an expression, such as calculatedExpression."""
    return {"url": SDC + name, "valueExpression": expression(text, **fields)}


def calculated(text: str) -> list[Node]:
    """The extension of a calculated item."""
    return [expressed("calculatedExpression", text)]


def enabled_by(text: str) -> list[Node]:
    """The extension of an item that is asked because of an expression."""
    return [expressed("enableWhenExpression", text)]


def variable(name: str, text: str, **fields: str) -> Node:
    """A variable."""
    return {"url": HL7 + "variable", "valueExpression": expression(text, name=name, **fields)}


def constraint(text: str, human: str = "This cannot be.", severity: str = "error") -> Node:
    """What must be true."""
    parts = [
        {"url": "key", "valueId": "key"},
        {"url": "severity", "valueCode": severity},
        {"url": "expression", "valueExpression": expression(text)},
        {"url": "human", "valueString": human},
    ]
    return {"url": HL7 + "targetConstraint", "extension": parts}


def given(link_id: str, *values: Value | ResponseItem) -> ResponseItem:
    """An item with its answers, or a group with its items."""
    items = tuple(each for each in values if isinstance(each, ResponseItem))
    answers = tuple(Answer(each) for each in values if not isinstance(each, ResponseItem))
    return ResponseItem(link_id, answers, items)


def response(to: Questionnaire, *items: ResponseItem, status: Any = "completed") -> QuestionnaireResponse:
    """A response as it came."""
    return QuestionnaireResponse(to.canonical, status, items)
