"""What the API answers when it refuses: problem+json (RFC 9457), from the one catalogue of problems in prom.errors."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Response, abort, g

from prom import language, logs
from prom.errors import Invalid
from prom.responses import wording
from questionnaires.problems import Problem

MEDIA_TYPE = "application/problem+json"
#: What `type` begins with; the code of prom.errors follows.
TYPE = "urn:prom:problem:"


def answer(
    code: str,
    status: int,
    *,
    field: str | None = None,
    values: Mapping[str, object] | None = None,
    problems: Sequence[object] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Write a refusal in the caller's language.

    `field` names what is at fault where something was sent (422), `problems` are those of a questionnaire's answers.
    """
    faults = [_answer_fault(each) for each in problems if isinstance(each, Problem)]
    if field is not None and status == Invalid.status:
        faults.append(_field_fault(field, code))
    return _write(code, status, faults, values or {}, headers or {})


def refuse_fields(faults: Mapping[str, str], family: str = "api.field") -> NoReturn:
    """Stop this request, naming every field that is at fault: field (snake_case) -> code of its words.

    `family` begins the keys of words for single fields, where a catalogue has such.
    """
    listed = [_field_fault(field, code, family) for field, code in faults.items()]
    # A whole response, not a status: no error handler has to know what an API's fields are.
    abort(_write(Invalid.code, Invalid.status, listed, {}, {}))


def _write(
    code: str, status: int, faults: list[dict[str, str]], values: Mapping[str, object], headers: Mapping[str, str]
) -> Response:
    document: dict[str, Any] = {
        "type": TYPE + code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _words((f"api.error.{code}", f"error.{code}"), values),
    }
    if faults:
        document["errors"] = faults
    origin = logs.origin()
    if origin is not None:
        document["requestId"] = origin.stamps["request"]
    response = Response(json.dumps(document, ensure_ascii=False), status=status, mimetype=MEDIA_TYPE)
    response.headers.update(headers)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="prom"'
    return response


def _field_fault(field: str, code: str, family: str = "api.field") -> dict[str, str]:
    keys = (f"{family}.{field if code == 'wrong' else code}", f"api.fault.{code}", f"error.{code}")
    return {"field": on_the_wire(field), "code": code, "detail": _words(keys, {})}


def _answer_fault(problem: Problem) -> dict[str, str]:
    words = wording.problem(problem, g.get("language", "nb")).text
    place = {"linkId": problem.link_id} if problem.link_id else {}
    return {**place, "code": problem.code, "detail": words}


def _words(keys: Sequence[str], values: Mapping[str, object]) -> str:
    """Return the words of the first key that has any: the API's own, since it has no pages to reload, come first."""
    key = next((each for each in keys if language.has(each, "nb")), keys[-1])
    return language.text(key, g.get("language", "nb"), **values)


def on_the_wire(name: str) -> str:
    """Return a snake_case name in camelCase."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)
