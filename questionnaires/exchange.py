"""A questionnaire response to and from its FHIR R4 document, losing nothing that was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from questionnaires.answers import Answer, QuestionnaireResponse, ResponseItem, Status
from questionnaires.documents import faults
from questionnaires.fhir_values import ValueFault, read_value, write_value
from questionnaires.problems import Findings, ResponseError
from questionnaires.values import Value

#: Elements that change the meaning of what they stand in: FHIR asks a reader that does not know them to refuse.
MODIFIERS = ("modifierExtension", "implicitRules")


class _Reading(Findings):
    """One document being read: what is wrong with it, and the options met so far.

    A report gives the same few options again and again; each is read once, for this document only.
    """

    def __init__(self, all_of_r4: bool) -> None:
        super().__init__()
        self.all_of_r4 = all_of_r4
        self._options: dict[tuple[object, ...], Value] = {}

    def value(self, node: Mapping[str, Any]) -> Value:
        """Return the value[x] of an answer; raises ValueFault as read_value() does."""
        coding = node.get("valueCoding") if len(node) == 1 else None
        if type(coding) is not dict:
            return read_value(node, "value", files=self.all_of_r4)
        fields = (*coding, *coding.values())
        try:
            known = self._options.get(fields)
        except TypeError:  # an extension in it, which is a list
            return read_value(node, "value")
        if known is None:
            known = self._options[fields] = read_value(node, "value")
        return known


def to_fhir(response: QuestionnaireResponse) -> dict[str, Any]:
    """Return the FHIR R4 document; decimals stay Decimal, so write it with documents.dumps()."""
    document: dict[str, Any] = {"resourceType": "QuestionnaireResponse"}
    if response.language is not None:
        document["language"] = response.language
    document |= {"questionnaire": response.questionnaire, "status": response.status}
    return document | _items_to_fhir(response.items)


def from_fhir(document: Any, *, all_of_r4: bool = False) -> QuestionnaireResponse:
    """Read a FHIR R4 QuestionnaireResponse: its questionnaire, status, language and answers; unknown linkIds are kept.

    Attachments, references and the status `stopped` are refused unless `all_of_r4` says that they can be dealt with.
    Raises ResponseError, which names everything that is wrong, for any JSON value that is no response; nothing else.
    """
    if unsound := faults(document):
        raise ResponseError(unsound)
    found = _Reading(all_of_r4)
    if not isinstance(document, Mapping) or document.get("resourceType") != "QuestionnaireResponse":
        found.add(None, "not-a-resource", expected="QuestionnaireResponse")
        raise ResponseError(found.problems)
    _check_head(document, found)
    items = _read_items(document, None, found)
    if found.problems:
        raise ResponseError(found.problems)
    return QuestionnaireResponse(document["questionnaire"], document["status"], items, document.get("language"))


def _items_to_fhir(items: tuple[ResponseItem, ...]) -> dict[str, Any]:
    return {"item": [_item_to_fhir(item) for item in items]} if items else {}


def _item_to_fhir(item: ResponseItem) -> dict[str, Any]:
    node: dict[str, Any] = {"linkId": item.link_id}
    if item.items:
        node |= _items_to_fhir(item.items)
    if item.answers:
        node["answer"] = [write_value(answer.value) | _items_to_fhir(answer.items) for answer in item.answers]
    return node


def _check_head(document: Mapping[str, Any], found: _Reading) -> None:
    for field in ("questionnaire", "language"):
        value = document.get(field, "" if field == "questionnaire" else "und")
        if not isinstance(value, str) or not value.strip():
            found.add(None, "wrong-field", field=field, expected="text")
    known = [status for status in get_args(Status) if found.all_of_r4 or status != "stopped"]
    if document.get("status") not in known:
        found.add(None, "wrong-field", field="status", expected=", ".join(known))
    _check_modifiers(document, None, found)


def _check_modifiers(node: Mapping[str, Any], link_id: str | None, found: _Reading) -> None:
    for field in MODIFIERS:
        if field in node:
            found.add(link_id, "modifier", field=field)


def _read_items(node: Mapping[str, Any], parent: str | None, found: _Reading) -> tuple[ResponseItem, ...]:
    if "item" not in node:
        return ()
    read = [_read_item(child, parent, found) for child in _children(node, "item", parent, found)]
    return tuple([item for item in read if item is not None])


def _read_item(node: Mapping[str, Any], parent: str | None, found: _Reading) -> ResponseItem | None:
    link_id = node.get("linkId")
    if not isinstance(link_id, str) or not link_id.strip():
        found.add(parent, "no-link-id")
        return None
    _check_modifiers(node, link_id, found)
    answers, items = _read_answers(node, link_id, found), _read_items(node, link_id, found)
    if None not in answers:
        return ResponseItem(link_id, cast("tuple[Answer, ...]", answers), items)
    beneath = [child for each in node["answer"] if _is_empty(each) for child in _read_items(each, link_id, found)]
    given = tuple([answer for answer in answers if answer is not None])
    return ResponseItem(link_id, given, (*items, *beneath), has_empty_answer=bool(beneath))


def _read_answers(node: Mapping[str, Any], link_id: str, found: _Reading) -> tuple[Answer | None, ...]:
    if "answer" not in node:
        return ()
    return tuple([_read_answer(child, link_id, found) for child in _children(node, "answer", link_id, found)])


def _read_answer(node: Mapping[str, Any], link_id: str, found: _Reading) -> Answer | None:
    """Read one answer; None for a wrong one, which is noted, and for one without a value, around what lies beneath."""
    _check_modifiers(node, link_id, found)
    if _is_empty(node):
        return None
    items = _read_items(node, link_id, found)
    try:
        return Answer(found.value(node), items)
    except ValueFault as fault:
        found.problems.append(fault.problem(link_id))
        return None


def _is_empty(node: Mapping[str, Any]) -> bool:
    """Whether an answer has items and no value, as R4 allows where a question is left open."""
    return "item" in node and not any(field.startswith(("value", "_value")) for field in node)


def _children(node: Mapping[str, Any], field: str, link_id: str | None, found: _Reading) -> list[Mapping[str, Any]]:
    children = node[field]
    # Looked at kind by kind: to ask every child whether it is a Mapping costs more than to read it.
    if isinstance(children, list) and all(issubclass(kind, Mapping) for kind in set(map(type, children))):
        return children
    found.add(link_id, "wrong-field", field=field, expected="a list of objects")
    return []
