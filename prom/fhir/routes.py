"""The FHIR door's addresses: parse, call inside a transaction, send. What it offers stands in /fhir/R4/metadata."""

import uuid
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, current_app, g, request
from werkzeug.http import http_date

from prom.config import Settings
from prom.db import reading, transaction
from prom.fhir import fetching, receiving, requests, resources, tasking
from prom.fhir.fetching import Shown
from prom.fhir.incoming import parse
from prom.fhir.metadata import statement
from prom.fhir.outcome import MEDIA_TYPE, dumped
from prom.fhir.receiving import Context
from prom.staff.access import caller, public, requires
from prom.staff.permissions import Permission

routes = Blueprint("fhir", __name__, url_prefix="/fhir/R4")
View = TypeVar("View", bound=Callable[..., Response])


def offers(resource: str, interaction: str) -> Callable[[View], View]:
    """Mark a view as an interaction of R4, which the CapabilityStatement then shows."""

    def decorate(view: View) -> View:
        view.interaction = (resource, interaction)  # type: ignore[attr-defined]
        return view

    return decorate


@routes.before_request
def negotiate() -> None:
    """Refuse a caller who wants no JSON, before anything is done."""
    asked = request.args.get("_format")
    requests.check_format(asked)
    if asked is None and request.headers.get("Accept"):
        requests.check_accept(request.accept_mimetypes)


@routes.get("/metadata")
@public
def show_metadata() -> Response:
    """Say what this door offers."""
    views = current_app.view_functions.values()
    offered = [view.interaction for view in views if hasattr(view, "interaction")]
    return dumped(statement(offered, _base(), g.language))


@routes.post("/QuestionnaireResponse")
@offers("QuestionnaireResponse", "create")
@requires(Permission.SUBMIT_RESPONSE)
def create_response() -> Response:
    """Take the answer to an assignment."""
    unless, document = requests.identifier_in(request.headers.get("If-None-Exist")), parse(_body())
    with transaction() as session:
        taken = receiving.take(session, document, _context(), unless)
        if taken.findings is None:
            fetching.record_read(session, taken.row, _context())
        shown = fetching.show(session, taken.row, _context(), taken.findings)
    return _written(shown, 200, "stored-before") if taken.findings is None else _written(shown, 201, "stored")


@routes.put("/QuestionnaireResponse/<uuid:response_id>")
@offers("QuestionnaireResponse", "update")
@requires(Permission.AMEND_RESPONSE)
def update_response(response_id: uuid.UUID) -> Response:
    """Amend a response, or mark it as entered in error."""
    version, document = requests.version_in(request.headers.get("If-Match")), parse(_body())
    with transaction() as session:
        row = receiving.change(session, response_id, document, _context(), version)
        shown = fetching.show(session, row, _context())
    return _written(shown, 200, "changed")


@routes.get("/QuestionnaireResponse/<uuid:response_id>")
@offers("QuestionnaireResponse", "read")
@requires(Permission.READ_RESPONSE)
def read_response(response_id: uuid.UUID) -> Response:
    """Show a response with what it asked its patient to do."""
    with transaction() as session:
        return _sent(fetching.response(session, response_id, _context()))


@routes.get("/QuestionnaireResponse/<uuid:response_id>/_history/<int:version>")
@offers("QuestionnaireResponse", "vread")
@requires(Permission.READ_RESPONSE)
def read_version(response_id: uuid.UUID, version: int) -> Response:
    """Show a response as it stood in one of its versions."""
    with transaction() as session:
        return _sent(fetching.version_of(session, response_id, version, _context()))


@routes.get("/QuestionnaireResponse")
@routes.post("/QuestionnaireResponse/_search")
@offers("QuestionnaireResponse", "search-type")
@requires(Permission.READ_RESPONSE)
def search_responses() -> Response:
    """Search responses of the caller's units; a form keeps the parameters out of addresses."""
    return _found("QuestionnaireResponse")


