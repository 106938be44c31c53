"""What every page and door shares: language, words for templates, security headers, CSRF, errors in the door's form."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path

import structlog
from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup, escape
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from prom import language, logs
from prom.api import problems as api_problems
from prom.clients.access import find_bearer
from prom.errors import NotSignedIn, Refused, StaleVersion, TooMany
from prom.fhir import outcome as fhir_outcome
from prom.patients import phone
from prom.staff.access import MACHINE_DOORS, find_signed_in

log = structlog.get_logger()

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: What HTTP itself refuses, by the codes of our catalogue.
HTTP_PROBLEMS = {
    400: "unreadable",
    404: "not-found",
    405: "not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media",
}
#: The blueprints of what a patient reaches.
PATIENTS = ("responses", "own_link", "my_page")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def prepare(app: Flask) -> None:
    """Give an app what every page shares."""
    app.before_request(refuse_endless)
    csrf = CSRFProtect(app)
    app.before_request(find_signed_in)
    app.before_request(choose_language)
    # Last, so that a caller who is refused for asking too much is told so in a language of its own.
    app.before_request(find_bearer)
    app.extensions["prom_csrf"] = csrf
    app.after_request(add_headers)
    app.register_error_handler(Refused, show_refusal)
    app.register_error_handler(StaleDataError, show_stale)
    app.register_error_handler(CSRFError, show_csrf_refusal)
    app.register_error_handler(HTTPException, show_http_problem)
    app.register_error_handler(Exception, show_failure)
    app.jinja_env.globals.update(t=t, plain=plain, csrf_field=csrf_field, static=static, language_names=language_names)
    app.context_processor(lambda: {"language": g.get("language", "nb"), "signed_in": g.get("signed_in")})
    app.jinja_env.filters.update(
        as_instant=as_instant,
        as_date=as_date,
        as_short_date=as_short_date,
        as_waiting=as_waiting,
        as_number=as_number,
        spoken_phone=phone.as_spoken,
    )


def refuse_endless() -> None:
    """Refuse a body that says no length and goes on beyond the largest: it would be cut off there without a word."""
    endless = request.content_length is None and "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if endless and len(request.get_data()) >= (request.max_content_length or 0):
        raise RequestEntityTooLarge


def exempt_machine_doors(app: Flask) -> None:
    """Ask no form's token at the machine's doors: what signs a caller in there is sent by no browser of itself."""
    for name, blueprint in app.blueprints.items():
        if name.startswith(MACHINE_DOORS):
            app.extensions["prom_csrf"].exempt(blueprint)


def choose_language() -> None:
    """Take the language chosen in this browser, else the clinician's own, else what the browser asks for.

    A machine is answered in the language that its request asks for, else in English.
    """
    if _machine():
        g.language = request.accept_languages.best_match(language.PATIENT_LANGUAGES, default="en")
        return
    who = g.get("signed_in")
    asked = request.accept_languages.best_match(["nb", "no", "nn", "en", "se"], default="nb")
    chosen = cookie.get("language") or (who.language if who else {"no": "nb"}.get(asked, asked))
    g.language = chosen if chosen in language.PATIENT_LANGUAGES else "nb"


def t(key: str, **values: object) -> Markup:
    """Return a text for a page; one that fell back to another language says so in its markup."""
    words, used = language.read(key, g.get("language", "nb"), **values)
    if used == g.get("language", "nb"):
        return escape(words)
    return Markup('<span lang="{}">{}</span>').format(used, words)


def plain(key: str, **values: object) -> str:
    """Return a text for an attribute or a title."""
    return language.text(key, g.get("language", "nb"), **values)


def csrf_field() -> Markup:
    """Return the hidden field that every form carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def language_names() -> dict[str, str]:
    """Return each language by its own name."""
    return language.LANGUAGE_NAMES


def static(name: str) -> str:
    """Return the URL of a static file with its content's mark, so that browsers may keep it."""
    return url_for("static", filename=name, v=_mark(name))


@cache
def _mark(name: str) -> str:
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else "absent"


def as_instant(instant: datetime, zone: str) -> str:
    """Write an instant in the page's language."""
    return language.as_instant(instant, zone, g.language)


def as_date(day: date) -> str:
    """Write a day in the page's language."""
    return language.as_date(day, g.language)


def as_short_date(day: date) -> str:
    """Write a day shortly in the page's language."""
    return language.as_short_date(day, g.language)


def as_waiting(seconds: float) -> str:
    """Write a length of time in the page's language."""
    return language.as_waiting(seconds, g.language)


def as_number(number: float) -> str:
    """Write a number in the page's language."""
    return language.as_number(number, g.language)


def add_headers(response: Response) -> Response:
    """Add the security headers, and keep every page with data out of caches."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static" and response.status_code < 400:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def show_refusal(refused: Refused) -> AnyResponse:
    """Answer a refusal with its status and words; whoever is not signed in on a page is asked to."""
    if isinstance(refused, NotSignedIn) and request.method == "GET" and not _machine():
        return redirect(url_for("staff.show_sign_in"), code=303)
    headers = {}
    if isinstance(refused, NotSignedIn) and _machine():
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refused, TooMany) and "retry_after" in refused.values:
        headers["Retry-After"] = str(refused.values["retry_after"])
    return _problem(refused.code, refused.status, refused, headers)


def show_stale(_error: StaleDataError) -> AnyResponse:
    """Answer the slower of two who changed the same row in the same moment."""
    return _problem(StaleVersion.code, StaleVersion.status)


def show_csrf_refusal(_error: CSRFError) -> AnyResponse:
    """Answer a form that did not come from our own page, or from one that is too old."""
    return _problem("form-too-old", 400)


def show_http_problem(problem: HTTPException) -> AnyResponse:
    """Answer what HTTP itself refuses, keeping headers such as Allow."""
    response = problem.get_response()
    page = _problem(HTTP_PROBLEMS.get(problem.code or 500, "failed"), problem.code or 500)
    for name in ("Allow", "Retry-After", "Location"):
        if name in response.headers:
            page.headers[name] = response.headers[name]
    return page


def _machine() -> bool:
    return request.path.startswith(("/api/", "/fhir/"))


def _problem(
    code: str, status: int, refused: Refused | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    answer = _answer(code, status, refused)
    answer.headers.update(headers or {})
    return answer


def _answer(code: str, status: int, refused: Refused | None) -> Response:
    field = refused.field if refused else None
    values: Mapping[str, object] = refused.values if refused else {}
    problems: Sequence[object] = getattr(refused, "problems", ())
    if request.path.startswith("/fhir/"):
        return fhir_outcome.answer(code, status, field=field, values=values, problems=problems)
    if request.path.startswith("/api/"):
        return api_problems.answer(code, status, field=field, values=values, problems=problems)
    if request.blueprint in PATIENTS or request.path.startswith(("/a/", "/me/", "/r/")):
        # A patient is never left without numbers to call.
        return Response(render_template("responses/problem.html", code=code), status=status)
    return Response(render_template("problem.html", code=code), status=status)


def show_failure(failure: Exception) -> AnyResponse:
    """Answer a fault of ours: logged by its kind and place, never with values that could hold health data."""
    log.error("request failed", failure=type(failure).__name__, endpoint=request.endpoint, at=logs.places(failure))
    return _problem("failed", 500)
