"""The answers that an item offers: its own list, or a value set that the document contains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from questionnaires.definition import AnswerOption, Coding, ItemType
from questionnaires.fhir_values import ValueFault, read_value
from questionnaires.kinds import CHOICES, kind_fits
from questionnaires.reading.extensions import OPTION_EXCLUSIVE
from questionnaires.reading.fields import Reading
from questionnaires.reading.value_sets import ValueSets, read_coding
from questionnaires.values import same

#: What R4 lets an option be; a reference is read but cannot be offered.
_OFFERABLE = ("valueInteger", "valueDate", "valueTime", "valueString", "valueCoding")

#: The types that R4 lets have a list (invariant que-5).
LISTING = CHOICES | {
    ItemType.DECIMAL,
    ItemType.INTEGER,
    ItemType.DATE,
    ItemType.DATE_TIME,
    ItemType.TIME,
    ItemType.STRING,
    ItemType.QUANTITY,
}


def read_options(
    reading: Reading, node: Mapping[str, Any], link_id: str, kind: ItemType, value_sets: ValueSets
) -> tuple[tuple[AnswerOption, ...], str | None]:
    """Return what an item offers, and the address of the rest where the document does not list all of it.

    A list on a type that R4 gives none (que-5), two lists, or a "#" without its value set, is refused.
    """
    listed = [field for field in ("answerOption", "answerValueSet") if field in node]
    if listed and kind not in LISTING:
        reading.refused.add(link_id, "options-on-wrong-type", type=kind.value)
        return (), None
    if len(listed) > 1:
        reading.refused.add(link_id, "options-twice")
        return (), None
    address = None
    if "answerValueSet" in node:
        options, address = _from_value_set(reading, node, link_id, value_sets)
    else:
        options = list(_from_list(reading, node, link_id))
        if kind is ItemType.CHOICE and not options:
            reading.noted.add(link_id, "no-options")
    _check_options(reading, options, link_id, kind)
    return tuple(options), address


def _check_options(reading: Reading, options: list[AnswerOption], link_id: str, kind: ItemType) -> None:
    if not all(kind_fits(kind, option.value) for option in options):
        reading.noted.add(link_id, "options-of-other-kind", type=kind.value)
    for index, option in enumerate(options):
        if any(same(option.value, earlier.value) for earlier in options[:index]):
            reading.noted.add(link_id, "option-twice", option=_name(option))
        if isinstance(option.value, Coding) and option.value.display is None:
            reading.noted.add(link_id, "option-without-text", "warning", option=_name(option))


def _name(option: AnswerOption) -> str:
    return option.value.code if isinstance(option.value, Coding) else str(option.value)


def _from_list(reading: Reading, node: Mapping[str, Any], link_id: str) -> Iterator[AnswerOption]:
    for each in reading.children(node, "answerOption", link_id):
        field = next((name for name in each if name.startswith("value")), "value")
        if field == "valueReference":
            reading.noted.add(link_id, "unsupported-value", kind="Reference")
            continue
        if field not in _OFFERABLE:
            reading.refused.add(
                link_id, "wrong-field", field="answerOption", expected="a value that R4 lets one choose"
            )
            continue
        exclusive = reading.extension(each, OPTION_EXCLUSIVE, "Boolean", link_id) is True
        if field == "valueCoding":
            coding = read_coding(reading, reading.inner(each, field, link_id), each, link_id)
            if coding is not None:
                yield AnswerOption(coding, exclusive)
            continue
        try:
            yield AnswerOption(cast("str | int", read_value(each, "value")), exclusive)
        except ValueFault as fault:
            reading.refused.problems.append(fault.problem(link_id))


def _from_value_set(
    reading: Reading, node: Mapping[str, Any], link_id: str, value_sets: ValueSets
) -> tuple[list[AnswerOption], str | None]:
    address = reading.text(node, "answerValueSet", link_id) or ""
    codings, complete = value_sets.codings(address, link_id)
    if not complete:
        code = "value-set-not-listed" if address.startswith("#") else "external-value-set"
        reading.noted.add(link_id, code, url=address)
    return [AnswerOption(coding) for coding in codings], None if complete else address