@routes.get("/Questionnaire/<uuid:definition_id>")
@offers("Questionnaire", "read")
@requires(Permission.READ_QUESTIONNAIRE)
def read_questionnaire(definition_id: uuid.UUID) -> Response:
    """Show a published questionnaire as it came."""
    with reading() as session:
        return dumped(fetching.questionnaire(session, definition_id))


@routes.get("/Questionnaire")
@routes.post("/Questionnaire/_search")
@offers("Questionnaire", "search-type")
@requires(Permission.READ_QUESTIONNAIRE)
def search_questionnaires() -> Response:
    """Search published questionnaires."""
    return _found("Questionnaire")


@routes.post("/Task")
@offers("Task", "create")
@requires(Permission.CREATE_ASSIGNMENT)
def create_task() -> Response:
    """Ask a patient one of the questionnaires of her pathway."""
    unless, document = requests.identifier_in(request.headers.get("If-None-Exist")), parse(_body(), "Task")
    with transaction() as session:
        made = tasking.create(session, document, _context(), unless)
        answer = dumped(made.document, 200 if made.again else 201)
    answer.headers["Location"] = f"{routes.url_prefix}/Task/{made.document['id']}"
    return answer


@routes.get("/Task/<uuid:assignment_id>")
@offers("Task", "read")
@requires(Permission.READ_ASSIGNMENT)
def read_task(assignment_id: uuid.UUID) -> Response:
    """Show an assignment as a Task."""
    with transaction() as session:
        return dumped(fetching.task(session, assignment_id, _context()))


@routes.get("/Task")
@routes.post("/Task/_search")
@offers("Task", "search-type")
@requires(Permission.READ_ASSIGNMENT)
def search_tasks() -> Response:
    """Search assignments of the caller's units."""
    return _found("Task")


def _base() -> str:
    settings: Settings = current_app.config["PROM"]
    return f"{settings.public_address}{routes.url_prefix}"


def _context() -> Context:
    return Context(caller(), _base(), g.language)


def _body() -> bytes:
    requests.check_body(request.mimetype, request.mimetype_params, requests.JSON)
    return request.get_data()


def _found(resource: str) -> Response:
    given = list(request.args.items(multi=True))
    if request.method == "POST" and request.content_length:
        requests.check_body(request.mimetype, request.mimetype_params, (requests.FORM,))
        given += request.form.items(multi=True)
    strict = requests.preferences(request.headers.get("Prefer", "")).get("handling") == "strict"
    with transaction() as session:
        return dumped(fetching.search(session, resource, given, _context(), strict=strict))


def _sent(shown: Shown) -> Response:
    version = shown.document["meta"]["versionId"]
    # Instructions follow what came before this response, too: its version does not tell that they are still the same.
    if not shown.instructions and request.if_none_match.contains_weak(version):
        return _marked(Response(status=304, content_type=MEDIA_TYPE), shown)
    return _marked(dumped(shown.document), shown)


def _written(shown: Shown, status: int, code: str) -> Response:
    """Send what was stored, as Prefer asks. What the patient must be told is sent whatever it asks.

    The answers of others are not sent to a caller who may write but not read.
    """
    wanted = requests.preferences(request.headers.get("Prefer", "")).get("return", "representation")
    if shown.row.author_id != caller().actor.id and not caller().may(Permission.READ_RESPONSE):
        answer = Response(status=status, content_type=MEDIA_TYPE)
    elif wanted == "representation":
        answer = dumped(shown.document, status)
    elif wanted == "operationoutcome" or shown.instructions:
        answer = dumped(resources.advice(shown.instructions, code, g.language), status)
    else:
        answer = Response(status=status, content_type=MEDIA_TYPE)
    path = f"{routes.url_prefix}/QuestionnaireResponse/{shown.row.id}/_history/{shown.row.version}"
    answer.headers["Location"] = path
    return _marked(answer, shown)


def _marked(answer: Response, shown: Shown) -> Response:
    answer.headers["ETag"] = f'W/"{shown.document["meta"]["versionId"]}"'
    answer.headers["Last-Modified"] = http_date(shown.row.updated_at)
    return answer
