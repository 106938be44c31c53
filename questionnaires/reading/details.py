"""What an item says beyond its question: units, codes, what is filled in already, what a file may be."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from questionnaires.fhir_values import ValueFault, read_value
from questionnaires.items import ItemType
from questionnaires.kinds import UNSUPPORTED
from questionnaires.reading import extensions as known
from questionnaires.reading.extensions import Extension, extensions
from questionnaires.reading.fields import Reading
from questionnaires.reading.value_sets import ValueSets, read_coding
from questionnaires.values import Coding, Texts, Value

#: Item controls of HL7's own code system come first where an item has several.
_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"


def read_details(
    reading: Reading, node: Mapping[str, Any], link_id: str, kind: ItemType, value_sets: ValueSets
) -> dict[str, Any]:
    """Return the fields of an Item that stand by themselves in its node."""
    units, units_at = _units(reading, node, link_id, value_sets)
    return {
        "unit": _unit(reading, node, link_id) or (units[0].code if len(units) == 1 else None),
        "units": units,
        "units_at": units_at,
        "codes": _codes(reading, node, link_id),
        "item_control": _control(reading, node, link_id),
        "initial": _initial(reading, node, link_id, kind),
        "entry_format": _entry_format(reading, node, link_id),
        "slider_step": _number(reading, node, known.SLIDER_STEP, link_id),
        "max_size": _number(reading, node, known.MAX_SIZE, link_id),
        "mime_types": _texts(reading, node, known.MIME_TYPE, link_id),
        "reference_types": _texts(reading, node, known.REFERENCE_RESOURCE, link_id),
    }


def sublabel(reading: Reading, node: Mapping[str, Any], link_id: str) -> Texts | None:
    """Return Helsenorge's second line of a question, or None."""
    for extension in extensions(node):
        if extension.url in known.SUBLABELS and extension.kind in ("Markdown", "String"):
            return reading.texts(extension.node, f"value{extension.kind}", link_id)
    return None


def _all(node: Mapping[str, Any], url: str) -> list[Extension]:
    return [extension for extension in extensions(node) if extension.url == url]


def _unit(reading: Reading, node: Mapping[str, Any], link_id: str) -> str | None:
    coding = _object(reading, node, known.UNIT, "Coding", link_id)
    return reading.text(coding, "code", link_id) or reading.text(coding, "display", link_id)


def _units(
    reading: Reading, node: Mapping[str, Any], link_id: str, value_sets: ValueSets
) -> tuple[tuple[Coding, ...], str | None]:
    offered = [
        read_coding(reading, reading.inner(each.node, "valueCoding", link_id), each.node, link_id)
        for each in _all(node, known.UNIT_OPTION)
    ]
    units = tuple(coding for coding in offered if coding is not None)
    for each in _all(node, known.UNIT_VALUE_SET):
        address = each.value if isinstance(each.value, str) else ""
        codings, complete = value_sets.codings(address, link_id)
        if not complete:
            reading.noted.add(link_id, "external-value-set", url=address)
        return (*units, *codings), None if complete else address
    return units, None


def _codes(reading: Reading, node: Mapping[str, Any], link_id: str) -> tuple[Coding, ...]:
    given = [each for each in reading.children(node, "code", link_id) if "code" in each]
    read = [read_coding(reading, each, each, link_id) for each in given]
    return tuple(coding for coding in read if coding is not None)


def _control(reading: Reading, node: Mapping[str, Any], link_id: str) -> str | None:
    concept = _object(reading, node, known.ITEM_CONTROL, "CodeableConcept", link_id)
    codings = reading.children(concept, "coding", link_id)
    ordered = sorted(codings, key=lambda coding: coding.get("system") != _CONTROLS)
    return reading.text(ordered[0], "code", link_id) if ordered else None


def _initial(reading: Reading, node: Mapping[str, Any], link_id: str, kind: ItemType) -> tuple[Value, ...]:
    values: list[Value] = []
    for each in reading.children(node, "initial", link_id):
        try:
            values.append(read_value(each, "value", reading.language, files=kind in UNSUPPORTED))
        except ValueFault as fault:
            if fault.values.get("field") == "Quantity.value":  # the unit alone, so that it need not be chosen
                reading.noted.add(link_id, "initial-unit", "warning")
            else:
                found = reading.noted if fault.code == "unsupported-value" else reading.refused
                found.problems.append(fault.problem(link_id))
    for option in node["answerOption"] if isinstance(node.get("answerOption"), list) else ():
        if isinstance(option, Mapping) and option.get("initialSelected") is True:
            try:
                values.append(read_value(option, "value", reading.language))
            except ValueFault:  # which whoever reads the options names
                continue
    return tuple(values)


def _entry_format(reading: Reading, node: Mapping[str, Any], link_id: str) -> Texts | None:
    for extension in _all(node, known.ENTRY_FORMAT):
        return reading.texts(extension.node, "valueString", link_id)
    return None


def _number(reading: Reading, node: Mapping[str, Any], url: str, link_id: str) -> Decimal | None:
    for extension in _all(node, url):
        number = reading.number(extension, link_id)
        if number is not None and number > 0:
            return number
        if number is not None:
            reading.refused.add(link_id, "wrong-field", field=url, expected="more than 0")
    return None


def _texts(reading: Reading, node: Mapping[str, Any], url: str, link_id: str) -> tuple[str, ...]:
    found = [reading.text({url: each.value}, url, link_id) for each in _all(node, url)]
    return tuple(text for text in found if text is not None)


def _object(reading: Reading, node: Mapping[str, Any], url: str, kind: str, link_id: str) -> Mapping[str, Any]:
    value = reading.extension(node, url, kind, link_id)
    return {} if value is None else reading.inner({url: value}, url, link_id)
