"""FHIR's XML -> the same tree as its JSON, for questionnaires and responses; what is not known is refused, not dropped.

XML does not say which elements are lists, numbers or flags; xml_types.py does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser, tostring

from questionnaires.trees.xml_types import PLAIN, TYPES, VALUES

_FHIR = "{http://hl7.org/fhir}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_RESOURCES = ("Questionnaire", "QuestionnaireResponse", "ValueSet")
#: No form nests so deep; far beyond would exhaust the stack.
_DEEPEST = 100


class _NoDoctype(TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse what entities are declared in; FHIR has none."""
        raise ValueError("FHIR's XML has no DOCTYPE")


def load(text: str) -> dict[str, Any]:
    """Read one Questionnaire, QuestionnaireResponse or ValueSet; raises ValueError for anything else."""
    try:
        parser = XMLParser(target=_NoDoctype())
        parser.feed(text)
        root = parser.close()
    except ParseError as error:
        raise ValueError(f"it is no XML: {error}") from None
    return _resource(root)


def _resource(element: Element) -> dict[str, Any]:
    name = element.tag.removeprefix(_FHIR)
    if name not in _RESOURCES or not element.tag.startswith(_FHIR):
        raise ValueError(f"{name} is not read from XML")
    return {"resourceType": name, **_fields(element, name, 1)}


def _fields(element: Element, kind: str, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise ValueError("it nests too deep")
    _check_text(element)
    made: dict[str, Any] = {name: value for name, value in element.attrib.items() if name in ("id", "url")}
    beside: dict[str, list[Any]] = {}
    for child in element:
        name, listed, inner = _declared(child, kind)
        value, extra = _value(child, inner, depth)
        if listed:
            made.setdefault(name, []).append(value)
            beside.setdefault(name, []).append(extra)
        elif name in made:
            raise ValueError(f"{name} stands twice in {kind}")
        else:
            made |= {name: value} if value is not None else {}
            made |= {f"_{name}": extra} if extra is not None else {}
    return made | {f"_{name}": extras for name, extras in beside.items() if any(extra is not None for extra in extras)}


def _declared(child: Element, kind: str) -> tuple[str, bool, str]:
    """Return an element's name, whether it is a list, and its type."""
    name = re.sub(r"^\{.*\}", "", child.tag)
    if name == "extension":
        return name, True, "Extension"
    if name == "id":
        return name, False, "string"
    for declared in TYPES[kind].split():
        bare, _, inner = declared.partition(":")
        if bare.removesuffix("*") == name:
            return name, bare.endswith("*"), inner or "string"
        stem = bare.removesuffix("[x]")
        end = name.removeprefix(stem)
        if stem != bare and name.startswith(stem) and (end in VALUES or end in PLAIN):
            return name, False, VALUES.get(end, "string")
    raise ValueError(f"{name} is not known in {kind}")


def _value(child: Element, kind: str, depth: int) -> tuple[Any, dict[str, Any] | None]:
    """Return an element's value, and what stands beside it in JSON: the id and extensions of a plain value."""
    if kind == "xhtml":
        return _narrative(child), None
    if kind == "Resource":
        inside = list(child)
        if len(inside) != 1:
            raise ValueError("contained holds one resource")
        return _resource(inside[0]), None
    if kind in TYPES:
        return _fields(child, kind, depth + 1), None
    _check_text(child)
    beside: dict[str, Any] = {"id": child.attrib["id"]} if "id" in child.attrib else {}
    extensions = [_fields(each, "Extension", depth + 1) for each in _extensions(child)]
    beside |= {"extension": extensions} if extensions else {}
    return (_plain(child.attrib["value"], kind) if "value" in child.attrib else None), beside or None


def _extensions(child: Element) -> Iterator[Element]:
    for each in child:
        if each.tag != f"{_FHIR}extension":
            raise ValueError(f"{child.tag.removeprefix(_FHIR)} is a plain value")
        yield each


def _check_text(element: Element) -> None:
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in texts):
        raise ValueError(f"{element.tag.removeprefix(_FHIR)} holds a text where FHIR has an attribute")


def _narrative(child: Element) -> str:
    """Return the element as XHTML; it stands last in what is read, so that its names may be shortened in place."""
    for each in child.iter():
        each.tag = each.tag.removeprefix(_XHTML)
    child.set("xmlns", _XHTML.strip("{}"))
    child.tail = None
    return tostring(child, encoding="unicode")


def _plain(text: str, kind: str) -> Any:
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "integer" and re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    if kind == "decimal":
        try:
            return Decimal(text)
        except InvalidOperation:
            pass
    if kind == "string":
        return text
    raise ValueError(f"{text!r} is no {kind}")
