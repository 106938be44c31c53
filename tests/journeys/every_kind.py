"""A questionnaire worded here that asks in every way that Prom's pages know, and one as long and deep as they come."""

from __future__ import annotations

from typing import Any

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
_CONTROL = "http://hl7.org/fhir/questionnaire-item-control"
_UCUM = "http://unitsofmeasure.org"
_COLOURS = "urn:prom:test:colours"


def _extension(name: str, **value: Any) -> dict[str, Any]:
    return {"url": _HL7 + name, **value}


def _control(code: str) -> dict[str, Any]:
    concept = {"coding": [{"system": _CONTROL, "code": code}]}
    return _extension("questionnaire-itemControl", valueCodeableConcept=concept)


def _option(code: str, display: str, *, alone: bool = False) -> dict[str, Any]:
    option: dict[str, Any] = {"valueCoding": {"system": _COLOURS, "code": code, "display": display}}
    return (
        {**option, "extension": [_extension("questionnaire-optionExclusive", valueBoolean=True)]} if alone else option
    )


def _display(link_id: str, text: str, *controls: str) -> dict[str, Any]:
    return {"linkId": link_id, "type": "display", "text": text, "extension": [_control(each) for each in controls]}


_PLACES = [_option("home", "Hjemme"), _option("work", "På jobb"), _option("out", "Ute")]
_NUMBERS: list[dict[str, Any]] = [
    {"linkId": "hidden", "type": "string", "text": "Skjult", "initial": [{"valueString": "planted"}]},
    _display("welcome", "Les dette først.\nDet tar <b>to</b> minutter."),
    {"linkId": "boolean", "type": "boolean", "text": "Har du sovet i natt?", "required": True},
    {
        "linkId": "decimal",
        "type": "decimal",
        "text": "Hvor høy temperatur har du?",
        "required": True,
        "extension": [
            _extension("minValue", valueDecimal=34),
            _extension("maxValue", valueDecimal=43),
            _extension("maxDecimalPlaces", valueInteger=1),
            _extension("questionnaire-unit", valueCoding={"system": _UCUM, "code": "Cel"}),
        ],
    },
    {
        "linkId": "integer",
        "type": "integer",
        "text": "Hvor mange skritt gikk du i går?",
        "item": [_display("integer-help", "Et overslag er nok.", "help")],
    },
    {
        "linkId": "slider",
        "type": "integer",
        "text": "Hvordan har du det i dag?",
        "required": True,
        "extension": [
            _control("slider"),
            _extension("minValue", valueInteger=0),
            _extension("maxValue", valueInteger=100),
            _extension("questionnaire-sliderStepValue", valueInteger=5),
        ],
        "item": [_display("low", "dårligst", "lower"), _display("high", "best", "upper")],
    },
    {
        "linkId": "weight",
        "type": "quantity",
        "text": "Hva veier du?",
        "extension": [_extension("questionnaire-unit", valueCoding={"system": _UCUM, "code": "kg"})],
    },
    {
        "linkId": "height",
        "type": "quantity",
        "text": "Hvor høy er du?",
        "extension": [
            _extension("questionnaire-unitOption", valueCoding={"system": _UCUM, "code": code, "display": words})
            for code, words in (("cm", "centimeter"), ("m", "meter"))
        ],
    },
]
_MOMENTS: list[dict[str, Any]] = [
    {"linkId": "date", "type": "date", "text": "Hvilken dag begynte det?", "required": True},
    {"linkId": "month", "type": "date", "text": "Når var forrige gang?", "extension": [_control("yearMonth")]},
    {"linkId": "year", "type": "date", "text": "Hvilket år fikk du vite det?", "extension": [_control("year")]},
    {"linkId": "instant", "type": "dateTime", "text": "Når tok du siste tablett?"},
    {"linkId": "time", "type": "time", "text": "Når legger du deg?"},
]
_TEXTS: list[dict[str, Any]] = [
    {
        "linkId": "string",
        "type": "string",
        "text": "Hva er postnummeret ditt?",
        "maxLength": 4,
        "extension": [_extension("regex", valueString="[0-9]{4}"), _extension("entryFormat", valueString="0123")],
    },
    {"linkId": "text", "type": "text", "text": "Vil du fortelle mer?", "initial": [{"valueString": "Ingenting nytt"}]},
    {"linkId": "url", "type": "url", "text": "Hvor har du lest om det?"},
    {"linkId": "medicines", "type": "string", "text": "Hvilke medisiner tar du?", "repeats": True},
]
_CHOICES: list[dict[str, Any]] = [
    {"linkId": "radio", "type": "choice", "text": "Hvor var du?", "required": True, "answerOption": _PLACES},
    {
        "linkId": "list",
        "type": "choice",
        "text": "Hvor er du nå?",
        "extension": [_control("drop-down")],
        "answerOption": _PLACES,
    },
    {
        "linkId": "boxes",
        "type": "choice",
        "text": "Hva plager deg?",
        "repeats": True,
        "required": True,
        "extension": [_control("check-box")],
        "answerOption": [_option("itch", "Kløe"), _option("pain", "Smerter"), _option("none", "Ingenting", alone=True)],
        "item": [{"linkId": "since", "type": "string", "text": "Hvor lenge har du hatt det?"}],
    },
    {"linkId": "open", "type": "open-choice", "text": "Hvem hjelper deg?", "answerOption": [_option("kin", "Familie")]},
]
_GROUPS: list[dict[str, Any]] = [
    {
        "linkId": "page",
        "type": "group",
        "text": "Om måltidene",
        "extension": [_control("page")],
        "item": [
            _display("page-words", "Tenk på i går."),
            {"linkId": "ate", "type": "boolean", "text": "Spiste du frokost?", "required": True},
            {
                "linkId": "what",
                "type": "string",
                "text": "Hva spiste du?",
                "required": True,
                "enableWhen": [{"question": "ate", "operator": "=", "answerBoolean": True}],
            },
            {"linkId": "cups", "type": "integer", "text": "Hvor mange kopper drakk du?", "required": True},
        ],
    },
    {
        "linkId": "visits",
        "type": "group",
        "text": "Besøk hos lege",
        "repeats": True,
        "extension": [_extension("questionnaire-maxOccurs", valueInteger=2)],
        "item": [
            {"linkId": "whom", "type": "string", "text": "Hvem var du hos?", "required": True},
            {"linkId": "again", "type": "boolean", "text": "Skal du dit igjen?", "required": True},
            {
                "linkId": "when",
                "type": "date",
                "text": "Når skal du dit?",
                "required": True,
                "enableWhen": [{"question": "again", "operator": "=", "answerBoolean": True}],
            },
        ],
    },
    {
        "linkId": "fixed",
        "type": "string",
        "text": "Skjemaet er laget av",
        "readOnly": True,
        "initial": [{"valueString": "Poliklinikk A"}],
    },
    _display("thanks", "Takk for at du svarte."),
]
_NUMBERS[0]["extension"] = [_extension("questionnaire-hidden", valueBoolean=True)]

#: The same by linkId, for whoever wants to ask only some.
NUMBERS, TEXTS, CHOICES = ({item["linkId"]: item for item in items} for items in (_NUMBERS, _TEXTS, _CHOICES))
GROUPS = _GROUPS

EVERY_KIND: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "url": "urn:prom:test:every-kind",
    "version": "1",
    "status": "active",
    "language": "nb",
    "name": "EveryKind",
    "title": "Alle slags spørsmål",
    "item": [*_NUMBERS, *_MOMENTS, *_TEXTS, *_CHOICES, *_GROUPS],
}


def long_and_deep(questions: int = 250, levels: int = 12) -> dict[str, Any]:
    """Return a questionnaire of many questions, the last of which lies many groups deep."""
    deepest: dict[str, Any] = {"linkId": "deepest", "type": "string", "text": "Det innerste spørsmålet?"}
    for level in range(levels):
        deepest = {"linkId": f"level-{level}", "type": "group", "text": f"Nivå {level}", "item": [deepest]}
    many = [{"linkId": f"q{at}", "type": "boolean", "text": f"Er det {at}?"} for at in range(1, questions)]
    return {**EVERY_KIND, "url": "urn:prom:test:long", "name": "Long", "title": "Langt", "item": [*many, deepest]}
