"""A form of 250 items with its scoring key and a rule, and the pathway that asks it beside the symptom check. PURE."""

from collections.abc import Mapping
from typing import Any

from questionnaires.answers import QuestionnaireResponse
from questionnaires.definition import Questionnaire
from questionnaires.response import build

ITEMS, PER_GROUP = 250, 25
NAME = "benchmark-long-form"
URL, VERSION = "urn:prom:questionnaire:benchmark-long-form", "1.0.0"
RULES = "urn:prom:rules:benchmark-long-form"
PATHWAY, PATHWAY_URL = "benchmark", "urn:prom:pathway:benchmark"
SYSTEM = "urn:prom:codes:benchmark"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def link_ids(group: int) -> list[str]:
    """Return the questions of a group, counted from 0."""
    return [f"question-{group * PER_GROUP + position + 1}" for position in range(PER_GROUP)]


def questionnaire() -> dict[str, Any]:
    """Return the form as a FHIR R4 Questionnaire: ten groups of questions, every fifth of them asked by condition."""
    return {
        "resourceType": "Questionnaire",
        "id": NAME,
        "url": URL,
        "version": VERSION,
        "language": "nb",
        "title": "Ytelsesmåling",
        "status": "draft",
        "contained": [_ladder()],
        "item": [
            {"linkId": f"group-{group + 1}", "type": "group", "text": str(group + 1), "item": _questions(group)}
            for group in range(ITEMS // PER_GROUP)
        ],
    }


def _ladder() -> dict[str, Any]:
    concepts = [
        {"code": str(step), "display": str(step), "extension": [{"url": ORDINAL, "valueDecimal": step}]}
        for step in range(5)
    ]
    include = [{"system": SYSTEM, "concept": concepts}]
    return {"resourceType": "ValueSet", "id": "ladder", "status": "draft", "compose": {"include": include}}


def _questions(group: int) -> list[dict[str, Any]]:
    questions: list[dict[str, Any]] = []
    for position, link_id in enumerate(link_ids(group)):
        question = {
            "linkId": link_id,
            "type": "choice",
            "text": link_id,
            "required": True,
            "answerValueSet": "#ladder",
        }
        if position % 5 == 4:
            before = questions[position - 1]["linkId"]
            coding = {"system": SYSTEM, "code": "0"}
            question["enableWhen"] = [{"question": before, "operator": "!=", "answerCoding": coding}]
        questions.append(question)
    return questions


def scoring_key() -> dict[str, Any]:
    """Return a key with one scale per group."""
    return {
        "name": NAME,
        "version": VERSION,
        "questionnaire": URL,
        "source": "made for the benchmark",
        "scales": [
            {
                "code": f"group-{group + 1}",
                "title": _words(f"group-{group + 1}"),
                "kind": "scale",
                "method": "percent",
                "items": link_ids(group),
                "reverse": [],
                "minimumAnswered": PER_GROUP // 2,
                "low": 0,
                "high": 4,
                "direction": "low is good",
            }
            for group in range(ITEMS // PER_GROUP)
        ],
    }


def rules() -> dict[str, Any]:
    """Return rules over the scales; what the benchmark answers raises none of them."""
    return {
        "url": RULES,
        "version": VERSION,
        "name": NAME,
        "title": _words(NAME),
        "questionnaire": URL,
        "questionnaireVersions": [VERSION],
        "rules": [
            {
                "id": f"high-{group + 1}",
                "kind": "threshold",
                "topic": f"group-{group + 1}",
                "reads": {"score": f"group-{group + 1}"},
                "compare": ">=",
                "value": 95,
                "severity": "at-visit",
                "title": _words(f"group-{group + 1}"),
                "whenMissing": "could not be assessed",
                "source": "made for the benchmark",
            }
            for group in range(ITEMS // PER_GROUP)
        ],
    }


def pathway(shipped: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shipped pathway with the long form beside what staff may record."""
    asked = {
        "key": "long-form",
        "questionnaire": f"{URL}|{VERSION}",
        "rules": f"{RULES}|{VERSION}",
        "window": shipped["onDemand"]["window"],
    }
    return {**shipped, "url": PATHWAY_URL, "recorded": [*shipped.get("recorded", ()), asked]}


def answered(form: Questionnaire) -> QuestionnaireResponse:
    """Return a complete response: all 250 questions."""
    questions = [link_id for group in range(ITEMS // PER_GROUP) for link_id in link_ids(group)]
    answers = {link_id: str(1 + position % 3) for position, link_id in enumerate(questions)}
    return build(form, answers, status="completed", language="nb")


def _words(text: str) -> dict[str, str]:
    return dict.fromkeys(("nb", "nn", "en"), text)
