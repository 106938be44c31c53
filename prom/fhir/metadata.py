"""The CapabilityStatement: what this door does, read from the routes and from the tables that searches use."""

from collections.abc import Iterable, Mapping
from typing import Any

from prom import language as languages
from prom.fhir.outcome import MEDIA_TYPE
from prom.fhir.parameters import SEARCHES, Parameter

#: When what stands here was last changed.
CHANGED = "2026-11-22"

#: How the resources are kept, beyond reading and searching.
_KEPT: Mapping[str, Mapping[str, Any]] = {
    "QuestionnaireResponse": {
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": True,
        "conditionalRead": "not-match",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
    },
    "Questionnaire": {"versioning": "no-version"},
    "Task": {"versioning": "no-version", "conditionalCreate": True},
}


def statement(offered: Iterable[tuple[str, str]], base: str, language: str) -> dict[str, Any]:
    """Return the statement for the interactions that the routes offer, as pairs of resource and R4's code."""
    by_resource: dict[str, list[str]] = {name: [] for name in sorted(SEARCHES)}
    for resource, interaction in sorted(set(offered)):
        by_resource[resource].append(interaction)
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED,
        "kind": "instance",
        "software": {"name": "Prom"},
        "implementation": {"description": languages.text("fhir.description", language), "url": base},
        "fhirVersion": "4.0.1",
        "format": [MEDIA_TYPE, "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"cors": False, "description": languages.text("fhir.security", language)},
                "resource": [_resource(name, codes, language) for name, codes in by_resource.items()],
            }
        ],
    }


def _resource(name: str, codes: Iterable[str], language: str) -> dict[str, Any]:
    return {
        "type": name,
        "documentation": languages.text(f"fhir.documentation.{name}", language),
        "interaction": [{"code": code} for code in codes],
        **_KEPT[name],
        "referencePolicy": ["literal"],
        "searchParam": [_parameter(each, parameter) for each, parameter in SEARCHES[name].parameters.items()],
    }


def _parameter(name: str, parameter: Parameter) -> dict[str, str]:
    shown = {"name": name, "type": parameter.type}
    return shown | ({"definition": parameter.definition} if parameter.definition else {})
