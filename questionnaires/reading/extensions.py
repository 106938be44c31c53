"""The FHIR extensions that Prom knows, and the ones that ask for logic it cannot run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from questionnaires.problems import Problem

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
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
UNIT_OPTION = _HL7 + "questionnaire-unitOption"
UNIT_VALUE_SET = _HL7 + "questionnaire-unitValueSet"
MIN_QUANTITY = _SDC + "minQuantity"
MAX_QUANTITY = _SDC + "maxQuantity"
ENTRY_FORMAT = _HL7 + "entryFormat"
SLIDER_STEP = _HL7 + "questionnaire-sliderStepValue"
MAX_SIZE = _HL7 + "maxSize"
MIME_TYPE = _HL7 + "mimeType"
REFERENCE_RESOURCE = _HL7 + "questionnaire-referenceResource"
#: Helsenorge's second line beneath a question; it often holds the period that is asked about.
SUBLABELS = tuple(f"http://{host}/fhir/StructureDefinition/sdf-sublabel" for host in ("helsenorge.no", "ehelse.no"))
OPTION_EXCLUSIVE = _HL7 + "questionnaire-optionExclusive"
#: Ours: the publisher says that its wording reveals nothing, so that it may be asked in an SMS (declaring.py).
REVEALS_NOTHING = "urn:prom:fhir:reveals-nothing"
#: What a chosen option counts in a score; the first one found is taken.
ORDINALS = tuple(
    _HL7 + name for name in ("ordinalValue", "itemWeight", "valueset-ordinalValue", "codesystem-ordinalValue")
)

#: The last part of extension addresses, HL7's, SDC's or Helsenorge's, that mean "work something out" or "fetch it".
_LOGIC = frozenset(
    {
        "cqf-calculatedValue",
        "cqf-expression",
        "sdf-maxvalue",
        "sdf-minvalue",
        "sdf-optionReference",
        "sdc-questionnaire-answerExpression",
        "sdc-questionnaire-answerOptionsToggleExpression",
        "sdc-questionnaire-candidateExpression",
        "sdc-questionnaire-contextExpression",
        "sdc-questionnaire-subQuestionnaire",
    }
)

#: Those that parsing_expressions.py reads; which of them can be run, and why not, logic.py says.
EXPRESSIONS = frozenset(
    {
        "questionnaire-constraint",
        "sdf-calculatedExpression",
        "sdf-fhirpath",
        "sdf-fhirpathvalidation",
        "targetConstraint",
        "variable",
        "sdc-questionnaire-calculatedExpression",
        "sdc-questionnaire-enableWhenExpression",
        "sdc-questionnaire-initialExpression",
        "sdc-questionnaire-targetConstraint",
    }
)
#: Those that only say how answers are fetched beforehand or passed on afterwards, whatever expression they hold.
_BESIDE = frozenset(
    {
        "cqf-library",
        "sdc-questionnaire-itemExtractionContext",
        "sdc-questionnaire-itemPopulationContext",
        "sdc-questionnaire-launchContext",
        "sdc-questionnaire-sourceQueries",
    }
)
#: Those that, left out, would make it another question: pictures, signatures, items fetched from elsewhere.
_MEANING = frozenset(
    {
        "questionnaire-signatureRequired",
        "questionnaire-usageMode",
        "sdc-questionnaire-itemAnswerMedia",
        "sdc-questionnaire-itemMedia",
        "sdc-questionnaire-questionnaireAdaptive",
    }
)
#: Those that Prom acts on, besides what is read as an expression.
_EXECUTED = frozenset(
    {
        TRANSLATION,
        MIN_VALUE,
        MAX_VALUE,
        MIN_QUANTITY,
        MAX_QUANTITY,
        MIN_LENGTH,
        MAX_DECIMAL_PLACES,
        REGEX,
        MIN_OCCURS,
        MAX_OCCURS,
        ITEM_CONTROL,
        HIDDEN,
        UNIT,
        UNIT_OPTION,
        UNIT_VALUE_SET,
        ENTRY_FORMAT,
        SLIDER_STEP,
        MAX_SIZE,
        MIME_TYPE,
        REFERENCE_RESOURCE,
        OPTION_EXCLUSIVE,
        REVEALS_NOTHING,
        *SUBLABELS,
        *ORDINALS,
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
    """Yield a problem, once per item, for each piece of a questionnaire that Prom cannot run or only keeps."""
    seen: set[tuple[object, ...]] = set()
    for problem in _walk(document, None):
        mark = (problem.link_id, problem.code, *problem.values.values())
        if mark not in seen:
            seen.add(mark)
            yield problem


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
            readable = "linkId" in node or node.get("resourceType") == "Questionnaire"
            yield from _walk_extensions(child, link_id, EXPRESSIONS if readable else frozenset())
        # A contained resource says nothing until something refers to it; value sets are read where they are used.
        elif field != "contained":
            yield from _walk(child, link_id)


def _walk_extensions(listed: Any, link_id: str | None, read_elsewhere: frozenset[str]) -> Iterator[Problem]:
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        yield Problem(link_id, "wrong-field", "error", {"field": "extension", "expected": "a list of objects"})
        return
    for each in listed:
        url = each.get("url")
        name = url.rpartition("/")[2] if isinstance(url, str) else ""
        if not isinstance(url, str):
            yield Problem(link_id, "wrong-field", "error", {"field": "extension.url", "expected": "text"})
        elif name in read_elsewhere:
            continue
        elif ("valueExpression" in each and name not in _BESIDE) or name in _LOGIC | EXPRESSIONS:
            yield Problem(link_id, "logic", "error", {"extension": url})
        else:
            if name in _MEANING:
                yield Problem(link_id, "meaning", "error", {"extension": url})
            # The parts of an extension have names instead of addresses, and are part of what was said of the whole.
            elif url not in _EXECUTED and ":" in url:
                yield Problem(link_id, "kept", "information", {"extension": url})
            yield from _walk(each, link_id)
