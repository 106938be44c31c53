"""From the link to the first question: the landing page, the birth date, the language, and the dead end's new link."""

from flask import Response, g, render_template, request
from flask import session as cookie
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from prom.assignments import links
from prom.assignments import service as assignments
from prom.assignments.models import Assignment, Visit
from prom.db import transaction
from prom.errors import DeadLink, Invalid
from prom.language import PATIENT_LANGUAGES
from prom.patients.queries import identity
from prom.responses import drafts, forms, wrong_person
from prom.responses.pages.questions import resume
from prom.responses.pages.visits import (
    LANGUAGE,
    NotConfirmed,
    address,
    choose_language,
    confirmed_visit,
    dead_end,
    find_visit,
    go_to,
    pages,
    settings,
    with_visit,
)
from prom.staff.access import public
from prom.staff.queries import the_tenant

#: Where choosing a language may lead back to: pages that a browser can simply ask for again.
PLACES = (
    "show_birth_date",
    "show_question",
    "show_call_now",
    "show_leave",
    "show_review",
    "show_receipt",
    "show_new_link",
)


@pages.get("")
@public
def show_landing() -> str:
    """Show the same page for any link: its token is in the fragment, which never comes here. Nothing is stored."""
    chosen = request.args.get("language")
    if chosen in PATIENT_LANGUAGES:
        g.language = chosen
    return render_template("responses/landing.html", chosen=chosen)


@pages.post("/start")
@public
def start() -> AnyResponse:
    """Begin a visit with the token that the page's script took from the fragment."""
    with transaction() as session:
        token = links.start_visit(session, request.form.get("token", ""))
        visit = links.find_visit(session, token)
        known = _known_language(session, visit)
    if not choose_language(request.form.get("language", "")) and LANGUAGE not in cookie:
        choose_language(known)
    return with_visit(go_to(address("show_birth_date")), token)


def _known_language(session: Session, visit: Visit) -> str:
    """The language that she read the begun form in, else the one that she is registered with."""
    begun = drafts.of_assignment(session, session.get_one(Assignment, visit.assignment_id))
    return begun.language if begun is not None else identity(session, visit.patient_id).language


@pages.get("/birth-date")
@public
def show_birth_date() -> AnyResponse:
    """Ask for the birth date, unless it was confirmed already."""
    with transaction() as session:
        visit = find_visit(session)
        if visit.confirmed_at is not None:
            return go_to(resume(session))
        return _birth_date_page(visit, 200)


@pages.post("/birth-date")
@public
def confirm_birth_date() -> AnyResponse:
    """Check it. A wrong try is counted and committed; the last one locks the link and tells the clinic."""
    given = [request.form.get(name, "") for name in ("day", "month", "year")]
    with transaction() as session:
        visit = find_visit(session)
        try:
            birth_date = forms.birth_date(*given)
        except Invalid:
            return _birth_date_page(visit, 422, given, "unreadable")
        right = links.confirm_birth_date(session, visit, birth_date)
        assignment = session.get_one(Assignment, visit.assignment_id)
        if assignment.locked_at is not None:
            wrong_person.tell_clinic(session, assignment, links.actor_of(visit))
        left = links.WRONG_BIRTH_DATES - assignment.wrong_birth_dates
        onward = resume(session) if right else None
    if onward is not None:
        return go_to(onward)
    return dead_end() if left <= 0 else _birth_date_page(visit, 422, given, "wrong", left)


def _birth_date_page(
    visit: Visit, status: int, given: list[str] | None = None, refused: str | None = None, left: int = 0
) -> Response:
    day, month, year = given or ("", "", "")
    page = render_template(
        "responses/birth_date.html", visit=visit, day=day, month=month, year=year, refused=refused, left=left
    )
    return Response(page, status=status)


@pages.post("/language")
@public
def set_language() -> AnyResponse:
    """Switch the language and stay where she is; what she has answered keeps."""
    if choose_language(request.form.get("language", "")):
        with transaction() as session:
            _remember(session)
    here, position = request.form.get("here", ""), request.form.get("position")
    if here not in PLACES or (here == "show_question" and not position):
        return go_to(address("show_landing"))
    return go_to(address(here, position=position, back=request.form.get("back") or None))


def _remember(session: Session) -> None:
    """Let a begun form remember the language that it is read in."""
    try:
        visit = confirmed_visit(session)
    except (DeadLink, NotConfirmed):
        return
    drafts.set_language(session, assignments.lock(session, visit.assignment_id), g.language)


@pages.get("/new-link")
@public
def show_new_link() -> AnyResponse:
    """Show the dead end's page, for whoever changes its language or comes back to it."""
    return dead_end(status=200)


@pages.post("/new-link")
@public
def send_new_link() -> AnyResponse:
    """Send a new link to a registered number, and say the same whatever came of it."""
    phone = request.form.get("phone", "").strip()
    try:
        with transaction() as session:
            assignments.send_new_links(session, the_tenant(session).id, phone, settings())
    except Invalid as refused:
        return dead_end(status=422, phone=phone, refused=refused.field)
    return Response(render_template("responses/new_link_sent.html"))
