"""One item of each kind, and an answer to each."""

from __future__ import annotations

from tests.questionnaires.generated_forms import coding, extensions_of, most_quantity, pattern
from tests.questionnaires.samples import Node, extension

_OPTIONS: Node = {"answerOption": [{"valueCoding": coding("0")}, {"valueCoding": coding("1")}]}
#: One item of each kind, by type and further fields, and an answer to each.
EVERY_KIND: tuple[tuple[str, Node], ...] = (
    ("boolean", {"initial": [{"valueBoolean": True}]}),
    ("integer", {"extension": [extension("maxValue", valueInteger=9)], "code": [coding("x")]}),
    ("decimal", extensions_of(maxDecimalPlaces={"valueInteger": 1})),
    ("quantity", {"extension": [extension("questionnaire-unitOption", valueCoding=coding("kg")), most_quantity(9)]}),
    ("date", extensions_of(minValue={"valueDate": "2024"})),
    ("dateTime", {}),
    ("time", {}),
    ("string", pattern() | {"maxLength": 9}),
    ("text", extensions_of(entryFormat={"valueString": "..."})),
    ("url", {}),
    ("choice", _OPTIONS | {"repeats": True}),
    ("open-choice", _OPTIONS),
    ("attachment", extensions_of(maxSize={"valueDecimal": 1})),
    ("reference", extensions_of(**{"questionnaire-referenceResource": {"valueCode": "Patient"}})),
)
EVERY_VALUE: tuple[Node, ...] = (
    {"valueBoolean": True},
    {"valueInteger": 5},
    {"valueDecimal": 5.5},
    {"valueQuantity": {"value": 5, "system": "urn:sample", "code": "kg"}},
    {"valueDate": "2024-05"},
    {"valueDateTime": "2024-05-17"},
    {"valueTime": "10:30:00"},
    {"valueString": "abc"},
    {"valueString": "abc"},
    {"valueUri": "https://example.org"},
    {"valueCoding": coding("0")},
    {"valueString": "abc"},
    {"valueAttachment": {"data": "AAAA"}},
    {"valueReference": {"reference": "Patient/1"}},
)
