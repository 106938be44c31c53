"""Value sets: the codes that a contained one lists, or one of HL7's that is known here, and whether that is all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from questionnaires.reading.extensions import ORDINALS, extensions
from questionnaires.reading.fields import Reading
from questionnaires.reading.known_value_sets import KNOWN
from questionnaires.values import Coding, Texts

Node = Mapping[str, Any]


def read_coding(reading: Reading, node: Node, around: Node, link_id: str, system: str | None = None) -> Coding | None:
    """Return a coding with its translations and what it counts in a score.

    One without a code, as R4 allows, is left out and stands in the way of publishing: no answer could tell it.
    """
    code = reading.text(node, "code", link_id)
    if code is None:
        reading.noted.add(link_id, "coding-without-code")
        return None
    display = _with_designations(reading, node, reading.texts(node, "display", link_id), link_id)
    return Coding(
        reading.text(node, "system", link_id) or system, code, display, _ordinal(reading, (node, around), link_id)
    )


def _with_designations(reading: Reading, node: Node, display: Texts | None, link_id: str) -> Texts | None:
    by_language = dict(display.by_language) if display else {}
    for each in reading.children(node, "designation", link_id):
        language, text = each.get("language"), each.get("value")
        if isinstance(language, str) and isinstance(text, str) and language.strip() and text.strip():
            by_language.setdefault(language, text)
    return Texts.of(by_language, reading.language) if by_language else None


def _ordinal(reading: Reading, nodes: tuple[Node, ...], link_id: str) -> Decimal | None:
    for node in nodes:
        for extension in extensions(node):
            if extension.url in ORDINALS:
                return reading.number(extension, link_id)
    return None


class ValueSets:
    """The value sets and code systems that one document contains."""

    def __init__(self, reading: Reading, document: Node) -> None:
        self.reading = reading
        contained = reading.children(document, "contained")
        self._sets = [each for each in contained if each.get("resourceType") == "ValueSet"]
        self._systems = [each for each in contained if each.get("resourceType") == "CodeSystem"]

    def codings(self, address: str, link_id: str) -> tuple[tuple[Coding, ...], bool]:
        """Return the codes of "#id" or a canonical address, and whether they are all; a lost "#id" is refused."""
        return self._found(address, link_id, ())

    def _found(self, address: str, link_id: str, within: tuple[str, ...]) -> tuple[tuple[Coding, ...], bool]:
        value_set = next((each for each in self._sets if _is_at(each, address)), None)
        if value_set is None and address.startswith("#"):
            self.reading.refused.add(link_id, "no-such-value-set", url=address)
            return (), False
        if value_set is None:
            known = KNOWN.get(address.partition("|")[0], ())
            return known, bool(known)
        if address in within:  # a value set that includes itself
            return (), False
        return self._listed(value_set, link_id, (*within, address))

    def _listed(self, value_set: Node, link_id: str, within: tuple[str, ...]) -> tuple[tuple[Coding, ...], bool]:
        # An expansion is the value set worked out, so it counts before the recipe it came from.
        expansion = self.reading.inner(value_set, "expansion", link_id)
        contains = self.reading.children(expansion, "contains", link_id)
        if contains:
            worked_out = tuple(self._expanded(contains, link_id))
            total = expansion.get("total")
            return worked_out, bool(worked_out) and not (isinstance(total, int) and total > _count(contains))
        return self._composed(self.reading.inner(value_set, "compose", link_id), link_id, within)

    def _composed(self, compose: Node, link_id: str, within: tuple[str, ...]) -> tuple[tuple[Coding, ...], bool]:
        codings: dict[Coding, Coding] = {}
        complete = True
        for include in self.reading.children(compose, "include", link_id):
            found, whole = self._included(include, link_id, within)
            complete = complete and whole
            for coding in found:
                codings.setdefault(coding, coding)
        for exclude in self.reading.children(compose, "exclude", link_id):
            found, whole = self._included(exclude, link_id, within)
            complete = complete and whole
            for coding in found:
                codings.pop(coding, None)
        return tuple(codings.values()), complete and bool(codings)

    def _included(self, include: Node, link_id: str, within: tuple[str, ...]) -> tuple[tuple[Coding, ...], bool]:
        system = self.reading.text(include, "system", link_id)
        if "concept" in include:
            concepts = self.reading.children(include, "concept", link_id)
            read = [read_coding(self.reading, each, each, link_id, system) for each in concepts]
            plain = "filter" not in include and "valueSet" not in include
            return tuple(coding for coding in read if coding is not None), plain
        addresses = include.get("valueSet")
        if system is None and isinstance(addresses, list) and len(addresses) == 1 and isinstance(addresses[0], str):
            return self._found(addresses[0], link_id, within)
        if "filter" in include or "valueSet" in include:
            return (), False
        return self._whole_system(system, link_id)

    def _whole_system(self, system: str | None, link_id: str) -> tuple[tuple[Coding, ...], bool]:
        for each in self._systems:
            if system is not None and each.get("url") == system:
                codings = tuple(self._concepts(each, system, link_id))
                return codings, each.get("content") == "complete" and bool(codings)
        return (), False

    def _concepts(self, node: Node, system: str, link_id: str) -> Iterator[Coding]:
        for concept in self.reading.children(node, "concept", link_id):
            if coding := read_coding(self.reading, concept, concept, link_id, system):
                yield coding
            yield from self._concepts(concept, system, link_id)

    def _expanded(self, listed: list[Node], link_id: str) -> Iterator[Coding]:
        for each in listed:
            choosable = "code" in each and each.get("abstract") is not True and each.get("inactive") is not True
            if choosable and (coding := read_coding(self.reading, each, each, link_id)):
                yield coding
            yield from self._expanded(self.reading.children(each, "contains", link_id), link_id)


def _is_at(resource: Node, address: str) -> bool:
    if address.startswith("#"):
        return resource.get("id") in (address, address[1:])
    url, _, version = address.partition("|")
    return resource.get("url") == url and version in ("", resource.get("version"))


def _count(contains: list[Node]) -> int:
    nested = (each.get("contains") for each in contains)
    return len(contains) + sum(_count(inner) for inner in nested if isinstance(inner, list))
