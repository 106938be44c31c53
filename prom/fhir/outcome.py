"""The OperationOutcome: how this door says what went wrong, and what a patient must be told to do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response, g

from prom import language
from prom.responses import wording
from questionnaires.documents import dumps
from questionnaires.problems import Problem

MEDIA_TYPE = "application/fhir+json"
#: The names of what can be refused, as codings: the same as in Prom's own catalogue.
CODES = "urn:prom:problem"

#: R4's IssueType for an HTTP status, where the problem's own code does not decide.
_TYPES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
}
#: R4's IssueType for what can be wrong with an answer; everything else is a wrong value.
_ANSWER_TYPES = {
    "required-missing": "required",
    "too-few-answers": "required",
    "no-value": "required",
    "option-not-offered": "code-invalid",
    "options-unknown": "code-invalid",
    "units-unknown": "code-invalid",
    "other-pattern": "value",
    "disabled-item-answered": "business-rule",
    "exclusive-option-with-others": "business-rule",
    "not-a-resource": "structure",
    "wrong-field": "structure",
    "no-link-id": "structure",
    "unknown-item": "structure",
    "item-in-wrong-place": "structure",
    "nested-too-deep": "too-costly",
    "document-too-large": "too-long",
    "modifier": "extension",
}


def answer(
    code: str,
    status: int,
    *,
    field: str | None = None,
    values: Mapping[str, object] | None = None,
    problems: Sequence[object] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer a refusal or a fault as an OperationOutcome, in the language of the request."""
    found = [each for each in problems if isinstance(each, Problem)]
    issues = [_of_problem(each) for each in found] or [_of_code(code, status, field, values or {})]
    response = dumped(document(issues), status)
    response.headers.update(headers or {})
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Prom"'
    return response


def document(issues: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the resource of some issues."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def dumped(resource: Mapping[str, Any], status: int = 200) -> Response:
    """Return an HTTP answer that holds a resource, with decimals digit for digit."""
    return Response(dumps(resource), status=status, content_type=MEDIA_TYPE)


def issue(severity: str, kind: str, code: str, text: str) -> dict[str, Any]:
    """Return one issue: severity and kind of R4, Prom's own code, and words for people."""
    return {
        "severity": severity,
        "code": kind,
        "details": {"coding": [{"system": CODES, "code": code.removeprefix("fhir.")}], "text": breakable(text)},
    }


def breakable(text: str) -> str:
    """Return a text with ordinary spaces: by HL7's own schema a string holds no other."""
    return " ".join(text.split("\u00a0"))


def _of_code(code: str, status: int, field: str | None, values: Mapping[str, object]) -> dict[str, Any]:
    words = language.text(f"error.{code}", g.get("language", "nb"), **values)
    severity = "fatal" if status >= 500 else "error"
    made = issue(severity, _TYPES.get(status, "exception" if status >= 500 else "processing"), code, words)
    return made | ({"diagnostics": field} if field else {})


def _of_problem(problem: Problem) -> dict[str, Any]:
    words = wording.problem(problem, g.get("language", "nb")).text
    made = issue(problem.severity, _ANSWER_TYPES.get(problem.code, "value"), problem.code, words)
    if not problem.code.startswith("fhir."):
        made["diagnostics"] = problem.text
    return made | ({"expression": [path]} if (path := _path(problem)) else {})


def _path(problem: Problem) -> str | None:
    if path := problem.values.get("expression"):
        return str(path)
    field = problem.values.get("field")
    if problem.link_id is None and field is not None:
        return f"QuestionnaireResponse.{field}"
    return None
