"""The standing personal link: one page for the birth date, behind it a report of now, and nothing of before."""

from flask import Blueprint, Response, g, render_template, request
from flask import session as cookie
from werkzeug.wrappers import Response as AnyResponse

from prom.assignments import links, personal
from prom.db import transaction
from prom.errors import DeadLink, Invalid
from prom.language import PATIENT_LANGUAGES
from prom.patients.queries import identity
from prom.responses import forms, wrong_person
from prom.responses.pages.visits import LANGUAGE, address, choose_language, dead_end, go_to, with_visit
from prom.staff.access import public

own_link = Blueprint("own_link", __name__, url_prefix="/r", template_folder="../templates")

BORN = ("day", "month", "year")


@own_link.get("")
@public
def show_landing() -> AnyResponse:
    """Show the same page for any link: its token is in the fragment, which never comes here. Nothing is stored."""
    chosen = request.args.get("language")
    if chosen in PATIENT_LANGUAGES:
        g.language = chosen
    return _page(200, chosen=chosen)


@own_link.post("")
@public
def come_in() -> AnyResponse:
    """Open a report with the token and the birth date. A wrong birth date is counted and committed."""
    chosen = request.form.get("language", "")
    if chosen in PATIENT_LANGUAGES:
        choose_language(chosen)
    try:
        born = forms.birth_date(*(request.form.get(name, "") for name in BORN))
    except Invalid:
        return _page(422, chosen=chosen, refused="unreadable")
    with transaction() as session:
        given = request.form.get("token", "")
        token = personal.come_in(session, given, born)
        if token is None:
            wrong_person.tell_clinic_of_own_link(session, given)
        speaks = identity(session, links.find_visit(session, token).patient_id).language if token else ""
    if token is None:
        return _page(422, chosen=chosen, refused="wrong")
    if LANGUAGE not in cookie:
        choose_language(speaks)
    return with_visit(go_to(address("show_birth_date")), token)


@own_link.errorhandler(DeadLink)
def show_dead_end(_refused: DeadLink) -> Response:
    """Answer whatever is wrong with a link as every other dead end."""
    return dead_end()


def _page(status: int, *, chosen: str | None, refused: str | None = None) -> Response:
    given = {name: request.form.get(name, "") for name in (*BORN, "token")}
    page = render_template("responses/own_link.html", chosen=chosen, refused=refused, **given)
    return Response(page, status=status)
