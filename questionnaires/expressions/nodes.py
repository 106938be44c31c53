"""What an expression works on: values and elements, each with its FHIR or FHIRPath type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from questionnaires.expressions.faults import NotComputed
from questionnaires.expressions.moments import Moment

UCUM = "http://unitsofmeasure.org"
MOST_DIGITS = 28


@dataclass(frozen=True)
class Amount:
    """A number with its unit: UCUM's code, or the word of a calendar ("year")."""

    value: Decimal
    unit: str
    calendar: bool = False


class Node(NamedTuple):
    """One value or element.

    `kind` is its type: in small letters and with the names of FHIR for what stands in a document ("integer",
    "Coding"), with a capital for what FHIRPath made ("Integer"), empty where it is not known. `parent` is the element
    it was found in.
    """

    value: Any
    kind: str = ""
    parent: Node | None = None


Nodes: TypeAlias = list[Node]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Elements of FHIR R4 that carry their type in their name, and the types they may have.
_CHOICES = _words(
    """abatement age allowed answer born collected content deceased defaultValue dosage effective fastingStatus
    identified item location medication multipleBirth occurrence onset performed product reported serviced subject
    substance target time timing value"""
)
_PRIMITIVES: Mapping[str, str] = {
    name[0].upper() + name[1:]: name
    for name in _words(
        """boolean integer decimal string uri url canonical base64Binary instant date dateTime time code oid id markdown
        unsignedInt positiveInt uuid"""
    )
}
_COMPLEX = _words(
    """Address Age Annotation Attachment CodeableConcept Coding ContactPoint Count Distance Duration Expression
    HumanName Identifier Money Period Quantity Range Ratio Reference SampledData Signature Timing"""
)
#: Elements whose type matters to an expression and does not stand in their name.
_KNOWN: Mapping[str, str] = {
    "linkId": "string",
    "text": "string",
    "display": "string",
    "unit": "string",
    "code": "code",
    "status": "code",
    "system": "uri",
    "authored": "dateTime",
    "birthDate": "date",
    "coding": "Coding",
    "item": "BackboneElement",
    "answer": "BackboneElement",
    "questionnaire": "canonical",
    "language": "code",
}
#: What one type of FHIR is besides.
BROADER: Mapping[str, str] = {
    "code": "string",
    "id": "string",
    "markdown": "string",
    "canonical": "uri",
    "url": "uri",
    "oid": "uri",
    "uuid": "uri",
    "positiveInt": "integer",
    "unsignedInt": "integer",
}
_MOMENTS = frozenset({"date", "dateTime", "time", "instant"})


def read(value: Any, kind: str = "", parent: Node | None = None) -> Node:
    """Make a node of a piece of a FHIR document; a moment that does not exist raises NotComputed."""
    if isinstance(value, bool):
        return Node(value, kind or "boolean", parent)
    if isinstance(value, int):
        return Node(value, kind or "integer", parent)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return Node(plain(value), kind or "decimal", parent)
    if isinstance(value, str) and kind in _MOMENTS:
        moment = Moment.read(value)
        if moment is None:
            raise NotComputed("a date or time does not exist")
        return Node(moment, kind, parent)
    return Node(value, kind, parent)


def plain(number: Decimal) -> Decimal:
    """Return a number without zeros at its end, and whole ones without an exponent.

    Raises NotComputed for one with more digits than are worked with: it would be cut short.
    """
    if len(number.as_tuple().digits) > MOST_DIGITS:
        raise NotComputed("a number has too many digits")
    bare = number.normalize()
    return bare.quantize(Decimal(1)) if bare.as_tuple().exponent > 0 else bare  # type: ignore[operator]


def child(node: Node, name: str) -> Iterator[Node]:
    """Yield the elements of this name in an element; for a resource, its type's name is the resource itself."""
    value = node.value
    if isinstance(value, Amount):
        if name in ("value", "unit", "code"):
            yield Node(value.value if name == "value" else value.unit, "decimal" if name == "value" else "code", node)
        return
    if not isinstance(value, Mapping):
        return
    if name[:1].isupper():
        if value.get("resourceType") == name:
            yield node
        return
    found, kind = value.get(name), _kind_of(node, name)
    if found is None and name in _CHOICES:
        found, kind = _chosen(value, name)
    for each in found if isinstance(found, list) else [] if found is None else [found]:
        yield read(each, kind, node)


def _kind_of(node: Node, name: str) -> str:
    if node.kind == "Quantity" and name == "value":
        return "decimal"
    return _KNOWN.get(name, "") if name != "code" or node.kind in ("Coding", "Quantity") else ""


def _chosen(value: Mapping[str, Any], name: str) -> tuple[Any, str]:
    for field, found in value.items():
        if field.startswith(name):
            kind = field[len(name) :]
            if kind in _COMPLEX:
                return found, kind
            if kind in _PRIMITIVES:
                return found, _PRIMITIVES[kind]
    return None, ""


def children(node: Node) -> Iterator[Node]:
    """Yield every element and value directly in an element, in the order of the document."""
    if isinstance(node.value, Mapping):
        for field, found in node.value.items():
            if field in ("resourceType", "id") or field.startswith("_"):
                continue
            kind = _kind_of(node, field)
            if field.startswith("value") and field != "value":
                kind = _chosen(node.value, "value")[1]
            for each in found if isinstance(found, list) else [found]:
                yield read(each, kind, node)


def key(node: Node) -> object:
    """Return what is equal for nodes that are equal: 5 and 5.0, but not 5 and "5"."""
    value = node.value
    if isinstance(value, Moment):
        return (value.kind, value.zone is None, value.parts())
    if (quantity := amount(node)) is not None:
        return (quantity.value, quantity.unit, quantity.calendar)
    if isinstance(value, bool | str):
        return (type(value).__name__, value)
    if isinstance(value, int | Decimal):
        return ("number", Decimal(value))
    return ("element", json.dumps(value, sort_keys=True, default=_written))


def _written(value: object) -> object:
    if isinstance(value, Decimal):
        return ["number", str(plain(value))]
    return dict(value) if isinstance(value, Mapping) else str(value)


def amount(node: Node) -> Amount | None:
    """Return a quantity with its unit, or None where it is not one that says its unit in UCUM."""
    if isinstance(node.value, Amount):
        return node.value
    if node.kind == "Quantity" and isinstance(node.value, Mapping):
        value, code = node.value.get("value"), node.value.get("code")
        if node.value.get("system") == UCUM and isinstance(code, str) and isinstance(value, int | Decimal):
            return Amount(Decimal(value), code)
    return None
