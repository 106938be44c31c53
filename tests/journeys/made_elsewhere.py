"""A Norwegian form as Helsenorge's form builder writes them, in words of our own: sub-questions, sums, value sets.

In two things it differs, since LHC-Forms takes no form otherwise. Helsenorge gives amounts their unit with an extension
that FHIR keeps for integers and decimals (questionnaire-unit): here the sums have no unit, and hours are a decimal. And
its value sets have no expansion: those here have one, for there is no terminology server to ask.
"""

from __future__ import annotations

from typing import Any

URL = "https://example.no/Questionnaire/sovn"
_HL7 = "http://hl7.org/fhir/StructureDefinition/"
_HN = "http://helsenorge.no/fhir/StructureDefinition/"
_FREQUENCY = "urn:oid:2.16.578.1.12.4.1.9999"
_YES_NO = "urn:oid:2.16.578.1.12.4.1.1101"


def _control(code: str) -> dict[str, Any]:
    system = "http://hl7.org/fhir/ValueSet/questionnaire-item-control"
    concept = {"coding": [{"system": system, "code": code}]}
    return {"url": _HL7 + "questionnaire-itemControl", "valueCodeableConcept": concept}


def _value_set(name: str, system: str, concepts: list[tuple[str, str, int | None]]) -> dict[str, Any]:
    listed = [
        {"code": code, "display": words}
        | ({} if weight is None else {"extension": [{"url": _HL7 + "ordinalValue", "valueDecimal": weight}]})
        for code, words, weight in concepts
    ]
    return {
        "resourceType": "ValueSet",
        "id": name,
        "url": f"http://ehelse.no/fhir/ValueSet/{name}",
        "version": "1.0",
        "name": f"urn:oid:{name}",
        "title": name,
        "status": "draft",
        "publisher": "NHN",
        "compose": {"include": [{"system": system, "concept": listed}]},
        "expansion": {
            "identifier": f"urn:uuid:00000000-0000-0000-0000-00000000000{len(concepts)}",
            "timestamp": "2026-06-01T00:00:00+02:00",
            "contains": [{"system": system, **each} for each in listed],
        },
    }


def _scored(code: str, display: str) -> list[dict[str, str]]:
    return [{"system": "http://ehelse.no/scoringFormulas", "code": code, "display": display}]


def _often(link_id: str, text: str) -> dict[str, Any]:
    return {
        "linkId": link_id,
        "type": "choice",
        "text": text,
        "_text": {"extension": [{"url": _HL7 + "rendering-markdown", "valueMarkdown": f"**{text}**"}]},
        "required": True,
        "code": _scored("QS", "Question score"),
        "extension": [_control("radio-button")],
        "answerValueSet": "#frequency",
    }


def _sum(link_id: str, text: str, code: str) -> dict[str, Any]:
    return {
        "linkId": link_id,
        "type": "quantity",
        "text": text,
        "readOnly": True,
        "required": False,
        "code": _scored(code, "Sum"),
    }


MADE_ELSEWHERE: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "id": "142",
    "language": "nb-NO",
    "name": "sovn",
    "title": "Om søvnen din",
    "status": "draft",
    "publisher": "Et annet sykehus",
    "date": "2026-06-01T00:00:00+02:00",
    "url": URL,
    "version": "1.2",
    "meta": {
        "profile": ["http://ehelse.no/fhir/StructureDefinition/sdf-Questionnaire"],
        "security": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7618", "code": "3", "display": "Helsehjelp (Full)"}],
    },
    "extension": [{"url": _HN + "sdf-generatepdf", "valueBoolean": True}],
    "contained": [
        _value_set("yes-no", _YES_NO, [("1", "Ja", None), ("2", "Nei", None)]),
        _value_set("frequency", _FREQUENCY, [("0", "Aldri", 0), ("1", "Av og til", 1), ("2", "Hver natt", 2)]),
    ],
    "item": [
        {
            "linkId": "1",
            "type": "group",
            "text": "Natten",
            "item": [
                _often("1.1", "Ligger du lenge våken før du sovner?"),
                _often("1.2", "Våkner du om natten?"),
                {
                    "linkId": "1.3",
                    "type": "choice",
                    "text": "Tar du noe for å sove?",
                    "required": True,
                    "answerValueSet": "#yes-no",
                    "item": [
                        {
                            "linkId": "1.3.1",
                            "type": "string",
                            "text": "Hva tar du?",
                            "required": True,
                            "maxLength": 100,
                            "enableWhen": [
                                {
                                    "question": "1.3",
                                    "operator": "=",
                                    "answerCoding": {"system": _YES_NO, "code": "1"},
                                }
                            ],
                        },
                        {
                            "linkId": "1.3.2",
                            "type": "decimal",
                            "text": "Hvor mange timer sover du da?",
                            "required": True,
                            "extension": [
                                {
                                    "url": _HL7 + "questionnaire-unit",
                                    "valueCoding": {
                                        "system": "http://unitsofmeasure.org",
                                        "code": "h",
                                        "display": "timer",
                                    },
                                },
                                {"url": _HL7 + "maxDecimalPlaces", "valueInteger": 1},
                            ],
                            "enableWhen": [
                                {
                                    "question": "1.3",
                                    "operator": "=",
                                    "answerCoding": {"system": _YES_NO, "code": "1"},
                                }
                            ],
                        },
                    ],
                },
                _sum("1.4", "Sum for natten", "SS"),
            ],
        },
        _sum("2", "Sum", "TS"),
    ],
}
