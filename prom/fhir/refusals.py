"""What only this door refuses: requests that are no FHIR over HTTP, and documents that contradict what is known."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from prom.errors import InvalidResponse, Refused
from questionnaires.definition import Item, ItemType, Questionnaire
from questionnaires.problems import Problem


class Unreadable(Refused):
    """What came is no JSON document; `field` says where it breaks."""

    code, status = "unreadable", 400


class BadRequest(Refused):
    """A header or a parameter cannot be understood; `field` names it."""

    code, status = "fhir.bad-request", 400


class UnknownParameter(Refused):
    """A search by something that cannot be searched by, where the caller asked for strictness; `field` names it."""

    code, status = "fhir.unknown-parameter", 400


class NotAcceptable(Refused):
    """The caller asks for a form that this door does not speak, such as XML."""

    code, status = "not-acceptable", 406


class UnsupportedMedia(Refused):
    """What came is not called JSON, or is of another version of FHIR."""

    code, status = "unsupported-media", 415


def at(field: str, code: str, **values: str | int) -> Problem:
    """Return a problem with one element of the document itself, outside its items."""
    return Problem(None, f"fhir.{code}", "error", {"field": field, **values})


def refuse(field: str, code: str, **values: str | int) -> InvalidResponse:
    """Return the refusal of a document for one problem."""
    return InvalidResponse((at(field, code, **values),))


def located(
    problems: Iterable[object], document: Mapping[str, Any], questionnaire: Questionnaire | None
) -> tuple[object, ...]:
    """Give each problem with an item the FHIRPath of that item, as `expression` among its values."""
    paths: dict[str, str] = {}
    if any(isinstance(each, Problem) and each.link_id for each in problems):
        _walk_document(document, "QuestionnaireResponse", paths)
        _walk_items(questionnaire.items if questionnaire else (), "QuestionnaireResponse", paths)
    return tuple(_with_path(each, paths) for each in problems)


def _with_path(problem: object, paths: Mapping[str, str]) -> object:
    if not isinstance(problem, Problem) or problem.link_id is None:
        return problem
    path = paths.get(problem.link_id) or "QuestionnaireResponse.descendants()" + _where(problem.link_id)
    return replace(problem, values={**problem.values, "expression": path})


def _walk_items(items: tuple[Item, ...], parent: str, paths: dict[str, str]) -> None:
    for item in items:
        path = paths[item.link_id] = f"{parent}.item{_where(item.link_id)}"
        _walk_items(item.items, path if item.type is ItemType.GROUP else f"{path}.answer", paths)


def _walk_document(node: Mapping[str, Any], parent: str, paths: dict[str, str]) -> None:
    for child in _nodes(node, "item"):
        link_id = child.get("linkId")
        path = f"{parent}.item{_where(link_id)}" if isinstance(link_id, str) else f"{parent}.item"
        if isinstance(link_id, str):
            paths.setdefault(link_id, path)
        _walk_document(child, path, paths)
        for answer in _nodes(child, "answer"):
            _walk_document(answer, f"{path}.answer", paths)


def _nodes(node: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    children = node.get(field)
    return [child for child in children if isinstance(child, Mapping)] if isinstance(children, list) else []


def _where(link_id: str) -> str:
    escaped = link_id.replace("\\", "\\\\").replace("'", "\\'")
    return f".where(linkId='{escaped}')"
