"""The pages for signing in and out."""

import re

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as AnyResponse

from prom.db import transaction
from prom.language import STAFF_LANGUAGES
from prom.staff import sign_in
from prom.staff.access import TOKEN, public, requires, signed_in
from prom.staff.permissions import Permission

pages = Blueprint("staff", __name__, template_folder="templates")

#: One slash first, and no letter that browsers leave out or turn into a slash: what is between is never a host.
PATH = re.compile(r"/(?!/)[!-\[\]-~]*", re.ASCII)


@pages.get("/sign-in")
@public
def show_sign_in() -> str:
    """Ask for name and password."""
    return render_template("staff/sign_in.html", refused=None, username="")


@pages.post("/sign-in")
@public
def do_sign_in() -> AnyResponse:
    """Check them, and begin a session under a new cookie."""
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    with transaction() as session:
        # A refusal is not raised in here: the count of failed attempts has to be committed.
        clinician = sign_in.check_password(session, username, password)
        locked = clinician is None and sign_in.is_locked(session, username)
        token = sign_in.begin_session(session, clinician) if clinician else None
    if token is None:
        page = render_template("staff/sign_in.html", refused="locked" if locked else "wrong", username=username)
        return Response(page, status=429 if locked else 422)
    cookie.clear()
    cookie[TOKEN] = token
    return redirect(url_for("clinic.home"), code=303)


@pages.post("/sign-out")
@requires(Permission.OWN_SESSION)
def do_sign_out() -> AnyResponse:
    """End the session on the server, and forget the cookie."""
    with transaction() as session:
        sign_in.end_session(session, signed_in())
    cookie.clear()
    return redirect(url_for("staff.show_sign_in"), code=303)


@pages.post("/language")
@public
def set_language() -> AnyResponse:
    """Remember the language of the staff pages in this browser, and go back to where it was chosen."""
    chosen = request.form.get("language", "")
    if chosen in STAFF_LANGUAGES:
        cookie["language"] = chosen
    back = request.form.get("back", "")
    # Only a path of this very site: no open redirect.
    safe = PATH.fullmatch(back) is not None
    return redirect(back if safe else url_for("staff.show_sign_in"), code=303)
