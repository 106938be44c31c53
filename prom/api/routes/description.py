"""The OpenAPI 3.1 document, gathered from the routes as they are registered."""

import re
from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_smorest.spec.plugins import FlaskPlugin

from prom.api.problems import MEDIA_TYPE, TYPE, on_the_wire
from prom.api.schemas.problem import Problem

DESCRIPTION = """Everything that Prom's pages do, for programs.

**Who calls.** `Authorization: Bearer TOKEN`: a machine's token (`prom client add`), or a person's own from `POST
/api/v1/sessions`. Cookies count for nothing here. What a caller may do follows from its scopes or its role, and whom it
may do it for from its units: nobody is told of another unit's patients, which are 404.

**Lists** come newest first in parts: ask for the next with the part's `nextCursor`.

**Refusals** are `application/problem+json` in the language of `Accept-Language` (nb, nn, en). `type` is
`urn:prom:problem:` and a code; 422 names every field at fault in `errors`. What a resource does not know is refused,
never passed over.

**What two people may change** carries an `ETag`. A change names it in `If-Match`: 428 without, 412 when somebody has
changed it meanwhile.

**Answers by machine** come in through the FHIR R4 door, `/fhir/R4`. Every read and write here leaves an audit record.
"""
TEXT = {"type": "string"}
HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": TEXT}},
    429: {"Retry-After": {"description": "Seconds.", "required": True, "schema": TEXT}},
}
#: Of each status a code of prom.errors, as an example, and what the status means here. Others never come from a
#: documented operation.
REFUSALS = {
    400: ("unreadable", "What was sent is no JSON."),
    401: ("not-signed-in", "No valid token came with the request."),
    403: ("not-permitted", "The caller's role or scopes do not allow this, or only a person may."),
    404: ("not-found", "There is nothing here that the caller may know of."),
    409: ("conflict", "It is done already, or it is not for the state that it is in."),
    412: ("precondition-failed", "It has been changed since the version that If-Match names."),
    413: ("too-large", "What was sent is too large."),
    422: ("invalid", "Something that was sent cannot be used; every field at fault is named."),
    428: ("precondition-required", "If-Match is missing."),
    429: ("too-many", "Too many requests, or too many wrong passwords."),
    500: ("failed", "A fault of ours. What was asked for has not been done."),
}


class _Paths(FlaskPlugin):  # type: ignore[misc]
    """Paths with their parts named in camelCase."""

    @staticmethod
    def flaskpath2openapi(path: str) -> str:
        """Return `/patients/{patientId}` for `/patients/<uuid:patient_id>`."""
        return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda part: "{" + on_the_wire(part[1]) + "}", path)

    def rule_to_params(self, rule: Any) -> list[dict[str, Any]]:
        """Return the path's parameters, named so too."""
        return [{**each, "name": on_the_wire(each["name"])} for each in super().rule_to_params(rule)]


class Description(Api):  # type: ignore[misc]
    """Gathers the document. It handles no errors: prom.web does, in the words of prom.api.problems."""

    #: No answer is left to a default: every operation lists its own.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        super().__init__(
            app,
            spec_kwargs={
                "title": "Prom",
                "version": "1",
                "openapi_version": "3.1.0",
                "flask_plugin": _Paths(),
                "info": {"description": DESCRIPTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
                "servers": [{"url": "/", "description": "This server."}],
                "security": [{"bearer": []}],
            },
        )
        self.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})

    def _register_error_handlers(self) -> None:
        """Register none."""

    def _register_responses(self) -> None:
        for status, (code, means) in REFUSALS.items():
            title = HTTPStatus(status).phrase
            example: dict[str, Any] = {"type": TYPE + code, "title": title, "status": status, "detail": means}
            if status == HTTPStatus.UNPROCESSABLE_ENTITY:
                example["errors"] = [{"field": "birthDate", "code": "wrong", "detail": "Write the date as a date."}]
            content = {MEDIA_TYPE: {"schema": Problem, "example": example}}
            response = {"description": means, "content": content, "headers": HEADERS.get(status, {})}
            self.spec.components.response(HTTPStatus(status).name, response, lazy=True)

    def document(self) -> dict[str, Any]:
        """Return the whole document; tags carry the resources' names."""
        document: dict[str, Any] = self.spec.to_dict()
        for tag in document["tags"]:
            tag["name"] = tag["name"].removeprefix("api-")
        return document
