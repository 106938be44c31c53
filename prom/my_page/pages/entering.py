"""Coming in: number and birth date, then the code from the SMS. What she is told never depends on what was given.

Nor does when: finding nobody is quicker than sending a code, so that the time would tell who is a patient here.
"""

from time import monotonic, sleep

from flask import Response, g, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from prom.communications.queries import unread as unread_messages
from prom.db import transaction
from prom.errors import Invalid
from prom.my_page import codes, sessions
from prom.my_page.pages.blueprint import (
    BROWSER,
    BROWSER_LASTS,
    SESSION,
    browser_token,
    forget,
    pages,
    remember,
    show,
    speak,
    to,
)
from prom.my_page.present import asked_now, information, present, record
from prom.patients.queries import identity
from prom.responses import forms
from prom.responses.pages.visits import choose_language
from prom.staff.access import public
from prom.staff.queries import the_tenant

#: Seconds from the asking to the answer, whoever was found: many times what finding her and sending takes (14 ms).
ANSWERS_AFTER = 0.2

#: Where choosing a language may lead back to: pages that a browser can simply ask for again.
PLACES = (
    "show_home",
    "show_code",
    "show_reports",
    "show_information",
    "show_messages",
    "show_contact",
    "show_language",
    "show_pause",
    "show_own_link",
)


@pages.get("")
@public
def show_home() -> AnyResponse:
    """Show her page to whoever has come in, and to everybody else how to."""
    with transaction() as session:
        who = sessions.find(session, request.cookies.get(SESSION))
        if who is None:
            return _entrance(200)
        known = present(session, who)
        record(session, who, "my-page.read")
        return show(
            "home",
            known,
            asked=asked_now(session, who, g.language),
            unread={
                "show_messages": unread_messages(session, who.patient_id),
                "show_information": sum(not item.read for item in information(session, who, g.language)),
            },
        )


@pages.post("/code")
@public
def ask_for_code() -> AnyResponse:
    """Send a code, if number and birth date are those of one patient, and say the same at the same time if not."""
    begun = monotonic()
    given = {name: request.form.get(name, "").strip() for name in ("phone", "day", "month", "year")}
    browser = browser_token()
    try:
        born = forms.birth_date(given["day"], given["month"], given["year"])
        with transaction() as session:
            codes.ask(session, the_tenant(session).id, browser, given["phone"], born)
    except Invalid as refused:
        return _entrance(422, given, "phone" if refused.field == "mobile" else "day")
    sleep(max(0.0, begun + ANSWERS_AFTER - monotonic()))
    return remember(to("show_code"), BROWSER, browser)


@pages.get("/code")
@public
def show_code() -> AnyResponse:
    """Ask for the code."""
    return _code_page(200)


@pages.post("/enter")
@public
def enter() -> AnyResponse:
    """Come in with the code. A wrong try is counted and committed."""
    with transaction() as session:
        patient_id = codes.take(session, request.cookies.get(BROWSER), request.form.get("code", ""))
        token = sessions.begin(session, patient_id) if patient_id is not None else None
        speaks = identity(session, patient_id).language if patient_id is not None else ""
    if token is None:
        return _code_page(422)
    speak(speaks)
    home = remember(to("show_home"), SESSION, token)
    return remember(home, BROWSER, browser_token(), BROWSER_LASTS)


@pages.post("/sign-out")
@public
def sign_out() -> AnyResponse:
    """End the session; without one the browser is where it wants to be already."""
    with transaction() as session:
        who = sessions.find(session, request.cookies.get(SESSION))
        if who is not None:
            sessions.end(session, who)
    return forget(to("show_home"))


@pages.post("/shown-language")
@public
def set_shown_language() -> AnyResponse:
    """Show these pages in another language; what is written to her stays in hers."""
    choose_language(request.form.get("language", ""))
    place = request.form.get("here", "")
    return to(place if place in PLACES else "show_home")


def _entrance(status: int, given: dict[str, str] | None = None, refused: str | None = None) -> Response:
    values = given or dict.fromkeys(("phone", "day", "month", "year"), "")
    return Response(render_template("my_page/entrance.html", refused=refused, **values), status=status)


def _code_page(status: int) -> Response:
    page = render_template("my_page/code.html", refused=status != 200, minutes=codes.MINUTES)
    return Response(page, status=status)
