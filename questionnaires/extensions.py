"""The FHIR extensions that Prom knows, and the ones that ask for logic it cannot run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from questionnaires.problems import Problem

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
TRANSLATION = _HL7 + "translation"
MIN_VALUE = _HL7 + "minValue"
MAX_VALUE = _HL7 + "maxValue"
MIN_LENGTH = _HL7 + "minLength"
MAX_DECIMAL_PLACES = _HL7 + "maxDecimalPlaces"
REGEX = _HL7 + "regex"
MIN_OCCURS = _HL7 + "questionnaire-minOccurs"
MAX_OCCURS = _HL7 + "questionnaire-maxOccurs"
ITEM_CONTROL = _HL7 + "questionnaire-itemControl"
HIDDEN = _HL7 + "questionnaire-hidden"
UNIT = _HL7 + "questionnaire-unit"
OPTION_EXCLUSIVE = _HL7 + "questionnaire-optionExclusive"
#: What a chosen option counts in a score; the first one found is taken.
ORDINALS = tuple(
    _HL7 + name for name in ("ordinalValue", "itemWeight", "valueset-ordinalValue", "codesystem-ordinalValue")
)

#: The last part of extension addresses, HL7's, SDC's or Helsenorge's, that mean "work something out" or "fetch it".
_LOGIC = frozenset(
    {
        "cqf-calculatedValue",
        "cqf-expression",
        "cqf-library",
        "questionnaire-constraint",
        "questionnaire-unitOption",
        "questionnaire-unitValueSet",
        "sdf-calculatedExpression",
        "sdf-fhirpath",
        "sdf-fhirpathvalidation",
        "sdf-maxvalue",
        "sdf-minvalue",
        "sdf-optionReference",
        "targetConstraint",
        "variable",
        "sdc-questionnaire-answerExpression",
        "sdc-questionnaire-answerOptionsToggleExpression",
        "sdc-questionnaire-calculatedExpression",
        "sdc-questionnaire-candidateExpression",
        "sdc-questionnaire-contextExpression",
        "sdc-questionnaire-enableWhenExpression",
        "sdc-questionnaire-initialExpression",
        "sdc-questionnaire-itemPopulationContext",
        "sdc-questionnaire-launchContext",
        "sdc-questionnaire-maxQuantity",
        "sdc-questionnaire-minQuantity",
        "sdc-questionnaire-sourceQueries",
        "sdc-questionnaire-subQuestionnaire",
    }
)


@dataclass(frozen=True)
class Extension:
    """One extension: its address, the FHIR type of its value ("Decimal", "" for none), and its own node."""

    url: str
    kind: str
    value: Any
    node: Mapping[str, Any]


def extensions(node: Mapping[str, Any]) -> Iterator[Extension]:
    """Yield the extensions of a node that have an address; those of a wrong shape are found by unrunnable()."""
    listed = node.get("extension")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, Mapping) and isinstance(each.get("url"), str):
            field = next((name for name in each if name.startswith("value")), "")
            yield Extension(each["url"], field.removeprefix("value"), each.get(field), each)


def unrunnable(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem, once per item, for each piece of a questionnaire that Prom would have to run and cannot."""
    yield from dict.fromkeys(_walk(document, None))


def _walk(node: Any, link_id: str | None) -> Iterator[Problem]:
    if isinstance(node, list):
        for child in node:
            yield from _walk(child, link_id)
    elif isinstance(node, Mapping):
        inside = node.get("linkId")
        yield from _walk_fields(node, inside if isinstance(inside, str) else link_id)


def _walk_fields(node: Mapping[str, Any], link_id: str | None) -> Iterator[Problem]:
    for field, child in node.items():
        if field in ("modifierExtension", "implicitRules"):
            yield Problem(link_id, "modifier", "error", {"field": field})
        elif field == "extension":
            yield from _walk_extensions(child, link_id)
        # A contained resource says nothing until something refers to it; value sets are read where they are used.
        elif field != "contained":
            yield from _walk(child, link_id)


def _walk_extensions(listed: Any, link_id: str | None) -> Iterator[Problem]:
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        yield Problem(link_id, "wrong-field", "error", {"field": "extension", "expected": "a list of objects"})
        return
    for each in listed:
        url = each.get("url")
        if not isinstance(url, str):
            yield Problem(link_id, "wrong-field", "error", {"field": "extension.url", "expected": "text"})
        elif "valueExpression" in each or url.rpartition("/")[2] in _LOGIC:
            yield Problem(link_id, "logic", "error", {"extension": url})
        else:
            yield from _walk(each, link_id)
