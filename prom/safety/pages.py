"""The form for a safety problem, which every staff page leads to, and the list for those who look after Prom."""

import uuid

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from prom.config import Settings
from prom.db import transaction
from prom.errors import Invalid
from prom.safety import service
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission

pages = Blueprint("safety", __name__, template_folder="templates")


@pages.get("/safety-problem")
@requires(Permission.OWN_SESSION)
def show_form() -> str:
    """Show the form."""
    return _form()


@pages.post("/safety-problem")
@requires(Permission.OWN_SESSION)
def report() -> AnyResponse | tuple[str, int]:
    """Take what somebody found; without words it is asked for again."""
    who, words = signed_in(), request.form.get("words", "")
    settings: Settings = current_app.config["PROM"]
    try:
        with transaction() as session:
            service.report(
                session, who.tenant_id, who.actor, words, settings.public_address + url_for("safety.show_list")
            )
    except Invalid:
        return _form(words=words, wrong=True), 422
    return redirect(url_for("safety.show_thanks"), code=303)


@pages.get("/safety-problem/received")
@requires(Permission.OWN_SESSION)
def show_thanks() -> str:
    """Say that it was received, and what to do where a patient is in danger now."""
    return render_template("safety/received.html")


@pages.get("/safety-problems")
@requires(Permission.READ_SAFETY_PROBLEMS)
def show_list() -> str:
    """Show what was reported, what nobody has seen first."""
    who = signed_in()
    with transaction() as session:
        return render_template("safety/list.html", problems=service.listed(session, who.tenant_id, who.actor))


@pages.post("/safety-problems/<uuid:problem_id>/seen")
@requires(Permission.READ_SAFETY_PROBLEMS)
def see(problem_id: uuid.UUID) -> AnyResponse:
    """Say that she has looked at it: the watch is content again."""
    who = signed_in()
    with transaction() as session:
        service.see(session, who.tenant_id, problem_id, who.actor)
    return redirect(url_for("safety.show_list"), code=303)


def _form(words: str = "", *, wrong: bool = False) -> str:
    return render_template("safety/form.html", words=words, wrong=wrong, most=service.MOST_LETTERS)
