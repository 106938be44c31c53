"""One fault put into a response that was valid, and the problem that must be found for it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.questionnaires.generated_forms import UCUM, coding, is_asked, occurs
from tests.questionnaires.samples import Node


@dataclass(frozen=True)
class Place:
    """One item of the form where it was, or could have been, answered: the answers beside it, and its own."""

    node: Node
    beside: list[Node]
    given: Node | None
    top: bool

    @property
    def answers(self) -> list[Node]:
        """The answers given here."""
        answers: list[Node] = (self.given or {}).get("answer", [])
        return answers


def places(form: Node, response: Node) -> Iterator[Place]:
    """Every place of a response, in the form's order."""
    yield from _walk(form["item"], response.setdefault("item", []), True)


def _walk(asked: list[Node], beside: list[Node], top: bool) -> Iterator[Place]:
    for node in asked:
        found: list[Node | None] = [each for each in beside if each["linkId"] == node["linkId"]]
        for given in found or [None]:
            yield Place(node, beside, given, top)
            for inner in _inside(node, given):
                yield from _walk(node.get("item", []), inner, False)


def _inside(node: Node, given: Node | None) -> list[list[Node]]:
    if given is None or (node["type"] != "group" and "answer" not in given):  # a question left open demands nothing
        return []
    if "answer" in given:
        return [answer.setdefault("item", []) for answer in given["answer"]]
    return [given.setdefault("item", [])]


#: Changes the response at a place, and says what must be found; None where the place does not allow for this fault.
Fault = Callable[[Place], str | None]


def missing(place: Place) -> str | None:
    """A required answer is left out."""
    if place.given is None or not place.node.get("required"):
        return None
    place.beside.remove(place.given)
    return "required-missing"


def disabled(place: Place) -> str | None:
    """An item that is not asked is answered."""
    if place.node["type"] in ("group", "display") or is_asked(place.node, place.beside):
        return None
    place.beside.append({"linkId": place.node["linkId"], "answer": [{"valueString": "abc"}]})
    return "disabled-item-answered"


def unknown(place: Place) -> str | None:
    """An item that the form does not have is answered."""
    place.beside.append({"linkId": "nowhere", "answer": [{"valueBoolean": True}]})
    return "unknown-item"


def moved(place: Place) -> str | None:
    """An item of another place is answered here."""
    inner = next((each for each in place.node.get("item", []) if each["type"] == "boolean"), None)
    if inner is None:
        return None
    place.beside.append({"linkId": inner["linkId"], "answer": [{"valueBoolean": True}]})
    return "item-in-wrong-place"


def twice(place: Place) -> str | None:
    """A question stands twice."""
    if place.given is None or not place.answers:
        return None
    place.beside.append(copy.deepcopy(place.given))
    return "item-given-twice"


def too_many(place: Place) -> str | None:
    """A question that does not repeat has two answers, or one that does has more than it may."""
    most = occurs(place.node, "maxOccurs") if place.node.get("repeats") else 1
    if not place.answers or most is None:
        return None
    place.answers.extend(copy.deepcopy(place.answers[0]) for _ in range(most + 1 - len(place.answers)))
    return "too-many-answers"


def too_few(place: Place) -> str | None:
    """A question has fewer answers than it must have."""
    if not place.answers or not place.node.get("repeats") or not occurs(place.node, "minOccurs"):
        return None
    del place.answers[1:]
    return "too-few-answers"


def answered_group(place: Place) -> str | None:
    """A group is answered."""
    if place.given is None or place.node["type"] != "group":
        return None
    place.given["answer"] = [{"valueBoolean": True}]
    return "answer-to-group"


def exclusive(place: Place) -> str | None:
    """What stands alone is chosen with another."""
    if not place.answers or not place.node.get("repeats") or "choice" not in place.node["type"]:
        return None
    place.answers[:] = [{"valueCoding": coding("none")}, {"valueCoding": coding("0")}]
    return "exclusive-option-with-others"


def _instead(place: Place, value: Any, code: str) -> str | None:
    inner = place.answers[0].get("item", [])
    place.answers[0].clear()
    place.answers[0].update(value, **({"item": inner} if inner else {}))
    return code


def wrong_type(place: Place) -> str | None:
    """An answer is of another type."""
    if not place.answers:
        return None
    kind = place.node["type"]
    return _instead(place, {"valueTime": "10:00:00"} if kind == "boolean" else {"valueBoolean": True}, "wrong-type")


def wrong_value(place: Place) -> str | None:
    """An answer is of the right type, but beyond what the item takes."""
    beyond = _beyond(place.node) if place.answers else None
    return _instead(place, *beyond) if beyond else None


def _beyond(node: Node) -> tuple[Node, str] | None:
    urls = [each["url"].rpartition("/")[2] for each in node.get("extension", [])]
    if "answerOption" in node:
        if node["type"] in ("string", "integer"):
            return ({"valueString": "pink"} if node["type"] == "string" else {"valueInteger": 4}), "option-not-offered"
        return {"valueCoding": coding("9")}, "option-not-offered"
    if node["type"] == "string" and "minLength" in urls:
        return {"valueString": "a"}, "too-short"
    if node["type"] == "string":
        return ({"valueString": "xyz"}, "other-pattern") if "regex" in urls else ({"valueString": "a" * 9}, "too-long")
    return _BEYOND.get(node["type"])


_BEYOND: dict[str, tuple[Node, str]] = {
    "integer": ({"valueInteger": 100}, "too-high"),
    "decimal": ({"valueDecimal": 50.25}, "too-many-decimals"),
    "quantity": ({"valueQuantity": {"value": 5, "unit": "cm", "system": UCUM, "code": "cm"}}, "other-unit"),
    "date": ({"valueDate": "2025-01-01"}, "too-high"),
    "url": ({"valueUri": "not an address"}, "not-an-address"),
    "attachment": ({"valueAttachment": {"contentType": "text/plain", "data": "AAAA"}}, "other-file-kind"),
    "reference": ({"valueReference": {"reference": "Unheard/1"}}, "other-resource"),
}

FAULTS: tuple[Fault, ...] = (
    missing,
    disabled,
    unknown,
    moved,
    twice,
    too_many,
    too_few,
    answered_group,
    exclusive,
    wrong_type,
    wrong_value,
)
