"""Made-up resources for the names that forms expect from their surroundings; nothing in them is about anybody."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

Resource = dict[str, Any]

_SNOMED, _LOINC = "http://snomed.info/sct", "http://loinc.org"
_IDENTIFIERS = ["MC", "NI", "HC", "PEN", "SEN", "MR", "MB", "DVAU", "UPIN", "NPIO", "EI"]
_SYSTEMS = ("http://terminology.hl7.org/CodeSystem/v2-0203", "http://terminology.hl7.org.au/CodeSystem/v2-0203")


def context(names: set[str], order: random.Random) -> dict[str, Any]:
    """Return a resource for each name that is known here, and the patient and her proxy under their types."""
    made = {name: _MAKERS[name](order) for name in sorted(names & _MAKERS.keys())}
    made |= {name: _bundle(_observation(order)) for name in sorted(names) if name.startswith("Observation")}
    return {"Patient": _patient(order), "RelatedPerson": _proxy(order), **made}


def _coded(*codings: tuple[str, str]) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": f"Says {code}"} for system, code in codings]}


def _bundle(*resources: Resource) -> Resource:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in resources]}


def _person(order: random.Random) -> Resource:
    return {
        "name": [{"use": order.choice(["official", "usual"]), "text": "A", "family": "B", "given": ["C", "D"]}],
        "telecom": [
            {"use": use, "system": system, "value": f"{use} {system}"}
            for use in ("home", "mobile", "work")
            for system in ("phone", "email")
            if order.random() < 0.8
        ],
        "identifier": [
            {
                "use": "official",
                "type": _coded((system, code)),
                "value": "12345678901234",
                "period": {"end": "2030-01-02"},
            }
            for system in _SYSTEMS
            for code in _IDENTIFIERS
            if order.random() < 0.5
        ],
    }


def _patient(order: random.Random) -> Resource:
    hl7 = "http://hl7.org/fhir/StructureDefinition/individual-"
    said = [{"url": "value", "valueCodeableConcept": _coded(("urn:x", "y"))}]
    return {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": f"{order.randint(1930, 2005)}-03-04",
        "gender": order.choice(["female", "male"]),
        "address": [
            {"use": order.choice(["home", "work"]), "text": "E", "line": ["F"], "city": "G", "postalCode": "0000"}
        ],
        "communication": [{"language": _coded(("urn:ietf:bcp:47", "nb")), "preferred": True}],
        "extension": [
            {"url": hl7 + "pronouns", "extension": [*said, {"url": "period", "valuePeriod": {"start": "2020"}}]},
            {"url": hl7 + "genderIdentity", "extension": said},
            {
                "url": "http://hl7.org.au/fhir/StructureDefinition/indigenous-status",
                "valueCoding": {"code": order.choice("1234")},
            },
        ],
        **_person(order),
    }


def _proxy(order: random.Random) -> Resource:
    code = order.choice(["PRN", "GRANTEE", "OTHER"])
    relationship = [_coded(("http://hl7.org/fhir/v3/RoleCode", code))]
    return {"resourceType": "RelatedPerson", "relationship": relationship, **_person(order)}


def _observation(order: random.Random) -> Resource:
    parts = (("8480-6", "271649006"), ("8462-4", "271650006"), ("8459-0", "1"))
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [_coded(("urn:category", "vital-signs"))],
        "code": _coded((_LOINC, order.choice(["85354-9", "8302-2", "8867-4"])), (_SNOMED, "75367002")),
        "effectiveDateTime": "2024-05-06T07:08:09Z",
        "valueQuantity": {"value": order.choice([120, 5.5, 80.25]), "unit": "x"},
        "component": [
            {"code": _coded((_LOINC, loinc), (_SNOMED, snomed)), "valueQuantity": {"value": order.randint(60, 180)}}
            for loinc, snomed in parts
        ],
    }


def _before(order: random.Random) -> Resource:
    found: dict[int, Resource] = {
        0: {
            "resourceType": "FamilyMemberHistory",
            "relationship": _coded(("x", "y")),
            "condition": [{"code": _coded(("x", "z"))}],
        },
        1: {
            "resourceType": "Observation",
            "valueCodeableConcept": _coded((_SNOMED, order.choice(["77176002", "8517006"]))),
        },
        19: {
            "resourceType": "MedicationStatement",
            "contained": [
                {
                    "resourceType": "Medication",
                    "code": _coded(("http://www.whocc.no/atc", order.choice(["C02AB", "A01"]))),
                }
            ],
        },
        21: {"resourceType": "Condition", "code": {"text": "t", **_coded((_SNOMED, order.choice(["44054006", "1"])))}},
    }
    return _bundle(
        *(_bundle(*[found.get(index) or _observation(order)] * order.choice([0, 1, 1, 2])) for index in range(26))
    )


def _encounter(_: random.Random) -> Resource:
    named = {name: {"reference": f"{name}/1"} for name in ("individual", "location")}
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "serviceType": _coded(("x", "1")),
        "participant": [{"type": [_coded(("x", "t"))], "individual": named["individual"]}],
        "period": {"start": "2024-01-01", "end": "2024-01-02"},
        "reasonCode": [_coded(("x", "r"))],
        "location": [{"location": named["location"]}],
    }


_MAKERS: Mapping[str, Callable[[random.Random], Any]] = {
    "ComponentDiastolic": lambda order: _observation(order)["component"][1],
    "Encounter": lambda order: _bundle(_encounter(order)),
    "PractitionerRole": lambda order: _bundle(
        {"resourceType": "PractitionerRole", "code": [_coded(("x", "c"))], **_person(order)}
    ),
    "PrePopQuery": _before,
    "Procedure": lambda _: _bundle(
        {"resourceType": "Procedure", "status": "completed", "performedDateTime": "2024-01-01"}
    ),
    "patient": _patient,
    "representative": _proxy,
    "user": lambda order: {"resourceType": "Practitioner", "id": "u", **_person(order)},
}
