"""The answers that a choice offers: its own list, or a value set that the document contains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, cast

from questionnaires.definition import AnswerOption, Coding, ItemType
from questionnaires.extensions import OPTION_EXCLUSIVE, ORDINALS, extensions
from questionnaires.fhir_values import ValueFault, read_value
from questionnaires.kinds import CHOICES
from questionnaires.reading import Reading
from questionnaires.values import Texts, same

#: What R4 lets an option be; a reference is read but cannot be offered.
_OFFERABLE = ("valueInteger", "valueDate", "valueTime", "valueString", "valueCoding")


def read_options(
    reading: Reading, node: Mapping[str, Any], link_id: str, kind: ItemType, value_sets: Mapping[str, Mapping[str, Any]]
) -> tuple[AnswerOption, ...]:
    """Return what an item offers; a list on another type than a choice, or a "#" without its value set, is refused."""
    listed = [field for field in ("answerOption", "answerValueSet") if field in node]
    if listed and kind not in CHOICES:
        reading.refused.add(link_id, "options-on-wrong-type", type=kind.value)
        return ()
    if len(listed) > 1:
        reading.refused.add(link_id, "options-twice")
        return ()
    if "answerValueSet" in node:
        options = _from_value_set(reading, node, link_id, value_sets)
    else:
        options = list(_from_list(reading, node, link_id))
        if kind is ItemType.CHOICE and not options:
            reading.noted.add(link_id, "no-options")
    _check_options(reading, options, link_id)
    return tuple(options)


def _check_options(reading: Reading, options: list[AnswerOption], link_id: str) -> None:
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
        if "initialSelected" in each:
            reading.noted.add(link_id, "initial-ignored", "warning")
        if field == "valueCoding":
            coding = _coding(reading, reading.inner(each, field, link_id), each, link_id)
            if coding is not None:
                yield AnswerOption(coding, exclusive)
            continue
        try:
            yield AnswerOption(cast("str | int", read_value(each, "value")), exclusive)
        except ValueFault as fault:
            found = reading.noted if fault.code == "partial-date" else reading.refused
            found.problems.append(fault.problem(link_id))


def _coding(
    reading: Reading, node: Mapping[str, Any], around: Mapping[str, Any], link_id: str, system: str | None = None
) -> Coding | None:
    code = reading.text(node, "code", link_id)
    if code is None:
        reading.refused.add(link_id, "coding-without-code")
        return None
    display = _with_designations(reading, node, reading.texts(node, "display", link_id), link_id)
    return Coding(
        reading.text(node, "system", link_id) or system, code, display, _ordinal(reading, (node, around), link_id)
    )


def _with_designations(reading: Reading, node: Mapping[str, Any], display: Texts | None, link_id: str) -> Texts | None:
    by_language = dict(display.by_language) if display else {}
    for each in reading.children(node, "designation", link_id):
        language, text = each.get("language"), each.get("value")
        if isinstance(language, str) and isinstance(text, str) and language.strip() and text.strip():
            by_language.setdefault(language, text)
    return Texts.of(by_language, reading.language) if by_language else None


def _ordinal(reading: Reading, nodes: tuple[Mapping[str, Any], ...], link_id: str) -> Decimal | None:
    for node in nodes:
        for extension in extensions(node):
            if extension.url in ORDINALS:
                return reading.number(extension, link_id)
    return None


def _from_value_set(
    reading: Reading, node: Mapping[str, Any], link_id: str, value_sets: Mapping[str, Mapping[str, Any]]
) -> list[AnswerOption]:
    address = reading.text(node, "answerValueSet", link_id) or ""
    if not address.startswith("#"):
        reading.noted.add(link_id, "external-value-set", url=address)
        return []
    if address[1:] not in value_sets:
        reading.refused.add(link_id, "no-such-value-set", url=address)
        return []
    value_set = value_sets[address[1:]]
    codings = list(_concepts(reading, value_set, link_id))
    if not codings or not _is_enumerated(reading, value_set, link_id):
        reading.noted.add(link_id, "value-set-not-listed", url=address)
    return [AnswerOption(coding) for coding in codings]


def _concepts(reading: Reading, value_set: Mapping[str, Any], link_id: str) -> Iterator[Coding]:
    # An expansion is the value set worked out, so it counts before the recipe it came from.
    expansion = reading.children(reading.inner(value_set, "expansion", link_id), "contains", link_id)
    if expansion:
        yield from _expanded(reading, expansion, link_id)
        return
    for include in reading.children(reading.inner(value_set, "compose", link_id), "include", link_id):
        system = reading.text(include, "system", link_id)
        for concept in reading.children(include, "concept", link_id):
            if coding := _coding(reading, concept, concept, link_id, system):
                yield coding


def _expanded(reading: Reading, listed: list[Mapping[str, Any]], link_id: str) -> Iterator[Coding]:
    for each in listed:
        choosable = "code" in each and each.get("abstract") is not True and each.get("inactive") is not True
        if choosable and (coding := _coding(reading, each, each, link_id)):
            yield coding
        yield from _expanded(reading, reading.children(each, "contains", link_id), link_id)


def _is_enumerated(reading: Reading, value_set: Mapping[str, Any], link_id: str) -> bool:
    if reading.inner(value_set, "expansion", link_id).get("contains"):
        return True
    compose = reading.inner(value_set, "compose", link_id)
    included = reading.children(compose, "include", link_id)
    return "exclude" not in compose and all(
        "concept" in each and "filter" not in each and "valueSet" not in each for each in included
    )
