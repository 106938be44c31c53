"""What every route shares: reading a request, and describing itself while it is declared."""

import http
import json
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

from flask import Request as FlaskRequest
from flask import g
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

from prom.api.problems import on_the_wire, refuse_fields
from prom.errors import PersonsOnly
from prom.staff.access import caller, public, requires
from prom.staff.permissions import Permission

P = ParamSpec("P")
R = TypeVar("R")

#: Statuses of every operation that asks who calls, of every one that takes a document, and of conditional changes.
FOR_CALLERS = (401, 403, 429)
FOR_DOCUMENTS = (400, 413, 422)
FOR_CHANGES = (409, 412, 428)

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of what is changed, as it was last seen. 428 without, 412 when it has changed since.",
    "schema": {"type": "string"},
    "example": '"3"',
}
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "description": "The ETag of what the caller has already: 304, without a body, when nothing is new.",
    "schema": {"type": "string"},
}
ETAG = {"description": "The version of what is sent.", "required": True, "schema": {"type": "string"}}
LOCATION = {"description": "Where the new one is.", "required": True, "schema": {"type": "string"}}


class Parser(FlaskParser):
    """Reads requests; whatever a schema does not know is refused, in addresses too."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": RAISE}  # noqa: RUF012 (webargs names and reads it so)

    def load_json(self, req: FlaskRequest, schema: Schema) -> Any:
        """Read the body, whatever media type it claims to be; raises BadRequest for what is no JSON."""
        try:
            return json.loads(req.get_data().decode())
        except (ValueError, RecursionError):  # no UTF-8, no JSON, a number of thousands of digits, or nested too deep
            raise BadRequest from None

    def handle_error(
        self,
        error: ValidationError,
        req: FlaskRequest,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Name every field that is at fault."""
        _, messages = next(iter(error.messages_dict.items()))  # the one location that was read
        refuse_fields(dict(_faults(messages)))


def _faults(messages: Any, place: str = "") -> Sequence[tuple[str, str]]:
    """Flatten marshmallow's nested messages: place -> code."""
    if isinstance(messages, Mapping):
        inner = [
            (f"{place}.{name}" if place and name != "_schema" else str(name), each) for name, each in messages.items()
        ]
        return [fault for name, each in inner for fault in _faults(each, "body" if name == "_schema" else name)]
    return [(place, str(messages[0]))]


class Resource(Blueprint):  # type: ignore[misc]
    """A blueprint whose routes stand in the OpenAPI document with all that they take, send and refuse."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api-{name}", __name__, description=description)
        self.title = name
        self._prepare_doc_cbks.append(self._prepare_headers_doc)

    def operation(
        self,
        method: str,
        rule: str,
        permission: Permission | None,
        *,
        returns: type[Schema] | None = None,
        status: int = 200,
        takes: type[Schema] | None = None,
        query: type[Schema] | None = None,
        refuses: Sequence[int] = (),
        persons_only: bool = False,
        if_match: bool = False,
        if_none_match: bool = False,
        headers: Mapping[str, Any] | None = None,
        media_type: str | None = None,
        example: Any = None,
    ) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
        """Declare a route. The view gets path parts by name, `given` for a document and `query` for an address."""

        def declare(view: Callable[P, Any]) -> Callable[P, Any]:
            made = self._answering(status, returns, headers, media_type)(view)
            if takes is not None:
                made = self.arguments(takes, location="json", arg_name="given", example=example)(made)
            if query is not None:
                made = self.arguments(query, location="query", arg_name="query")(made)
            statuses = {*refuses, *_refusals(rule, permission, takes, query, if_match)}
            for each in sorted(statuses):
                made = self.alt_response(each, http.HTTPStatus(each).name)(made)
            if if_none_match:
                made = self.alt_response(304, description="Nothing is new.", headers={"ETag": ETAG})(made)
            made = self.doc(operationId=on_the_wire(view.__name__), **({} if permission else {"security": []}))(made)
            made._apidoc["request_headers"] = [IF_MATCH] * if_match + [IF_NONE_MATCH] * if_none_match
            made = requires(permission)(made) if permission else public(made)
            if persons_only:
                made = _only_for_persons(made)
            self.route(rule, methods=[method], tags=[self.title])(made)
            return view

        return declare

    def _answering(
        self, status: int, returns: type[Schema] | None, headers: Mapping[str, Any] | None, media_type: str | None
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        schema = returns if media_type is None else {"type": "string", "contentMediaType": media_type}
        described = http.HTTPStatus(status).phrase
        made = self.response(status, schema, content_type=media_type, description=described, headers=headers)
        return made  # type: ignore[no-any-return]

    @staticmethod
    def _prepare_headers_doc(doc: dict[str, Any], doc_info: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        doc.setdefault("parameters", []).extend(deepcopy(doc_info.get("request_headers", [])))
        return doc


def _refusals(
    rule: str, permission: Permission | None, takes: object, query: object, if_match: bool
) -> tuple[int, ...]:
    """Return the statuses that follow from what an operation is."""
    return (
        *(FOR_CALLERS if permission else ()),
        *((404,) if re.search("<", rule) else ()),
        *(FOR_DOCUMENTS if takes else ()),
        *((422,) if query else ()),
        *(FOR_CHANGES if if_match else ()),
        500,
    )


def _only_for_persons(view: Callable[P, R]) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        caller()
        if g.get("signed_in") is None:
            raise PersonsOnly
        return view(*args, **kwargs)

    return guarded
